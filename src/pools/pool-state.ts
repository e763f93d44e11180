import type { StoredPassword } from './password.js';
import type { IdentityProviderSeed, OAuthFlow, UserStatus } from './seed.js';

/** An app client with every default filled in. */
export interface AppClient {
  readonly name: string;
  readonly id: string;
  /** `undefined` for a public client. */
  readonly secret: string | undefined;
  readonly callbackUrls: readonly string[];
  readonly logoutUrls: readonly string[];
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
}

/** A provider the pool federates to, its references resolved. */
export interface IdentityProvider {
  readonly name: string;
  readonly identifiers: readonly string[];
  /** Must be `iss` of its ID tokens, byte for byte. */
  readonly issuer: string;
  readonly discoveryUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: string;
  readonly attributeMapping: NonNullable<IdentityProviderSeed['attributeMapping']>;
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
  /** What the client asks for: a provider of its own, the pool's users, one it may not use, or nothing in particular. */
  readonly provider: IdentityProvider | 'COGNITO' | 'unavailable' | undefined;
}

/** A user of the pool, native or federated. */
export interface PoolUser {
  readonly username: string;
  readonly sub: string;
  status: UserStatus;
  enabled: boolean;
  attributes: Record<string, string>;
  groups: string[];
  password: StoredPassword | undefined;
}

/**
 * What one sign-in at one client gave: every token of it carries `eventId`, so that revoking, signing out everywhere
 * and a replayed code reach them all.
 */
export interface Grant {
  readonly eventId: string;
  readonly originJti: string;
  readonly clientId: string;
  readonly username: string;
  /** Tells a user from a later one of the same name. */
  readonly sub: string;
  readonly scopes: readonly string[];
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

/** Drops what is over from the front of a map whose entries last equally long, so that it does not grow for ever. */
export function dropOutdated<T>(records: Map<string, T>, isOver: (record: T) => boolean): void {
  for (const [key, record] of records) {
    if (!isOver(record)) return;
    records.delete(key);
  }
}
