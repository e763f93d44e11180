import { z } from 'zod';
import { revokeGrantsOf } from '../model/grants.js';
import { makeSub, makeTemporaryPassword } from '../model/identifiers.js';
import type { AppClient, PoolUser } from '../model/pool-state.js';
import { isReachable, sendCode } from '../model/sent-codes.js';
import { passwordPolicyOf, policyViolation } from '../model/settings/password-policy.js';
import type { UserPool } from '../model/user-pool.js';
import { newUser, setPassword, setTemporaryPassword } from '../model/users.js';
import { textWithin } from '../model/settings/settings.js';
import { ApiError, invalidParameter, notAuthorized } from './api-error.js';
import { describeOneUser, describeUser } from './descriptions.js';
import { attributeList, password, username } from './fields.js';
import { userWithName } from './lookups.js';
import type { Operations } from './operation.js';
import { poolOperation, userOperation } from './pool-operation.js';
import {
  namedAttributes,
  recordOf,
  refuseForeignAttributes,
  refuseChange,
  refuseMissingAttributes,
  refuseTaken,
  refuseUnwritableAttributes,
  writeAttributes,
} from './user-attributes.js';

const newUserShape = z.object({
  Username: username,
  UserAttributes: attributeList.optional(),
  TemporaryPassword: password.optional(),
  ForceAliasCreation: z.boolean().optional(),
  MessageAction: z.enum(['RESEND', 'SUPPRESS']).optional(),
  DesiredDeliveryMediums: z.array(z.enum(['SMS', 'EMAIL'])).optional(),
});

/** What an administrator does to one user. */
export const userOperations: Operations = {
  AdminCreateUser: poolOperation(newUserShape, (input, { pool, now }) => {
    const user =
      input.MessageAction === 'RESEND'
        ? userToInvite(pool, input.Username)
        : makeUser(pool, input, 'FORCE_CHANGE_PASSWORD', now);
    const temporary = input.TemporaryPassword ?? makeTemporaryPassword();
    refusePassword(pool, temporary);
    setTemporaryPassword(pool, user, temporary, now);
    pool.users.set(user.username, user);
    if (input.TemporaryPassword === undefined) {
      sendCode(pool, user, 'invitation', now, temporary);
    }
    return { User: describeUser(user) };
  }),
  AdminGetUser: userOperation(z.object({}), (_input, { user }) => describeOneUser(user)),
  AdminSetUserPassword: userOperation(
    z.object({ Password: password, Permanent: z.boolean().optional() }),
    ({ Password, Permanent }, { pool, user, now }) => {
      refusePassword(pool, Password);
      (Permanent ? setPassword : setTemporaryPassword)(pool, user, Password, now);
      return {};
    },
  ),
  AdminDeleteUser: userOperation(z.object({}), (_input, { pool, user }) => {
    pool.users.delete(user.username);
    return undefined;
  }),
  AdminUpdateUserAttributes: userOperation(
    z.object({ UserAttributes: attributeList }),
    ({ UserAttributes }, { pool, user, now }) => {
      const attributes = recordOf(UserAttributes);
      refuseChange(pool, attributes);
      refuseTaken(pool, { login: user.username, attributes }, user);
      writeAttributes(user, attributes, now);
      return {};
    },
  ),
  AdminDeleteUserAttributes: userOperation(
    z.object({ UserAttributeNames: z.array(textWithin(1, 32)) }),
    ({ UserAttributeNames }, { pool, user, now }) => {
      const attributes = Object.fromEntries(UserAttributeNames.map((name) => [name, '']));
      refuseChange(pool, attributes);
      writeAttributes(user, attributes, now);
      return {};
    },
  ),
  AdminConfirmSignUp: userOperation(z.object({}), (_input, { user, now }) => {
    confirmSignUp(user, now);
    return {};
  }),
  AdminResetUserPassword: userOperation(z.object({}), (_input, { pool, user, now }) => {
    refuseReset(user);
    user.status = 'RESET_REQUIRED';
    user.modifiedAt = now;
    sendCode(pool, user, 'forgotten password', now);
    return {};
  }),
  AdminDisableUser: userOperation(z.object({}), (_input, { pool, user, now }) => {
    user.enabled = false;
    user.modifiedAt = now;
    revokeGrantsOf(pool, user);
    return {};
  }),
  AdminEnableUser: userOperation(z.object({}), (_input, { user, now }) => {
    user.enabled = true;
    user.modifiedAt = now;
    return {};
  }),
};

/**
 * Confirms somebody who signed up.
 *
 * @throws {ApiError} `NotAuthorizedException` when there is nothing to confirm
 */
export function confirmSignUp(user: PoolUser, now: number): void {
  if (user.status !== 'UNCONFIRMED') {
    throw notAuthorized(`User cannot be confirmed. Current status is ${user.status}`);
  }
  user.status = 'CONFIRMED';
  user.modifiedAt = now;
}

/** @throws {ApiError} when the password of a user in this state cannot be reset */
export function refuseReset(user: PoolUser): void {
  if (user.status !== 'CONFIRMED' && user.status !== 'RESET_REQUIRED') {
    throw notAuthorized('User password cannot be reset in the current state.');
  }
  if (!isReachable(user)) {
    throw invalidParameter(
      'Cannot reset password for the user as there is no registered/verified email or phone_number',
    );
  }
}

/** @throws {ApiError} `InvalidPasswordException` in the words of the pool's policy */
export function refusePassword({ settings }: UserPool, candidate: string): void {
  const problem = policyViolation(candidate, passwordPolicyOf(settings));
  if (problem !== undefined) throw new ApiError('InvalidPasswordException', problem);
}

function userToInvite(pool: UserPool, name: string): PoolUser {
  const user = userWithName(pool, name);
  if (user.status === 'FORCE_CHANGE_PASSWORD') return user;
  throw new ApiError(
    'UnsupportedUserStateException',
    `Resend not possible. ${user.username} status is not FORCE_CHANGE_PASSWORD`,
  );
}

/**
 * Somebody who is not among the pool's users yet.
 *
 * @param client absent: an administrator adds them
 * @throws {ApiError} when the pool, or the client, allows no such user
 */
export function makeUser(
  pool: UserPool,
  {
    Username,
    UserAttributes,
  }: { Username: string; UserAttributes?: Parameters<typeof recordOf>[0] },
  status: PoolUser['status'],
  now: number,
  client?: AppClient,
): PoolUser {
  const sub = makeSub();
  const given = recordOf(UserAttributes);
  const named = namedAttributes(pool, Username, sub);
  const attributes = { ...named.attributes, ...given };
  refuseTaken(pool, { login: Username, attributes });
  refuseForeignAttributes(pool, attributes);
  if (client !== undefined) refuseUnwritableAttributes(client, given);
  refuseMissingAttributes(pool, attributes);
  return newUser({ username: named.username, sub, status, attributes }, now);
}
