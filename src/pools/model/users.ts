import { storePassword } from './credentials/password.js';
import type { PoolUser } from './pool-state.js';
import { temporaryPasswordDays } from './settings/password-policy.js';
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

/** Whoever signs in with this: a user name or, where the pool has aliases, a verified address. */
export function userWithLogin({ users, settings }: UserPool, login: string): PoolUser | undefined {
  const { UsernameAttributes = [], AliasAttributes = [], UsernameConfiguration } = settings;
  const inOneCase = (text: string): string =>
    UsernameConfiguration?.CaseSensitive === false ? text.toLowerCase() : text;
  const isLogin = (text = ''): boolean => inOneCase(text) === inOneCase(login);
  const hasAlias = ({ attributes }: PoolUser): boolean =>
    [...UsernameAttributes, ...AliasAttributes].some(
      (alias) =>
        isLogin(attributes[alias]) &&
        (!AliasAttributes.includes(alias) ||
          alias === 'preferred_username' ||
          attributes[`${alias}_verified`] === 'true'),
    );
  return (
    users.get(login) ?? [...users.values()].find((user) => isLogin(user.username) || hasAlias(user))
  );
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
  user.passwordExpiresAt = now + temporaryPasswordDays(pool.settings) * DAY_MS;
}

/**
 * Why somebody who knows the password may not sign in all the same, in the words of pages and API.
 */
export interface SignInProblem {
  /** AWS's name for it. */
  readonly exception: string;
  readonly message: string;
}

/**
 * @returns `undefined` for a user who may sign in, and for one who has a new password to choose
 *   first
 */
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
