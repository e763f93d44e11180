import {
  anyMembers,
  checkOptions,
  optional,
  optionsOf,
  refuseFurther,
  text,
} from '../web/options/check-options.js';
import type { Pool, TokensOptions } from '../pools/index.js';

type UserOfClient = TokensOptions & { readonly user: string };
type ClientAlone = { readonly client: string; readonly scope?: string };

const client = text('give the name of a client of the pool');
const scope = optional(text('give scopes with a space between'));
const FIX = 'give { user, client, scope, claims } or { client, scope }';

const userOfClient = optionsOf<UserOfClient>(
  {
    user: text('give the name of a user of the pool'),
    client,
    scope,
    claims: optional(anyMembers('give claims by their names')),
  },
  FIX,
);
const clientAlone = optionsOf<ClientAlone>({ client, scope }, FIX);

/** For `supertest(app).get(…).set(headers)`, `fetch(url, { headers })` and their like. */
export type BearerHeaders = { readonly authorization: string };

/**
 * The Authorization header of a caller, with an access token signed by the pool.
 *
 * @param pool `pools.pool('oidc-pool-1')`
 * @param caller a user of the pool with the client, the scopes and further claims of the token
 *   (`{ exp: 0 }` for an expired one, `null` takes a claim away); or a client of the pool on its
 *   own, by client_credentials
 * @throws {TypeError} when the pool has no such user or client, and for an option that cannot be
 *   meant
 */
export async function bearer(
  pool: Pool,
  caller: UserOfClient | ClientAlone,
  ...further: readonly []
): Promise<BearerHeaders> {
  refuseFurther('bearer', further);
  if (typeof (pool as Partial<Pool> | undefined)?.tokens !== 'function') {
    throw new TypeError("bearer: its pool is none; give pools.pool('oidc-pool-1')");
  }
  const isUser = 'user' in Object(caller);
  checkOptions('bearer', isUser ? userOfClient : clientAlone, caller, 'caller');
  return { authorization: `Bearer ${await accessTokenOf(pool, caller)}` };
}

async function accessTokenOf(pool: Pool, caller: UserOfClient | ClientAlone): Promise<string> {
  if (!('user' in caller)) return pool.clientCredentialsToken(caller.client, caller.scope);
  const { user, ...options } = caller;
  return (await pool.tokens(user, options)).accessToken;
}
