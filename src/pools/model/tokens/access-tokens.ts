import { compactVerify, decodeProtectedHeader } from 'jose';
import type { PoolUser } from '../pool-state.js';
import type { UserPool } from '../user-pool.js';

/** What an access token of a pool says. Only its signature has been checked. */
export interface AccessTokenClaims {
  readonly scopes: readonly string[];
  readonly clientId: string;
  readonly eventId: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** The claims of an access token this pool signed; `undefined` for anything else. */
export async function signedClaims(
  pool: UserPool,
  accessToken: string,
): Promise<AccessTokenClaims | undefined> {
  try {
    const { kid, alg } = decodeProtectedHeader(accessToken);
    const key = pool.publishedKeys.find((each) => each.kid === kid);
    if (key === undefined || alg !== 'RS256') return undefined;
    const { payload } = await compactVerify(accessToken, key.publicJwk());
    const claims = JSON.parse(Buffer.from(payload).toString()) as Record<string, unknown>;
    if (claims['token_use'] !== 'access' || typeof claims['exp'] !== 'number') return undefined;
    return {
      scopes: String(claims['scope']).split(' '),
      clientId: String(claims['client_id']),
      eventId: String(claims['event_id']),
      expiresAt: claims['exp'] * 1000,
    };
  } catch {
    return undefined;
  }
}

/** Whose token it is; `undefined` once it was revoked, or the user is disabled or gone. */
export function tokenUser(pool: UserPool, { eventId }: AccessTokenClaims): PoolUser | undefined {
  const grant = pool.grants.get(eventId);
  return grant === undefined || grant.isRevoked ? undefined : pool.activeUser(grant);
}
