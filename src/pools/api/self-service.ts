import { z } from 'zod';
import { matchesNobody } from '../model/credentials/password.js';
import type { AppClient, PoolUser, SentCode } from '../model/pool-state.js';
import {
  delivery,
  isReachable,
  sendCode,
  takeCode,
  type CodeDelivery,
} from '../model/sent-codes.js';
import type { UserPool } from '../model/user-pool.js';
import { setPassword, userWithLogin } from '../model/users.js';
import { ownerOfToken } from './access-token.js';
import { ApiError, invalidParameter, notAuthorized, userNotFound } from './api-error.js';
import { attributeList, clientId, password, token, username } from './fields.js';
import { poolOfClient } from './lookups.js';
import { operation, type ApiCall, type Operations } from './operation.js';
import { requireSecretHash } from './secret-hash.js';
import {
  recordOf,
  refuseChange,
  refuseTaken,
  refuseUnwritableAttributes,
  writeAttributes,
} from './user-attributes.js';
import { confirmSignUp, makeUser, refusePassword } from './users.js';

const nameShape = z.object({
  ClientId: clientId,
  Username: username,
  SecretHash: z.string().min(1).optional(),
});
const code = z.string().min(1).max(2048).regex(/^\S+$/);

/** What people do for themselves: without a token, or with their access token. */
export const selfServiceOperations: Operations = {
  SignUp: operation(
    nameShape.extend({ Password: password, UserAttributes: attributeList.optional() }),
    (input, call) => {
      const { pool, client } = poolOfClient(call, input.ClientId);
      requireSecretHash(client, input.SecretHash, [input.Username]);
      if (pool.settings.AdminCreateUserConfig?.AllowAdminCreateUserOnly) {
        throw notAuthorized('SignUp is not permitted for this user pool');
      }
      refusePassword(pool, input.Password);
      const user = makeUser(pool, input, 'UNCONFIRMED', call.now, client);
      setPassword(pool, user, input.Password, call.now);
      user.status = 'UNCONFIRMED';
      pool.users.set(user.username, user);
      return {
        UserConfirmed: false,
        UserSub: user.sub,
        CodeDeliveryDetails: sendSignUpCode(pool, user, call.now),
      };
    },
  ),
  ConfirmSignUp: operation(
    nameShape.extend({ ConfirmationCode: code, ForceAliasCreation: z.boolean().optional() }),
    (input, call) => {
      const { pool, user } = callerOf(input, call);
      if (user === undefined) throw userNotFound();
      if (user.status !== 'UNCONFIRMED') {
        throw notAuthorized(`User cannot be confirmed. Current status is ${user.status}`);
      }
      const sent = requireCode(pool, user, 'sign-up', input.ConfirmationCode, call.now);
      if (user.attributes[sent.attribute]) user.attributes[`${sent.attribute}_verified`] = 'true';
      confirmSignUp(user, call.now);
      return {};
    },
  ),
  ResendConfirmationCode: operation(nameShape, (input, call) => {
    const { pool, client, user } = callerOf(input, call);
    if (user === undefined) return pretendDelivery(client, input.Username);
    if (user.status !== 'UNCONFIRMED') throw invalidParameter('User is already confirmed.');
    return { CodeDeliveryDetails: sendSignUpCode(pool, user, call.now) };
  }),
  ForgotPassword: operation(nameShape, (input, call) => {
    const { pool, client, user } = callerOf(input, call);
    if (user === undefined) return pretendDelivery(client, input.Username);
    if (!user.enabled) throw notAuthorized('User is disabled.');
    if (user.status !== 'CONFIRMED' && user.status !== 'RESET_REQUIRED') {
      throw notAuthorized('User password cannot be reset in the current state.');
    }
    if (!isReachable(user)) {
      throw invalidParameter(
        'Cannot reset password for the user as there is no registered/verified email or phone_number',
      );
    }
    return { CodeDeliveryDetails: sendCode(pool, user, 'forgotten password', call.now) };
  }),
  ConfirmForgotPassword: operation(
    nameShape.extend({ ConfirmationCode: code, Password: password }),
    (input, call) => {
      const { pool, client, user } = callerOf(input, call);
      if (user === undefined)
        throw client.preventUserExistenceErrors ? wrongCode() : userNotFound();
      refusePassword(pool, input.Password);
      requireCode(pool, user, 'forgotten password', input.ConfirmationCode, call.now);
      setPassword(pool, user, input.Password, call.now);
      return {};
    },
  ),
  ChangePassword: operation(
    z.object({
      AccessToken: token,
      PreviousPassword: password.optional(),
      ProposedPassword: password,
    }),
    async ({ AccessToken, PreviousPassword = '', ProposedPassword }, call) => {
      const { pool, user } = await ownerOfToken(call, AccessToken);
      const isRight = await (user.password?.matches(PreviousPassword) ??
        matchesNobody(PreviousPassword));
      if (!isRight) throw notAuthorized('Incorrect username or password.');
      refusePassword(pool, ProposedPassword);
      setPassword(pool, user, ProposedPassword, call.now);
      return {};
    },
  ),
  UpdateUserAttributes: operation(
    z.object({ AccessToken: token, UserAttributes: attributeList }),
    async ({ AccessToken, UserAttributes }, call) => {
      await writeOwn(AccessToken, recordOf(UserAttributes), call);
      return {};
    },
  ),
  DeleteUserAttributes: operation(
    z.object({ AccessToken: token, UserAttributeNames: z.array(z.string().min(1).max(32)) }),
    async ({ AccessToken, UserAttributeNames }, call) => {
      const emptied = Object.fromEntries(UserAttributeNames.map((name) => [name, '']));
      await writeOwn(AccessToken, emptied, call);
      return {};
    },
  ),
  DeleteUser: operation(z.object({ AccessToken: token }), async ({ AccessToken }, call) => {
    const { pool, user } = await ownerOfToken(call, AccessToken);
    pool.users.delete(user.username);
    return undefined;
  }),
};

