import type { KeySupply, PoolKeys, SigningKey } from './credentials/keys.js';
import { issuerOf, type PoolContents, type PoolPlacement } from './pool-contents.js';
import type {
  AppClient,
  AuthChallenge,
  AuthorizationCode,
  Branding,
  BrowserSession,
  Grant,
  Group,
  IdentityProvider,
  NewPasswordChallenge,
  PendingFederation,
  PoolDomain,
  PoolUser,
  RefreshToken,
  ResourceServer,
  SentCode,
  SessionConfiguration,
} from './pool-state.js';
import { schemaOf } from './settings/schema.js';
import type { PoolSettings, SchemaAttribute } from './settings/settings.js';

/** One user pool: what it is made of, and everything that happens in it while it runs. */
export class UserPool {
  readonly id: string;
  /** What `iss` says. */
  readonly issuer: string;
  /** Where discovery and JWKS are served; equals `issuer` unless that imitates AWS. */
  readonly issuerUrl: string;
  readonly createdAt: number;

  name = '';
  settings: PoolSettings = {};
  mfaSettings: Readonly<Record<string, unknown>> = {};
  sessionConfiguration: SessionConfiguration | undefined;
  modifiedAt = 0;
  domains: readonly PoolDomain[] = [];

  /** By id. */
  readonly clients: Map<string, AppClient> = new Map();
  /** By name. */
  readonly identityProviders: Map<string, IdentityProvider> = new Map();
  /** By name; each provider has one too. */
  readonly groups: Map<string, Group> = new Map();
  /** By identifier. */
  readonly resourceServers: Map<string, ResourceServer> = new Map();
  /** By client id. */
  readonly brandings: Map<string, Branding> = new Map();

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
  /** By the `Session`, or the `SECRET_BLOCK`, that was given out. */
  readonly authChallenges: Map<string, AuthChallenge> = new Map();
  /** By purpose and user name. */
  readonly sentCodes: Map<string, SentCode> = new Map();

  readonly #origin: string;
  readonly #initial: PoolContents;
  #keys: PoolKeys;
  #retiredKeys: readonly SigningKey[] = [];

  constructor(contents: PoolContents, { origin, issuer }: PoolPlacement) {
    this.id = contents.id;
    this.createdAt = contents.createdAt;
    this.issuerUrl = `${origin}/${this.id}`;
    this.issuer = issuerOf(this.id, { origin, issuer });
    this.#origin = origin;
    this.#initial = contents;
    this.#keys = contents.keys;
    this.reset();
  }

  /** `eu-west-1`, say. */
  get region(): string {
    return this.id.slice(0, this.id.indexOf('_'));
  }

  /** The domain pages and links name: the caller's own if there is one. */
  get mainDomain(): PoolDomain | undefined {
    return this.domains.find((each) => each.certificateArn !== undefined) ?? this.domains[0];
  }

  /** Path of the domain origin, e.g. `/oidc-pool-1`; the pool's cookies have this path. */
  get domainPath(): string {
    if (this.mainDomain === undefined) throw new TypeError(`Pool ${this.name} has no domain`);
    return `/${this.mainDomain.name}`;
  }

  /** URL of the domain origin. @throws {TypeError} when the pool has no domain */
  get domain(): string {
    return `${this.#origin}${this.domainPath}`;
  }

  get schema(): readonly SchemaAttribute[] {
    return schemaOf(this.settings);
  }

  /** Attributes a user must come with. */
  get requiredAttributes(): readonly string[] {
    return this.schema
      .filter(({ Name, Required }) => Required && Name !== 'sub')
      .map(({ Name }) => Name);
  }

  /** The keys tokens are signed with now. */
  get keys(): PoolKeys {
    return this.#keys;
  }

  get retiredKeys(): readonly SigningKey[] {
    return this.#retiredKeys;
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
    return id === null ? undefined : this.clients.get(id);
  }

  /**
   * The enabled user a grant or session was made for; `undefined` once disabled, deleted or
   * replaced.
   */
  activeUser({ username, sub }: { username: string; sub: string }): PoolUser | undefined {
    const user = this.users.get(username);
    return user?.sub === sub && user.enabled ? user : undefined;
  }

  /** The group that users of a provider are in. */
  groupOf({ name }: Pick<IdentityProvider, 'name'>): string {
    return `${this.id}_${name}`;
  }

  /** Adds a provider and the group of its users. */
  addIdentityProvider(provider: IdentityProvider): void {
    this.identityProviders.set(provider.name, provider);
    const { createdAt, modifiedAt } = provider;
    const name = this.groupOf(provider);
    if (this.groups.has(name)) return;
    const description = `Autogenerated group for users who sign in using ${provider.name}`;
    const group = { name, description, roleArn: undefined, precedence: undefined };
    this.groups.set(name, { ...group, createdAt, modifiedAt });
  }

  /** Back to what the pool was made of. */
  reset(): void {
    const contents = this.#initial;
    this.#keys = contents.keys;
    this.#retiredKeys = contents.retiredKeys;
    this.name = contents.name;
    this.settings = contents.settings;
    this.mfaSettings = contents.mfaSettings;
    this.sessionConfiguration = contents.sessionConfiguration;
    this.domains = contents.domains;
    this.modifiedAt = contents.modifiedAt;
    for (const records of [
      this.grants,
      this.codes,
      this.refreshTokens,
      this.browserSessions,
      this.pendingFederations,
      this.newPasswordChallenges,
      this.authChallenges,
      this.sentCodes,
    ]) {
      records.clear();
    }
    refill(this.clients, contents.clients, ({ id }) => id);
    refill(this.groups, contents.groups, ({ name }) => name);
    refill(this.identityProviders, [], ({ name }) => name);
    for (const provider of contents.identityProviders) this.addIdentityProvider(provider);
    refill(this.resourceServers, contents.resourceServers, ({ identifier }) => identifier);
    refill(this.brandings, contents.brandings, ({ clientId }) => clientId);
    refill(this.users, contents.users.map(copyOf), ({ username }) => username);
  }
}

function refill<T>(
  records: Map<string, T>,
  contents: readonly T[],
  keyOf: (record: T) => string,
): void {
  records.clear();
  for (const record of contents) records.set(keyOf(record), record);
}

const copyOf = (user: PoolUser): PoolUser => ({
  ...user,
  attributes: { ...user.attributes },
  groups: [...user.groups],
});
