import type { IdentityProvider } from '../config/settings.js';
import type { Pools } from '../pools/index.js';
import type { RelyingPartyOptions } from '../relying-party/options.js';
import { MemoryStore } from '../sessions/memory-store.js';

/** What of the options a test wants otherwise, and which app client the relying party is. */
export type TestOptions = Partial<RelyingPartyOptions> & {
  /** Name of the pool; default `oidc-pool-1`. */
  readonly pool?: string;
  /** Name of the app client; default `site`. */
  readonly client?: string;
};

const DEFAULT_POOL = 'oidc-pool-1';
const DEFAULT_CLIENT = 'site';

/**
 * Options for `createRelyingParty` that make it a relying party of running pools: their client, sessions in memory, and the pools'
 * clock, so that `pools.clock.advance` moves both.
 *
 * `baseUrl` defaults to `http://localhost:3000`, for which the article's seed has its callback URL; a test that goes through the
 * sign-in itself gives the address it listens on, here and in the seed.
 */
export function relyingPartyOptions(
  pools: Pools,
  { pool = DEFAULT_POOL, client = DEFAULT_CLIENT, ...options }: TestOptions = {},
): RelyingPartyOptions {
  const { issuer, ...master } = pools.pool(pool);
  const { id, secret } = master.client(client);
  const now = (): number => pools.clock.now();
  return {
    issuer,
    clientId: id,
    clientSecret: secret ?? null,
    baseUrl: 'http://localhost:3000',
    now,
    session: {
      secrets: ['a secret for tests only, of more than 32 bytes'],
      store: new MemoryStore({ now }),
    },
    ...options,
  };
}

/**
 * The pool behind the master pool as a relying party is told of it: sign-in goes straight there, and sign-out ends its session too.
 *
 * @param name of the pool, which is also what the master pool calls it; default `oidc-pool-2`
 * @param client the master pool's app client there; default `master-pool`
 */
export function upstreamProvider(
  pools: Pools,
  {
    name = 'oidc-pool-2',
    client = 'master-pool',
    label = 'Corporate ID',
  }: { name?: string; client?: string; label?: string } = {},
): IdentityProvider {
  const upstream = pools.pool(name);
  const clientId = upstream.client(client).id;
  return {
    name,
    label,
    emailDomains: [],
    signOut: { kind: 'cognito', domain: upstream.domain, clientId },
  };
}