/**
 * A code goes to an address the pool verifies by itself; without one, an administrator confirms.
 */
function sendSignUpCode(pool: UserPool, user: PoolUser, now: number): CodeDelivery | undefined {
  const { AutoVerifiedAttributes = [] } = pool.settings;
  const isSent = AutoVerifiedAttributes.some((name) => user.attributes[name]);
  return isSent ? sendCode(pool, user, 'sign-up', now) : undefined;
}

function callerOf(
  input: z.output<typeof nameShape>,
  call: ApiCall,
): { pool: UserPool; client: AppClient; user: PoolUser | undefined } {
  const { pool, client } = poolOfClient(call, input.ClientId);
  // Whoever has not confirmed an address yet signs in with it all the same here.
  const user = userWithLogin(pool, input.Username) ?? unverifiedUser(pool, input.Username);
  requireSecretHash(client, input.SecretHash, [input.Username, user?.username ?? input.Username]);
  return { pool, client, user };
}

const unverifiedUser = (pool: UserPool, login: string): PoolUser | undefined =>
  [...pool.users.values()].find(
    ({ status, attributes }) => status === 'UNCONFIRMED' && attributes['email'] === login,
  );

/**
 * An answer for somebody who is not there: an invented address, or the truth where that is not to
 * be hidden.
 */
function pretendDelivery({ preventUserExistenceErrors }: AppClient, name: string): object {
  if (!preventUserExistenceErrors) throw userNotFound();
  return { CodeDeliveryDetails: delivery('email', `${name}@example.com`) };
}

function requireCode(
  pool: UserPool,
  user: PoolUser,
  purpose: SentCode['purpose'],
  given: string,
  now: number,
): SentCode {
  const sent = takeCode(pool, user, purpose, { code: given, now });
  if (sent === 'wrong') throw wrongCode();
  if (sent === 'expired') {
    throw new ApiError(
      'ExpiredCodeException',
      'Invalid code provided, please request a code again.',
    );
  }
  return sent;
}

const wrongCode = (): ApiError =>
  new ApiError('CodeMismatchException', 'Invalid verification code provided, please try again.');

async function writeOwn(
  accessToken: string,
  attributes: Record<string, string>,
  call: ApiCall,
): Promise<void> {
  const { pool, user, claims } = await ownerOfToken(call, accessToken);
  const client = pool.client(claims.clientId);
  refuseChange(pool, attributes);
  if (client !== undefined) refuseUnwritableAttributes(client, attributes);
  refuseTaken(pool, { login: user.username, attributes }, user);
  writeAttributes(user, attributes, call.now);
}
