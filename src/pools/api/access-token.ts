import { z } from 'zod';
import type { PoolUser } from '../model/pool-state.js';
import { signedClaims, tokenUser, type AccessTokenClaims } from '../model/tokens/access-tokens.js';
import { notAuthorized } from './api-error.js';
import { SELF_SERVICE_SCOPE } from './authentication-result.js';
import { token } from './fields.js';
import { operation, type ApiCall, type Operation } from './operation.js';
import type { PoolCall } from './pool-operation.js';

/** What an operation has besides its input that somebody calls for themselves. */
export interface OwnCall extends PoolCall {
  readonly user: PoolUser;
  readonly claims: AccessTokenClaims;
}

const withToken = z.object({ AccessToken: token });

/** An operation of a user who calls with their own access token. */
export function ownOperation<Input>(
  shape: z.ZodType<Input>,
  answer: (input: Input, call: OwnCall) => object | undefined | Promise<object | undefined>,
): Operation {
  return operation(withToken.and(shape), async ({ AccessToken, ...input }, call) =>
    answer(input as Input, await identifyOwner(call, AccessToken)),
  );
}

/**
 * @throws {ApiError} `NotAuthorizedException` when it is not ours, expired, revoked or without the
 *   scope for this
 */
async function identifyOwner(call: ApiCall, accessToken: string): Promise<OwnCall> {
  for (const pool of call.runtime.pools) {
    const claims = await signedClaims(pool, accessToken);
    if (claims === undefined) continue;
    if (claims.expiresAt <= call.now) throw notAuthorized('Access Token has expired');
    const user = tokenUser(pool, claims);
    if (user === undefined) throw notAuthorized('Access Token has been revoked');
    if (!claims.scopes.includes(SELF_SERVICE_SCOPE)) {
      throw notAuthorized('Access Token does not have required scopes');
    }
    return { ...call, pool, user, claims };
  }
  throw notAuthorized('Invalid Access Token');
}
