import { z } from 'zod';
import { revokeGrantsOf, revokeGrant } from '../model/grants.js';
import type { AppClient, PoolUser, RefreshToken } from '../model/pool-state.js';
import {
  activeRefreshToken,
  grantOf,
  issueSuccessor,
  refreshTokenOf,
} from '../model/tokens/refresh-tokens.js';
import { readableAttributes } from '../model/tokens/visible-attributes.js';
import type { UserPool } from '../model/user-pool.js';
import { ownOperation } from './access-token.js';
import { ApiError, invalidParameter, notAuthorized } from './api-error.js';
import { tokensResult } from './authentication-result.js';
import { attributesOf } from './descriptions.js';
import { clientId, token } from './fields.js';
import { poolOfClient } from './lookups.js';
import { operation, type Operations } from './operation.js';
import { userOperation } from './pool-operation.js';
import { requireSecret, requireSecretHash } from './secret-hash.js';

/** What is done with tokens that are there already. */
export const tokenOperations: Operations = {
  GetUser: ownOperation(z.object({}), (_input, { pool, user, claims }) => {
    const client = pool.client(claims.clientId) ?? { readAttributes: undefined };
    return {
      Username: user.username,
      UserAttributes: attributesOf(user, readableAttributes(user, client)),
    };
  }),
  GlobalSignOut: ownOperation(z.object({}), (_input, { pool, user }) => {
    revokeGrantsOf(pool, user);
    return {};
  }),
  AdminUserGlobalSignOut: userOperation(z.object({}), (_input, { pool, user }) => {
    revokeGrantsOf(pool, user);
    return {};
  }),
  RevokeToken: operation(
    z.object({ Token: token, ClientId: clientId, ClientSecret: z.string().optional() }),
    ({ Token, ClientId, ClientSecret }, call) => {
      const { pool, client } = poolOfClient(call, ClientId);
      requireSecret(client, ClientSecret);
      revoke(pool, client, Token);
      return {};
    },
  ),
  GetTokensFromRefreshToken: operation(
    z.object({ RefreshToken: token, ClientId: clientId, ClientSecret: z.string().optional() }),
    async ({ RefreshToken: text, ClientId, ClientSecret }, call) => {
      const { pool, client } = poolOfClient(call, ClientId);
      requireSecret(client, ClientSecret);
      const found = requireActiveToken(pool, client, text, call.now);
      const refreshToken = await issueSuccessor(pool, client, found.refreshToken, call.now);
      const { grant } = found.refreshToken;
      const tokens = { client, grant, user: found.user, refreshToken };
      const { AuthenticationResult } = (await tokensResult(pool, tokens, call.now)) as {
        AuthenticationResult: object;
      };
      return { AuthenticationResult };
    },
  ),
};

/** REFRESH_TOKEN_AUTH: new access and ID tokens; the refresh token stays. */
export async function refreshWithApi(
  pool: UserPool,
  client: AppClient,
  parameters: Readonly<Record<string, string>>,
  now: number,
): Promise<object> {
  const text = parameters['REFRESH_TOKEN'];
  if (!text) throw invalidParameter('Missing required parameter REFRESH_TOKEN');
  const { refreshToken, user } = requireActiveToken(pool, client, text, now);
  requireSecretHash(client, parameters['SECRET_HASH'], [user.username, user.sub]);
  const tokens = { client, user, grant: refreshToken.grant, refreshToken: undefined };
  return tokensResult(pool, tokens, now);
}

function requireActiveToken(
  pool: UserPool,
  client: AppClient,
  text: string,
  now: number,
): { refreshToken: RefreshToken; user: PoolUser } {
  const known = refreshTokenOf(pool, text);
  if (known === undefined || known.grant.clientId !== client.id) {
    throw notAuthorized('Invalid Refresh Token');
  }
  if (known.grant.isRevoked) throw notAuthorized('Refresh Token has been revoked');
  if (now >= known.expiresAt) throw notAuthorized('Refresh Token has expired');
  if (pool.users.get(known.grant.username)?.enabled === false) {
    throw notAuthorized('User is disabled.');
  }
  const active = activeRefreshToken(pool, text, now);
  if (active !== undefined) return active;
  if (known.rotatedAt === undefined) throw notAuthorized('Invalid Refresh Token');
  throw new ApiError('RefreshTokenReuseException', 'Refresh token has already been used.');
}

function revoke(pool: UserPool, client: AppClient, text: string): void {
  if (!client.tokenRevocation) {
    throw new ApiError(
      'UnsupportedOperationException',
      'Token revocation is not enabled for this client',
    );
  }
  if (text.split('.').length === 3) {
    throw new ApiError('UnsupportedTokenTypeException', 'Unsupported token type');
  }
  const grant = grantOf(pool, text);
  if (grant !== undefined && grant.clientId !== client.id) {
    throw new ApiError('UnauthorizedException', 'The token was issued to another client');
  }
  if (grant !== undefined) revokeGrant(grant);
}
