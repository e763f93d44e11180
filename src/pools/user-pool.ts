import { clientFrom, identityProviderFrom, passwordPolicyFrom, userFrom } from './from-seed.js';
import { makePoolId } from './identifiers.js';
import type { KeySupply, PoolKeys, SigningKey } from './keys.js';
import type { PasswordPolicy } from './password.js';
import type {
  AppClient,
  AuthorizationCode,
  BrowserSession,
  Grant,
  IdentityProvider,
  NewPasswordChallenge,
  PendingFederation,
  PoolUser,
  RefreshToken,
} from './pool-state.js';
import { domainOf, type PoolSeed, type PoolsSeed } from './seed.js';

/** Where the pools are reached and what their tokens call them. */
export interface PoolPlacement {
  /** The one origin every URL of ours starts with. */
  readonly origin: string;
  readonly issuer: 'local' | 'aws';
}

/** One user pool: what it is made of, and everything that happens in it while it runs. */
export class UserPool {
  readonly name: string;
  readonly id: string;
  /** Path of the domain origin, e.g. `/oidc-pool-1`; the pool's cookies have this path. */
  readonly domainPath: string;
  /** URL of the domain origin. */
  readonly domain: string;
  /** What `iss` says. */
  readonly issuer: string;
  /** Where discovery and JWKS are served; equals `issuer` unless that imitates AWS. */
  readonly issuerUrl: string;
  readonly seed: PoolSeed;
  readonly passwordPolicy: PasswordPolicy;
  /** Attributes a federated user must come with. */
  readonly requiredAttributes: readonly string[];
  readonly clients: readonly AppClient[];
  identityProviders: readonly IdentityProvider[] = [];

  readonly users: Map<string, PoolUser> = new Map();
  /** By event id. */
  readonly grants: Map<string, Grant> = new Map();
  readonly codes: Map<string, AuthorizationCode> = new Map();
  readonly refreshTokens: Map<string, RefreshToken> = new Map();
  /** By the value of the `cognito` cookie. */
  readonly browserSessions: Map<string, BrowserSession> = new Map();
  /** By the `state` sent to the provider. */
  readonly pendingFederations: Map<string, PendingFederation> = new Map();
  readonly newPasswordChallenges: Map<string, NewPasswordChallenge> = new Map();

  readonly #seedUsers: readonly PoolUser[];
  readonly #seedKeys: PoolKeys;
  #keys: PoolKeys;
  #retiredKeys: readonly SigningKey[] = [];

  constructor(
    seed: PoolSeed,
    keys: PoolKeys,
    { origin, issuer }: PoolPlacement,
    domainOfPool: (name: string) => string,
  ) {
    this.seed = seed;
    this.name = seed.name;
    this.id = seed.id ?? makePoolId();
    this.domainPath = `/${domainOf(seed)}`;
    this.domain = `${origin}${this.domainPath}`;
    this.issuerUrl = `${origin}/${this.id}`;
    this.issuer = issuer === 'local' ? this.issuerUrl : awsIssuer(this.id);
    this.passwordPolicy = passwordPolicyFrom(seed.passwordPolicy);
    this.requiredAttributes = seed.requiredAttributes ?? [];
    this.clients = (seed.clients ?? []).map((each) => clientFrom(each, seed, domainOfPool));
    this.#seedUsers = (seed.users ?? []).map(userFrom);
    this.#seedKeys = keys;
    this.#keys = keys;
    this.reset();
  }

  /** The keys tokens are signed with now. */
  get keys(): PoolKeys {
    return this.#keys;
  }

  /** What JWKS shows, and what `/oauth2/userInfo` accepts. */
  get publishedKeys(): readonly SigningKey[] {
    return [this.#keys.idToken, this.#keys.accessToken, ...this.#retiredKeys];
  }

  /** Signs with new keys from now on; the present ones stay published only if `keepOld`. */
  async rotateKeys(supply: KeySupply, keepOld: boolean): Promise<void> {
    const next = await supply.next();
    this.#retiredKeys = keepOld ? this.publishedKeys : [];
    this.#keys = next;
  }

  client(id: string | null): AppClient | undefined {
    return this.clients.find((each) => each.id === id);
  }

  /** @throws {TypeError} when no client has that name */
  clientNamed(name: string): AppClient {
    const client = this.clients.find((each) => each.name === name);
    if (client === undefined) throw new TypeError(`Pool ${this.name} has no client "${name}"`);
    return client;
  }

  /** @throws {TypeError} when no user has that name */
  userNamed(username: string): PoolUser {
    const user = this.users.get(username);
    if (user === undefined) throw new TypeError(`Pool ${this.name} has no user "${username}"`);
    return user;
  }

  /** The enabled user a grant or session was made for; `undefined` once disabled, deleted or replaced. */
  activeUser({ username, sub }: { username: string; sub: string }): PoolUser | undefined {
    const user = this.users.get(username);
    return user?.sub === sub && user.enabled ? user : undefined;
  }

  /** Names of all groups: the seed's, and one for each identity provider. */
  get groups(): readonly string[] {
    const own = (this.seed.groups ?? []).map(({ name }) => name);
    return [...own, ...this.identityProviders.map((each) => this.groupOf(each))];
  }

  /** The group that users of a provider are in. */
  groupOf(provider: IdentityProvider): string {
    return `${this.id}_${provider.name}`;
  }

  /** Back to the seed. */
  reset(): void {
    this.#keys = this.#seedKeys;
    this.#retiredKeys = [];
    for (const records of [
      this.users,
      this.grants,
      this.codes,
      this.refreshTokens,
      this.browserSessions,
      this.pendingFederations,
      this.newPasswordChallenges,
    ]) {
      records.clear();
    }
    for (const user of this.#seedUsers) {
      const { attributes, groups } = user;
      this.users.set(user.username, {
        ...user,
        attributes: { ...attributes },
        groups: [...groups],
      });
    }
  }
}

/**
 * Makes the pools of a seed and joins them.
 *
 * @param keys one pair per pool, in the order of the seed
 */
export function createUserPools(
  { pools: seeds }: PoolsSeed,
  keys: readonly PoolKeys[],
  placement: PoolPlacement,
): readonly UserPool[] {
  const domainOfPool = (name: string): string => {
    const seed = seeds.find((each) => each.name === name);
    return `${placement.origin}/${seed && domainOf(seed)}`;
  };
  const pools = seeds.map(
    (seed, index) => new UserPool(seed, keys[index]!, placement, domainOfPool),
  );
  for (const pool of pools) {
    pool.identityProviders = (pool.seed.identityProviders ?? []).map((seed) =>
      identityProviderFrom(seed, (name) => poolNamed(pools, name)),
    );
  }
  return pools;
}

/** @throws {TypeError} when no pool has that name */
export function poolNamed(pools: readonly UserPool[], name: string): UserPool {
  const pool = pools.find((each) => each.name === name);
  if (pool !== undefined) return pool;
  const names = pools.map((each) => each.name).join(', ');
  throw new TypeError(`There is no pool "${name}"; there are ${names}`);
}

const awsIssuer = (poolId: string): string =>
  `https://cognito-idp.${poolId.slice(0, poolId.indexOf('_'))}.amazonaws.com/${poolId}`;
