import { policyViolation, storePassword } from './credentials/password.js';
import type { PoolUser } from './pool-state.js';
import { revokeGrant } from './tokens/refresh-tokens.js';
import type { UserPool } from './user-pool.js';

/** A user as the pool begins to know one: enabled, without a password and in no group. */
export function newUser(
  who: Pick<PoolUser, 'username' | 'sub' | 'status' | 'attributes'>,
  now: number,
): PoolUser {
  return {
    ...who,
    enabled: true,
    groups: [],
    password: undefined,
    passwordExpiresAt: undefined,
    createdAt: now,
    modifiedAt: now,
  };
}

const DAY_MS = 86_400_000;

/** Gives a user a password of their own; they are `CONFIRMED` by it, a federated one too. */
export function setPassword(pool: UserPool, user: PoolUser, password: string, now: number): void {
  const { username } = user;
  user.password = storePassword(password, { poolId: pool.id, username });
  user.passwordExpiresAt = undefined;
  user.status = 'CONFIRMED';
  user.modifiedAt = now;
}

/** Gives a user a password that must be changed at the next sign-in, and in time. */
export function setTemporaryPassword(
  pool: UserPool,
  user: PoolUser,
  password: string,
  now: number,
): void {
  setPassword(pool, user, password, now);
  user.status = 'FORCE_CHANGE_PASSWORD';
  user.passwordExpiresAt = now + pool.temporaryPasswordDays * DAY_MS;
}

/** Why somebody who knows the password may not sign in all the same, in the words of pages and API. */
export interface SignInProblem {
  /** AWS's name for it. */
  readonly exception: string;
  readonly message: string;
}

/** @returns `undefined` for a user who may sign in, and for one who has a new password to choose first */
export function signInProblem(
  { enabled, status, passwordExpiresAt }: PoolUser,
  now: number,
): SignInProblem | undefined {
  if (!enabled) return notAuthorized('User is disabled.');
  if (status === 'UNCONFIRMED') {
    return { exception: 'UserNotConfirmedException', message: 'User is not confirmed.' };
  }
  if (status === 'RESET_REQUIRED') {
    const message = 'Password reset required for the user';
    return { exception: 'PasswordResetRequiredException', message };
  }
  if (status === 'FORCE_CHANGE_PASSWORD' && now > (passwordExpiresAt ?? now)) {
    return notAuthorized('Temporary password has expired and must be reset by an administrator.');
  }
  return undefined;
}

const notAuthorized = (message: string): SignInProblem => ({
  exception: 'NotAuthorizedException',
  message,
});

/** What the pool's policy has against a password. */
export const passwordProblem = (pool: UserPool, password: string): string | undefined =>
  policyViolation(password, pool.passwordPolicy);

/** Kills every token of a user, at the pool; browser sessions stay. */
export function signOutEverywhere(pool: UserPool, { sub }: PoolUser): void {
  for (const grant of pool.grants.values()) if (grant.sub === sub) revokeGrant(grant);
}
