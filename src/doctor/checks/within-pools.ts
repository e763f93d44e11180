import { isUserPool } from '../../cognito/user-pool.js';
import { type DoctorContext, userPoolIdOf } from '../context.js';
import type { CheckResult } from '../finding.js';
import { type UserPools, UserPoolsError } from '../user-pools.js';

/** Runs a check that looks into the master pool, and says so where that is not possible. */
export async function masterPool(
  { settings, userPools }: DoctorContext,
  look: (userPools: UserPools, userPoolId: string) => Promise<CheckResult>,
): Promise<CheckResult> {
  if (userPools === undefined) return { skipped: 'run doctor with --aws' };
  if (!isUserPool(settings.issuer)) return { skipped: 'the issuer is no user pool' };
  if (userPools instanceof UserPoolsError) return unavailable(userPools);
  try {
    return await look(userPools, userPoolIdOf(settings.issuer.replace(/\/$/, '')));
  } catch (error) {
    if (error instanceof UserPoolsError) return unavailable(error);
    throw error;
  }
}

const unavailable = ({ message, fix }: UserPoolsError): CheckResult => ({
  findings: [{ code: 'aws_unavailable', what: message, fix: { text: fix } }],
});
