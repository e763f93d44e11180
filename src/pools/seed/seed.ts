import type { OAuthFlow, UserStatus } from '../model/pool-state.js';
import type { ClientSettings, PoolSettings } from '../model/settings/settings.js';

/**
 * What pools are made of, as written in code or in a JSON or YAML file. Unknown members are
 * refused.
 */
export interface PoolsSeed {
  readonly pools: readonly PoolSeed[];
}

/** One user pool. */
export interface PoolSeed {
  /** How this seed and `pools.pool(name)` call it. */
  readonly name: string;
  /** `eu-west-1_` and 9 letters or digits; made up when absent. Verifiers insist on this shape. */
  readonly id?: string | undefined;
  /**
   * Path segment of the domain origin. Default the name in lower case; `null`: no domain, and so no
   * pages.
   */
  readonly domain?: string | null | undefined;
  /**
   * 2: managed login, which shows no page to a client without branding. Default 1, the classic
   * pages.
   */
  readonly managedLoginVersion?: number | undefined;
  readonly passwordPolicy?: Partial<PasswordPolicySeed> | undefined;
  /** Attributes a federated user must come with, e.g. `[email]`. Default none. */
  readonly requiredAttributes?: readonly string[] | undefined;
  /** Anything else CreateUserPool can set, in the API's words. */
  readonly settings?: PoolSettings | undefined;
  readonly clients?: readonly ClientSeed[] | undefined;
  readonly identityProviders?: readonly IdentityProviderSeed[] | undefined;
  readonly groups?: readonly GroupSeed[] | undefined;
  readonly resourceServers?: readonly ResourceServerSeed[] | undefined;
  readonly users?: readonly UserSeed[] | undefined;
}

/** Each member defaults to Cognito's default: 8 characters with all four kinds. */
export interface PasswordPolicySeed {
  readonly minimumLength: number | undefined;
  readonly requireLowercase: boolean | undefined;
  readonly requireUppercase: boolean | undefined;
  readonly requireNumbers: boolean | undefined;
  readonly requireSymbols: boolean | undefined;
}

/** An app client. */
export interface ClientSeed {
  readonly name: string;
  /** 26 lower-case letters or digits; made up when absent. */
  readonly id?: string | undefined;
  /** Made up when absent; `null` makes a public client, unless there are `addedSecrets`. */
  readonly secret?: string | null | undefined;
  /** Newer ones, as AddUserPoolClientSecret adds them: two with `secret` at most. */
  readonly addedSecrets?: readonly string[] | undefined;
  /**
   * Exact URLs; `idpResponseOf` stands for that pool's `/oauth2/idpresponse`, whose port is not
   * known beforehand.
   */
  readonly callbackUrls?: readonly (string | { readonly idpResponseOf: string })[] | undefined;
  readonly logoutUrls?: readonly string[] | undefined;
  /** Default `[code]`. */
  readonly flows?: readonly OAuthFlow[] | undefined;
  /**
   * Default `[openid, email, profile]`, or every resource server scope for `client_credentials`.
   */
  readonly scopes?: readonly string[] | undefined;
  /** Provider names, or `COGNITO` for users of this pool. Default `[COGNITO]`. */
  readonly identityProviders?: readonly string[] | undefined;
  /** Default 3600. */
  readonly accessTokenSeconds?: number | undefined;
  /** Default 3600. */
  readonly idTokenSeconds?: number | undefined;
  /** Counted from sign-in; rotation does not prolong it. Default 2592000 (30 days). */
  readonly refreshTokenSeconds?: number | undefined;
  /** Absent: a refresh token lasts until it expires. */
  readonly refreshTokenRotation?: { readonly graceSeconds?: number | undefined } | undefined;
  /** Default true; adds `origin_jti` and `jti`. */
  readonly tokenRevocation?: boolean | undefined;
  /** Default true: an unknown user and a wrong password look the same. */
  readonly preventUserExistenceErrors?: boolean | undefined;
  /**
   * Anything else CreateUserPoolClient can set, in the API's words. With it, the defaults are the
   * API's as well.
   */
  readonly settings?: ClientSettings | undefined;
}

/** An OpenID Connect provider the pool federates to. */
export interface IdentityProviderSeed {
  /** 3 to 32 characters; no `_` and no blank, so that `Provider_sub` can be split. */
  readonly name: string;
  /** Values `idp_identifier` may have instead of the name. */
  readonly identifiers?: readonly string[] | undefined;
  /** Another pool of this seed, or an issuer URL with discovery. */
  readonly issuer: string | { readonly pool: string };
  /** Our registration there. */
  readonly client:
    | { readonly pool: string; readonly name: string }
    | { readonly id: string; readonly secret: string };
  /** Space separated. Default `openid`. */
  readonly scopes?: string | undefined;
  /** Pool attribute to claim of the provider; only what is named is taken. */
  readonly attributeMapping?: Readonly<Record<string, string>> | undefined;
  /** More of the API's `ProviderDetails`: endpoints that are not to be looked up, say. */
  readonly details?: Readonly<Record<string, string>> | undefined;
}

/** A group; each identity provider brings one of its own, `<pool id>_<provider>`. */
export interface GroupSeed {
  readonly name: string;
  readonly description?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly precedence?: number | undefined;
}

/** An API; its scopes are called `<identifier>/<name>`. */
export interface ResourceServerSeed {
  readonly identifier: string;
  /** Default the identifier. */
  readonly name?: string | undefined;
  readonly scopes: readonly { readonly name: string; readonly description?: string | undefined }[];
}

/** A user. */
export interface UserSeed {
  readonly username: string;
  /** Made up when absent. */
  readonly sub?: string | undefined;
  /** In the clear here, hashed in memory. */
  readonly password?: string | undefined;
  /** From a dump, instead of `password`. */
  readonly passwordHash?: string | undefined;
  /** Default `CONFIRMED`. */
  readonly status?: UserStatus | undefined;
  /** Default true. */
  readonly enabled?: boolean | undefined;
  /** All strings, `email_verified: 'true'` too. */
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  readonly groups?: readonly string[] | undefined;
}

/** The path segment of a pool's domain origin. */
export const domainOf = ({ domain, name }: PoolSeed): string | undefined =>
  domain === null ? undefined : (domain ?? name.toLowerCase());

/** The scopes of a pool's resource servers, in full. */
export const ownScopes = ({ resourceServers = [] }: PoolSeed): string[] =>
  resourceServers.flatMap(({ identifier, scopes }) =>
    scopes.map((scope) => `${identifier}/${scope.name}`),
  );

/** One thing wrong with a seed and where, e.g. `pools[0].clients[1].scopes[0]`. */
export interface SeedProblem {
  readonly path: string;
  readonly problem: string;
}

/** The seed cannot be used; `problems` has all that is wrong with it. */
export class SeedError extends Error {
  override readonly name = 'SeedError';
  readonly code = 'seed_invalid';
  readonly problems: readonly SeedProblem[];

  /** @param file where the seed came from, if from a file */
  constructor(problems: readonly SeedProblem[], file?: string) {
    const lines = problems.map(({ path, problem }) => `  ${path || '(all of it)'}: ${problem}`);
    const source = file === undefined ? '' : ` in ${file}`;
    super([`The seed of the pools${source} cannot be used:`, ...lines].join('\n'));
    this.problems = problems;
  }
}
