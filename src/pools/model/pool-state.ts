import type { ClientSecret } from './credentials/client-secrets.js';
import type { StoredPassword } from './credentials/password.js';
import type { ClientSettings, ProviderSettings } from './settings/settings.js';

/**
 * The ways a client may ask for tokens. `client_credentials` excludes the others, as in Cognito.
 */
export type OAuthFlow = 'code' | 'implicit' | 'client_credentials';

/** An app client with every default filled in. A change makes a new one. */
export interface AppClient {
  readonly name: string;
  readonly id: string;
  /** What was set, in the API's words; every other member follows from it. */
  readonly settings: ClientSettings;
  /** Epoch milliseconds, like `modifiedAt`. */
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** Oldest first, two at most; none for a public client. */
  readonly secrets: readonly ClientSecret[];
  readonly callbackUrls: readonly string[];
  readonly logoutUrls: readonly string[];
  /** Stands in for a redirect URI that a request leaves out. */
  readonly defaultRedirectUri: string | undefined;
  /** Empty for a client that may not use OAuth. */
  readonly flows: readonly OAuthFlow[];
  readonly scopes: readonly string[];
  readonly identityProviders: readonly string[];
  readonly accessTokenSeconds: number;
  readonly idTokenSeconds: number;
  readonly refreshTokenSeconds: number;
  /** `undefined`: no rotation. */
  readonly rotationGraceSeconds: number | undefined;
  readonly tokenRevocation: boolean;
  readonly preventUserExistenceErrors: boolean;
  /** Flows of InitiateAuth, as `ExplicitAuthFlows` has them. */
  readonly authFlows: readonly string[];
  /** How long somebody has for each step of InitiateAuth. */
  readonly authSessionSeconds: number;
  /** `undefined`: all. */
  readonly readAttributes: readonly string[] | undefined;
  /** `undefined`: all. */
  readonly writeAttributes: readonly string[] | undefined;
}

/** A provider the pool federates to, its references resolved. A change makes a new one. */
export interface IdentityProvider {
  readonly name: string;
  /** What was set, in the API's words; every other member follows from it. */
  readonly settings: ProviderSettings;
  /** Epoch milliseconds, like `modifiedAt`. */
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly identifiers: readonly string[];
  /** Must be `iss` of its ID tokens, byte for byte. */
  readonly issuer: string;
  /** Those that were set; the others are looked up. */
  readonly endpoints: Readonly<
    Record<
      'authorizationEndpoint' | 'tokenEndpoint' | 'userInfoEndpoint' | 'jwksUri',
      string | undefined
    >
  >;
  readonly userInfoMethod: 'GET' | 'POST';
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: string;
  /** Pool attribute to claim of the provider. */
  readonly attributeMapping: Readonly<Record<string, string>>;
}

/** A domain of the pool: a prefix, or a name of the caller's own. */
export interface PoolDomain {
  readonly name: string;
  /** 1: classic pages; 2: managed login, which needs a branding style per client. */
  readonly managedLoginVersion: number;
  /** Only with a name of one's own. */
  readonly certificateArn: string | undefined;
}

