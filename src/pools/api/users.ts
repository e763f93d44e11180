import { z } from 'zod';
import { signOutEverywhere } from '../model/grants.js';
import { makeSub, makeTemporaryPassword } from '../model/identifiers.js';
import type { AppClient, PoolUser } from '../model/pool-state.js';
import { isReachable, sendCode } from '../model/sent-codes.js';
import { passwordPolicyOf, policyViolation } from '../model/settings/password-policy.js';
import type { UserPool } from '../model/user-pool.js';
import { newUser, setPassword, setTemporaryPassword } from '../model/users.js';
import { ApiError, invalidParameter, notAuthorized } from './api-error.js';
import { describeOneUser, describeUser } from './descriptions.js';
import { attributeList, password, userPoolId, username } from './fields.js';
import { poolWithId, userWithName } from './lookups.js';
import { operation, type Operations } from './operation.js';
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

const userShape = z.object({ UserPoolId: userPoolId, Username: username });

const newUserShape = z.object({
  UserPoolId: userPoolId,
  Username: username,
  UserAttributes: attributeList.optional(),
  TemporaryPassword: password.optional(),
  ForceAliasCreation: z.boolean().optional(),
  MessageAction: z.enum(['RESEND', 'SUPPRESS']).optional(),
  DesiredDeliveryMediums: z.array(z.enum(['SMS', 'EMAIL'])).optional(),
});

/** What an administrator does to one user. */
export const userOperations: Operations = {
  AdminCreateUser: operation(newUserShape, (input, call) => {
    const pool = poolWithId(call, input.UserPoolId);
    const user =
      input.MessageAction === 'RESEND'
        ? userToInvite(pool, input.Username)
        : makeUser(pool, input, 'FORCE_CHANGE_PASSWORD', call.now);
    const temporary = input.TemporaryPassword ?? makeTemporaryPassword();
    refusePassword(pool, temporary);
    setTemporaryPassword(pool, user, temporary, call.now);
    pool.users.set(user.username, user);
    if (input.TemporaryPassword === undefined) {
      sendCode(pool, user, 'invitation', call.now, temporary);
    }
    return { User: describeUser(user) };
  }),
  AdminGetUser: operation(userShape, ({ UserPoolId, Username }, call) =>
    describeOneUser(userWithName(poolWithId(call, UserPoolId), Username)),
  ),
  AdminSetUserPassword: operation(
    userShape.extend({ Password: password, Permanent: z.boolean().optional() }),
    ({ UserPoolId, Username, Password, Permanent }, call) => {
      const pool = poolWithId(call, UserPoolId);
      const user = userWithName(pool, Username);
      refusePassword(pool, Password);
      (Permanent ? setPassword : setTemporaryPassword)(pool, user, Password, call.now);
      return {};
    },
  ),
  AdminDeleteUser: operation(userShape, ({ UserPoolId, Username }, call) => {
    const pool = poolWithId(call, UserPoolId);
    pool.users.delete(userWithName(pool, Username).username);
    return undefined;
  }),
  AdminUpdateUserAttributes: operation(
    userShape.extend({ UserAttributes: attributeList }),
    ({ UserPoolId, Username, UserAttributes }, call) => {
      const pool = poolWithId(call, UserPoolId);
      const user = userWithName(pool, Username);
      const attributes = recordOf(UserAttributes);
      refuseChange(pool, attributes);
      refuseTaken(pool, { login: user.username, attributes }, user);
      writeAttributes(user, attributes, call.now);
      return {};
    },
  ),
  AdminDeleteUserAttributes: operation(
    userShape.extend({ UserAttributeNames: z.array(z.string().min(1).max(32)) }),
    ({ UserPoolId, Username, UserAttributeNames }, call) => {
      const pool = poolWithId(call, UserPoolId);
      const user = userWithName(pool, Username);
      const attributes = Object.fromEntries(UserAttributeNames.map((name) => [name, '']));
      refuseChange(pool, attributes);
      writeAttributes(user, attributes, call.now);
      return {};
    },
  ),
  AdminConfirmSignUp: operation(userShape, ({ UserPoolId, Username }, call) => {
    const user = userWithName(poolWithId(call, UserPoolId), Username);
    confirmSignUp(user, call.now);
    return {};
  }),
  AdminResetUserPassword: operation(userShape, ({ UserPoolId, Username }, call) => {
    const pool = poolWithId(call, UserPoolId);
    const user = userWithName(pool, Username);
    if (user.status !== 'CONFIRMED' && user.status !== 'RESET_REQUIRED') {
      throw notAuthorized('User password cannot be reset in the current state.');
    }
    if (!isReachable(user)) {
      throw invalidParameter(
        'Cannot reset password for the user as there is no registered/verified email or phone_number',
      );
    }
    user.status = 'RESET_REQUIRED';
    user.modifiedAt = call.now;
    sendCode(pool, user, 'forgotten password', call.now);
    return {};
  }),
  AdminDisableUser: operation(userShape, ({ UserPoolId, Username }, call) => {
    const pool = poolWithId(call, UserPoolId);
    const user = userWithName(pool, Username);
    user.enabled = false;
    user.modifiedAt = call.now;
    signOutEverywhere(pool, user);
    return {};
  }),
  AdminEnableUser: operation(userShape, ({ UserPoolId, Username }, call) => {
    const user = userWithName(poolWithId(call, UserPoolId), Username);
    user.enabled = true;
    user.modifiedAt = call.now;
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
