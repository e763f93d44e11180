import type { ApiIssuer } from '../../relying-party/provider/api-tokens.js';
import type { IdentityProvider } from '../../relying-party/provider/identity-provider.js';
import type { ClientAuthenticationMethod } from '../../tokens/client-authentication.js';

/** Everything that can be set, checked. `options` has the variable, unit, default and reason of each. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  /** An origin, without a slash at the end. */
  readonly baseUrl: string;
  /** Where the site begins, without a slash at the end; empty at the root. */
  readonly basePath: string;
  /** `undefined`: made of the base path. */
  readonly cookieNamespace: string | undefined;
  /** Exactly as configured: it is compared with `iss` character by character. */
  readonly issuer: string;
  readonly clientId: string;
  /** One, or two while one replaces the other, newest first; none for a public client. */
  readonly clientSecrets: readonly string[];
  /** A private key, as PEM or as a JWK's JSON. */
  readonly clientKey: string | undefined;
  /** `undefined`: what the issuer lists. */
  readonly clientAuthentication: ClientAuthenticationMethod | undefined;
  readonly userInfo: 'merge' | 'none';
  readonly pushedAuthorizationRequests: boolean;
  readonly scope: string;
  readonly identityProviders: readonly IdentityProvider[];
  readonly emailIsVerified: boolean;
  /** `undefined`: at a user pool. */
  readonly revokeReplaced: boolean | undefined;
  readonly groupsClaim: string;
  /** Newest first: the first seals, all unseal. */
  readonly sessionSecrets: readonly string[];
  readonly sessionStore: string;
  readonly sessionIdleSeconds: number;
  readonly sessionAbsoluteSeconds: number;
  /** Names of the ID token's claims that sessions keep. */
  readonly sessionClaims: readonly string[];
  readonly loginSeconds: number;
  readonly apiClientIds: readonly string[];
  /** Empty: the base URL. `null`: not looked at. */
  readonly apiAudience: readonly string[] | null;
  readonly apiIssuers: readonly ApiIssuer[];
  readonly apiScope: string;
  /** Sites whose scripts may call the API with a bearer token; `*` for all. */
  readonly corsOrigins: readonly string[];
  /** 0 switches the limit off. */
  readonly rateLimitPerMinute: number;
  /** Express's `trust proxy`. */
  readonly trustProxy: boolean | number | readonly string[];
  readonly workers: number;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** Calls to other machines go through it; `undefined`: straight. May hold a password. */
  readonly httpsProxy: string | undefined;
  readonly noProxy: readonly string[];
  readonly shutdownSeconds: number;
  readonly metricsToken: string | undefined;
  /** On loopback. */
  readonly metricsPort: number | undefined;
}
