import { createHash } from 'node:crypto';
import { dropOutdated, type Grant, type PoolUser, type RefreshToken } from '../pool-state.js';
import type { UserPool } from '../user-pool.js';
import { mintRefreshToken } from './mint.js';

/** Gives out a refresh token for a grant; the pool keeps only a hash of it. */
export async function issueRefreshToken(
  pool: UserPool,
  grant: Grant,
  { now, expiresAt }: { now: number; expiresAt: number },
): Promise<string> {
  dropOutdated(pool.refreshTokens, (each) => now > each.expiresAt);
  const text = await mintRefreshToken(pool);
  pool.refreshTokens.set(hashOf(text), { grant, expiresAt, rotatedAt: undefined });
  return text;
}

/** The grant a refresh token belongs to, whether it still works or not. */
export function grantOf(pool: UserPool, text: string): Grant | undefined {
  return refreshTokenOf(pool, text)?.grant;
}

/** What the pool remembers of a refresh token, whether it still works or not. */
export function refreshTokenOf(pool: UserPool, text: string): RefreshToken | undefined {
  return pool.refreshTokens.get(hashOf(text));
}

/**
 * Looks a refresh token up. A disabled user's tokens work again once the user does. Within the
 * grace period each use of a replaced token gives a successor of its own. To the client all
 * refusals are `invalid_grant`; what Cognito says of a replaced token is not known.
 *
 * @returns `undefined` when it is unknown, expired, revoked, replaced by rotation for longer than
 *   the client's grace period, or its user is gone or disabled
 */
export function activeRefreshToken(
  pool: UserPool,
  text: string,
  now: number,
): { refreshToken: RefreshToken; user: PoolUser } | undefined {
  const refreshToken = refreshTokenOf(pool, text);
  if (refreshToken === undefined || refreshToken.grant.isRevoked) return undefined;
  const { grant, expiresAt, rotatedAt } = refreshToken;
  const graceMs = (pool.client(grant.clientId)?.rotationGraceSeconds ?? 0) * 1000;
  if (now >= expiresAt) return undefined;
  if (rotatedAt !== undefined && (graceMs === 0 || now > rotatedAt + graceMs)) return undefined;
  const user = pool.activeUser(grant);
  return user && { refreshToken, user };
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
