import type { Pool, TokensOptions } from '../pools/index.js';

/** For `supertest(app).get(…).set(headers)`, `fetch(url, { headers })` and their like. */
export type BearerHeaders = { readonly authorization: string };

/**
 * The Authorization header of a caller, with an access token signed by the pool.
 *
 * @param pool `pools.pool('oidc-pool-1')`
 * @param caller a user of the pool with the client, the scopes and further claims of the token (`{ exp: 0 }` for an expired one,
 *   `null` takes a claim away); or a client of the pool on its own, by client_credentials
 * @throws {TypeError} when the pool has no such user or client
 */
export async function bearer(
  pool: Pool,
  caller: (TokensOptions & { readonly user: string }) | { client: string; scope?: string },
): Promise<BearerHeaders> {
  const token =
    'user' in caller
      ? (await pool.tokens(caller.user, caller)).accessToken
      : await pool.clientCredentialsToken(caller.client, caller.scope);
  return { authorization: `Bearer ${token}` };
}
