export { ConfigError } from './errors/config-error.js';
export { RelyingPartyError, type RelyingPartyErrorCode } from './errors/relying-party-error.js';
export type {
  IdentityProvider,
  UpstreamSignOut,
} from './relying-party/provider/identity-provider.js';
export type { ApiAccess, ClaimCheck } from './guards/api-access.js';
export { authOf, type Authentication } from './guards/authentication.js';
export type { SessionAccess } from './guards/session-access.js';
export { createRelyingParty } from './relying-party/create-relying-party.js';
export type { RelyingPartyEvents } from './relying-party/events.js';
export type { ApiIssuer, ApiOptions } from './relying-party/provider/api-tokens.js';
export type { RelyingPartyOptions, RenderPages } from './relying-party/options/options.js';
export type { ProxyOptions } from './relying-party/provider/calls/proxy.js';
export type { RelyingParty } from './relying-party/relying-party.js';
export type { CurrentSession, SessionState } from './relying-party/session/current.js';
export type { RelyingPartyViews, SignOutStepView } from './relying-party/views.js';
export { openSessionStore } from './sessions/stores/open-session-store.js';
export type { Session } from './sessions/session.js';
export type { SessionStore } from './sessions/session-store.js';
export type { SignatureAlgorithm } from './tokens/algorithms.js';
export type { AccessTokenClaims } from './tokens/access/claims.js';
export type { ClientAuthenticationMethod } from './tokens/client-authentication.js';
export type { ClientKey } from './tokens/client-key.js';
export { allowOrigins } from './web/request/cross-origin.js';
export type { Moment } from './web/pages/moment.js';
export type { PageContext } from './web/pages/page-context.js';
