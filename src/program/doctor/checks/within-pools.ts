import { isUserPool, userPoolIdOf } from '../../../cognito/user-pool.js';
import type { DoctorContext } from '../context/context.js';
import { type CheckResult, finding } from '../findings/finding.js';
import { type UserPool, type UserPools, UserPoolsError } from '../context/user-pools.js';

/** In Cognito's API. */
const MAX_POOL_ID_LENGTH = 55;

/** Runs a check that looks into the master pool, and says so where that is not possible. */
export async function masterPool(
  { settings, userPools }: DoctorContext,
  look: (userPools: UserPools, pool: UserPool) => Promise<CheckResult>,
): Promise<CheckResult> {
  if (userPools === undefined) return { skipped: 'run doctor with --aws' };
  if (!isUserPool(settings.issuer)) return { skipped: 'the issuer is no user pool' };
  if (userPools instanceof UserPoolsError) return unavailable(userPools);
  const id = userPoolIdOf(settings.issuer.replace(/\/$/, ''));
  // What such an id is instead, the check of the issuer says.
  if (id.length > MAX_POOL_ID_LENGTH) return { skipped: 'no user pool has such an id' };
  try {
    const pool = await userPools.pool(id);
    return pool === undefined ? unknown(id) : await look(userPools, { ...pool, Id: id });
  } catch (error) {
    if (error instanceof UserPoolsError) return unavailable(error);
    throw error;
  }
}

const unavailable = ({ message, fix }: UserPoolsError): CheckResult => ({
  findings: [finding('aws_unavailable', message, fix)],
});

const unknown = (id: string): CheckResult => ({
  findings: [
    finding(
      'aws_unavailable',
      `The AWS account of these credentials has no user pool ${id}.`,
      'Use credentials of the account the pool is in (AWS_PROFILE).',
      { command: 'aws sts get-caller-identity' },
    ),
  ],
});
