import type { IdentityProvider } from '../relying-party/provider/identity-provider.js';
import {
  checkOptions,
  option,
  optional,
  optionsOf,
  refuseFurther,
  text,
} from '../web/options/check-options.js';
import type { Pools } from '../pools/index.js';
import { optionChecks } from '../relying-party/options/check-options.js';
import type { RelyingPartyOptions } from '../relying-party/options/options.js';
import { MemoryStore } from '../sessions/stores/memory-store.js';

/** What of the options a test wants otherwise, and which app client the relying party is. */
export type TestOptions = Partial<RelyingPartyOptions> & {
  /** Name of the pool; default `oidc-pool-1`. */
  readonly pool?: string;
  /** Name of the app client; default `site`. */
  readonly client?: string;
};

type UpstreamNames = { readonly name?: string; readonly client?: string; readonly label?: string };

const runningPools = option(
  (value) =>
    typeof (value as Partial<Pools> | null)?.pool === 'function' ? undefined : 'are none',
  'give what startPools(…) resolved to',
);

const aName = optional(text('give a name, or leave it out'));

/** Each has a default here, which `undefined` stands for. */
const withDefaults = Object.fromEntries(
  Object.entries(optionChecks).map(([name, check]) => [name, optional(check)]),
);

const testOptions = optionsOf<TestOptions>({
  ...optionChecks,
  ...withDefaults,
  pool: aName,
  client: aName,
});

const upstreamNames = optionsOf<UpstreamNames>({ name: aName, client: aName, label: aName });

const DEFAULT_POOL = 'oidc-pool-1';
const DEFAULT_CLIENT = 'site';

/**
 * Options for `createRelyingParty` that make it a relying party of running pools: their client,
 * sessions in memory, and the pools' clock, so that `pools.clock.advance` moves both.
 *
 * `baseUrl` defaults to `http://localhost:3000`, for which `federatedPoolsSeed` has its callback
 * URL; a test that goes through the sign-in itself gives the address it listens on, here and in the
 * seed.
 *
 * @throws {TypeError} when there is no such pool or client, and for an option that cannot be meant
 */
export function relyingPartyOptions(
  pools: Pools,
  given: TestOptions = {},
  ...further: readonly []
): RelyingPartyOptions {
  refuseFurther('relyingPartyOptions', further);
  checkOptions('relyingPartyOptions', runningPools, pools, 'pools');
  checkOptions('relyingPartyOptions', testOptions, given);
  const { pool = DEFAULT_POOL, client = DEFAULT_CLIENT, ...options } = present(given);
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
 * The pool behind the master pool as a relying party is told of it: sign-in goes straight there,
 * and sign-out ends its session too.
 *
 * @param names.name of the pool, which is also what the master pool calls it; default `oidc-pool-2`
 * @param names.client the master pool's app client there; default `master-pool`
 * @throws {TypeError} when there is no such pool or client, and for an option that cannot be meant
 */
export function upstreamProvider(
  pools: Pools,
  names: UpstreamNames = {},
  ...further: readonly []
): IdentityProvider {
  refuseFurther('upstreamProvider', further);
  checkOptions('upstreamProvider', runningPools, pools, 'pools');
  checkOptions('upstreamProvider', upstreamNames, names);
  const { name = 'oidc-pool-2', client = 'master-pool', label = 'Corporate ID' } = names;
  const upstream = pools.pool(name);
  const clientId = upstream.client(client).id;
  return {
    name,
    label,
    emailDomains: [],
    signOut: { kind: 'cognito', domain: upstream.domain, clientId },
  };
}

/** Without the options that are `undefined`: they would take the place of a default. */
const present = <Options extends object>(options: Options): Options =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