/** A group. A change makes a new one. */
export interface Group {
  readonly name: string;
  readonly description: string | undefined;
  readonly roleArn: string | undefined;
  readonly precedence: number | undefined;
  /** Epoch milliseconds, like `modifiedAt`. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** An API and its scopes. A change makes a new one. */
export interface ResourceServer {
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly { readonly name: string; readonly description: string }[];
}

/** A branding style: a client on a managed login domain shows no page without one. */
export interface Branding {
  readonly id: string;
  readonly clientId: string;
  /** What was set, in the API's words. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds, like `modifiedAt`. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** An authorization request that passed every check. */
export interface AuthorizationRequest {
  readonly client: AppClient;
  readonly responseType: 'code' | 'token';
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  readonly codeChallenge: string | undefined;
  readonly loginHint: string | undefined;
  readonly prompts: readonly string[];
  /**
   * What the client asks for: a provider of its own, the pool's users, one it may not use, or
   * nothing in particular.
   */
  readonly provider: IdentityProvider | 'COGNITO' | 'unavailable' | undefined;
}

/** Where a user is in their life. The last two stop a sign-in. */
export type UserStatus =
  'CONFIRMED' | 'FORCE_CHANGE_PASSWORD' | 'EXTERNAL_PROVIDER' | 'UNCONFIRMED' | 'RESET_REQUIRED';

/** A user of the pool, native or federated. */
export interface PoolUser {
  readonly username: string;
  readonly sub: string;
  status: UserStatus;
  enabled: boolean;
  attributes: Record<string, string>;
  groups: string[];
  password: StoredPassword | undefined;
  /** When a temporary password stops working; `undefined`: never. */
  passwordExpiresAt: number | undefined;
  /** Epoch milliseconds, like `modifiedAt`. */
  readonly createdAt: number;
  modifiedAt: number;
}

/**
 * A code AWS would have sent to a user, to be typed in; of an invitation it is the temporary
 * password.
 */
export interface SentCode {
  readonly username: string;
  readonly purpose: 'invitation' | 'sign-up' | 'forgotten password';
  /** The attribute it was sent to. */
  readonly attribute: 'email' | 'phone_number';
  readonly code: string;
  readonly expiresAt: number;
}

/**
 * What one sign-in at one client gave: every token of it carries `eventId`, so that revoking,
 * signing out everywhere and a replayed code reach them all.
 */
export interface Grant {
  readonly eventId: string;
  readonly originJti: string;
  readonly clientId: string;
  readonly username: string;
  /** Tells a user from a later one of the same name. */
  readonly sub: string;
  readonly scopes: readonly string[];
  /** Made by InitiateAuth: its ID tokens need no `openid` and have no `at_hash`. */
  readonly isFromApi: boolean;
  /** Epoch seconds. */
  readonly authTime: number;
  isRevoked: boolean;
}

/** An authorization code. Times here and below are epoch milliseconds. */
export interface AuthorizationCode {
  readonly grant: Grant;
  readonly redirectUri: string;
  readonly codeChallenge: string | undefined;
  readonly nonce: string | undefined;
  readonly expiresAt: number;
  isUsed: boolean;
}

/** A refresh token as the pool remembers it, by its SHA-256. */
export interface RefreshToken {
  readonly grant: Grant;
  readonly expiresAt: number;
  /** Set once a successor was given out. */
  rotatedAt: number | undefined;
}

/** What the `cognito` cookie stands for. */
export interface BrowserSession {
  readonly username: string;
  readonly sub: string;
  readonly clientId: string;
  /** `COGNITO`, or the provider the user came through. */
  readonly provider: string;
  readonly signedInAt: number;
}

/** A sign-in that is away at an identity provider. */
export interface PendingFederation {
  /** The query of the request, for starting over. */
  readonly query: URLSearchParams;
  readonly request: AuthorizationRequest;
  readonly provider: IdentityProvider;
  readonly nonce: string;
  /** Value of the `csrf-state` cookie of the browser that left. */
  readonly browser: string;
  readonly startedAt: number;
}

/** Somebody proved a temporary password and owes a new one. */
export interface NewPasswordChallenge {
  readonly username: string;
  readonly sub: string;
  readonly expiresAt: number;
}

/** Somebody is halfway through InitiateAuth. */
export interface AuthChallenge {
  readonly name: 'NEW_PASSWORD_REQUIRED' | 'PASSWORD_VERIFIER';
  /** As it was typed; there may be no such user, which the next step must not show. */
  readonly login: string;
  readonly clientId: string;
  /** `undefined`: there is no such user. */
  readonly sub: string | undefined;
  /** Numbers of the SRP exchange so far, hexadecimal. */
  readonly srp: { readonly a: string; readonly b: string } | undefined;
  readonly expiresAt: number;
}

/**
 * Drops what is over from the front of a map whose entries last equally long, so that it does not
 * grow for ever.
 */
export function dropOutdated<T>(records: Map<string, T>, isOver: (record: T) => boolean): void {
  for (const [key, record] of records) {
    if (!isOver(record)) return;
    records.delete(key);
  }
}

/** How sign-ins of a pool are recorded, in the API's words. */
export interface SessionConfiguration {
  readonly UserSessionTracking: 'ENABLED' | 'DISABLED';
  readonly TokenSession: { readonly MaxPerUser: number };
}
