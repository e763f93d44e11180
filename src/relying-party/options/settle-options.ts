import { GROUPS_CLAIM } from '../../cognito/claims.js';
import { isUserPool } from '../../cognito/user-pool.js';
import { sealingSecrets, type SealOwner } from '../../sessions/sealing/sealing-secrets.js';
import type { Addresses } from '../addresses.js';
import { type ApiOptions, audienceOf } from '../provider/api-tokens.js';
import type { RelyingPartyOptions } from './options.js';
import { namespaceOf } from './values.js';
import type { ProxyOptions } from '../provider/calls/proxy.js';
import type { IdentityProvider } from '../provider/identity-provider.js';

const DEFAULT_SCOPE = 'openid email profile';
const DEFAULT_LOGIN_SECONDS = 300;
const DEFAULT_IDLE_SECONDS = 1800;
const DEFAULT_ABSOLUTE_SECONDS = 28_800;

/** What the options come to, each with its default. */
export interface SettledOptions extends Addresses {
  readonly issuer: string;
  readonly clientId: string;
  /** The OP is a Cognito user pool and speaks Cognito's dialect. */
  readonly isUserPool: boolean;
  readonly isHttps: boolean;
  /** The same at both ends, and never from the Host header. */
  readonly redirectUri: string;
  readonly cookieNamespace: string;
  /** Whose what we seal is. */
  readonly owner: SealOwner;
  /** For sealing, newest first. */
  readonly secrets: readonly string[];
  readonly scope: string;
  readonly identityProviders: readonly IdentityProvider[];
  readonly emailIsVerified: boolean;
  readonly revokeReplaced: boolean;
  readonly pushesRequests: boolean;
  readonly loginSeconds: number;
  readonly idleSeconds: number;
  /** How long a session lives at most. */
  readonly sessionSeconds: number;
  readonly sessionClaims: readonly string[];
  /** Where the OP names a user's groups, in tokens of any kind. */
  readonly groupsClaim: string;
  readonly profilePath: string;
  readonly api: ApiOptions;
  /** What `aud` of an access token must name; `null` when it is not looked at. */
  readonly audience: readonly string[] | null;
  readonly proxy: ProxyOptions | undefined;
  readonly now: () => number;
}

export function settleOptions(options: RelyingPartyOptions): SettledOptions {
  const { issuer, clientId, session, basePath = '', api = {} } = options;
  const baseUrl = new URL(options.baseUrl).origin;
  const cookieNamespace = options.cookieNamespace ?? namespaceOf(basePath);
  const owner = { issuer, clientId, cookieNamespace };
  return {
    issuer,
    clientId,
    isUserPool: isUserPool(issuer),
    baseUrl,
    basePath,
    homePath: options.homePath ?? '/',
    redirectUri: `${baseUrl}${basePath}/callback`,
    isHttps: baseUrl.startsWith('https:'),
    cookieNamespace,
    owner,
    secrets: sealingSecrets(session.secrets, owner),
    scope: options.scope ?? DEFAULT_SCOPE,
    identityProviders: options.identityProviders ?? [],
    emailIsVerified: options.emailIsVerified ?? false,
    revokeReplaced: options.revokeReplaced ?? isUserPool(issuer),
    pushesRequests: options.pushedAuthorizationRequests ?? false,
    loginSeconds: options.loginSeconds ?? DEFAULT_LOGIN_SECONDS,
    idleSeconds: session.idleSeconds ?? DEFAULT_IDLE_SECONDS,
    sessionSeconds: session.absoluteSeconds ?? DEFAULT_ABSOLUTE_SECONDS,
    sessionClaims: session.claims ?? [],
    groupsClaim: api.groupsClaim ?? GROUPS_CLAIM,
    profilePath: options.profilePath ?? `${basePath}/sessions`,
    api,
    audience: audienceOf(api.audience, [baseUrl]),
    proxy: typeof options.proxy === 'string' ? { url: options.proxy } : options.proxy,
    now: options.now ?? Date.now,
  };
}
