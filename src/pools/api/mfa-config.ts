import { z } from 'zod';
import type { UserPool } from '../model/user-pool.js';
import { invalidParameter } from './api-error.js';
import { userPoolId } from './fields.js';
import { poolWithId } from './lookups.js';
import { operation, type Operations } from './operation.js';

const block = z.record(z.string(), z.unknown()).optional();
const factors = {
  SmsMfaConfiguration: block,
  SoftwareTokenMfaConfiguration: block,
  EmailMfaConfiguration: block,
  WebAuthnConfiguration: block,
};

/**
 * Get and Set UserPoolMfaConfig. It is kept and given back; nobody is asked for a second factor
 * here.
 */
export const mfaOperations: Operations = {
  GetUserPoolMfaConfig: operation(z.object({ UserPoolId: userPoolId }), ({ UserPoolId }, call) =>
    describe(poolWithId(call, UserPoolId)),
  ),
  SetUserPoolMfaConfig: operation(
    z.object({
      UserPoolId: userPoolId,
      MfaConfiguration: z.enum(['OFF', 'ON', 'OPTIONAL']).optional(),
      ...factors,
    }),
    ({ UserPoolId, MfaConfiguration = 'OFF', ...settings }, call) => {
      const pool = poolWithId(call, UserPoolId);
      const { WebAuthnConfiguration: _passkeys, ...secondFactors } = settings;
      if (MfaConfiguration !== 'OFF' && Object.keys(secondFactors).length === 0) {
        throw invalidParameter(
          'Invalid MFA configuration given, can not enable MFA without a factor configured.',
        );
      }
      pool.mfaSettings = settings;
      pool.settings = { ...pool.settings, MfaConfiguration };
      pool.modifiedAt = call.now;
      return describe(pool);
    },
  ),
};

const describe = ({ mfaSettings, settings }: UserPool): object => ({
  ...mfaSettings,
  MfaConfiguration: settings.MfaConfiguration ?? 'OFF',
});
