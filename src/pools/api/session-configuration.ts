import { z } from 'zod';
import type { UserPool } from '../model/user-pool.js';
import { ApiError } from './api-error.js';
import { userPoolId } from './fields.js';
import { poolWithId } from './lookups.js';
import { operation, type Operations } from './operation.js';

/**
 * Get and Set UserPoolSessionConfiguration. It is kept and given back; sessions themselves are not
 * recorded here.
 *
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SetUserPoolSessionConfiguration.html
 */
export const sessionConfigurationOperations: Operations = {
  GetUserPoolSessionConfiguration: operation(
    z.object({ UserPoolId: userPoolId }),
    ({ UserPoolId }, call) => describe(poolWithId(call, UserPoolId)),
  ),
  // It replaces the whole configuration, so every member is required.
  SetUserPoolSessionConfiguration: operation(
    z.object({
      UserPoolId: userPoolId,
      UserSessionTracking: z.enum(['ENABLED', 'DISABLED']),
      TokenSession: z.object({ MaxPerUser: z.int().min(1).max(100) }),
    }),
    ({ UserPoolId, ...configuration }, call) => {
      const pool = poolWithId(call, UserPoolId);
      if (pool.settings.UserPoolTier === 'LITE') {
        throw new ApiError(
          'FeatureUnavailableInTierException',
          'Session management is not available in the feature plan of this user pool.',
        );
      }
      pool.sessionConfiguration = configuration;
      pool.modifiedAt = call.now;
      return describe(pool);
    },
  ),
};

const describe = ({ id, sessionConfiguration }: UserPool): object => ({
  UserPoolId: id,
  UserSessionTracking: 'DISABLED',
  TokenSession: { MaxPerUser: 20 },
  ...sessionConfiguration,
});
