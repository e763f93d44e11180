import type { PoolUser } from '../model/pool-state.js';
import { signedClaims, tokenUser, type AccessTokenClaims } from '../model/tokens/access-tokens.js';
import type { UserPool } from '../model/user-pool.js';
import { notAuthorized } from './api-error.js';
import { SELF_SERVICE_SCOPE } from './authentication-result.js';
import type { ApiCall } from './operation.js';

/** Whose access token it is, and where. */
export interface TokenOwner {
  readonly pool: UserPool;
  readonly user: PoolUser;
  readonly claims: AccessTokenClaims;
}

/**
 * The user who calls with their own access token.
 *
 * @throws {ApiError} `NotAuthorizedException` when it is not ours, expired, revoked or without the
 *   scope for this
 */
export async function ownerOfToken(
  { runtime, now }: ApiCall,
  accessToken: string,
): Promise<TokenOwner> {
  for (const pool of runtime.pools) {
    const claims = await signedClaims(pool, accessToken);
    if (claims === undefined) continue;
    if (claims.expiresAt <= now) throw notAuthorized('Access Token has expired');
    const user = tokenUser(pool, claims);
    if (user === undefined) throw notAuthorized('Access Token has been revoked');
    if (!claims.scopes.includes(SELF_SERVICE_SCOPE)) {
      throw notAuthorized('Access Token does not have required scopes');
    }
    return { pool, user, claims };
  }
  throw notAuthorized('Invalid Access Token');
}
