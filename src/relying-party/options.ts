import type { IdentityProvider } from '../config/settings.js';
import type { SessionStore } from '../sessions/session-store.js';

/** What a relying party is made of. Nothing is read from the environment. */
export interface RelyingPartyOptions {
  /** The issuer, exactly as in its tokens: `https://cognito-idp.<region>.amazonaws.com/<pool id>`, or any other OP's. */
  readonly issuer: string;
  readonly clientId: string;
  /** `null` writes out that the client is a public one. */
  readonly clientSecret: string | null;
  /** The one public origin, without a path; every URL handed out is built from it. */
  readonly baseUrl: string;
  readonly session: {
    /** At least one, newest first, 32 bytes or more each. */
    readonly secrets: readonly string[];
    readonly store: SessionStore;
    /** Default 1800. */
    readonly idleSeconds?: number | undefined;
    /** Default 28800. */
    readonly absoluteSeconds?: number | undefined;
  };
  /** Default `openid email profile`. */
  readonly scope?: string | undefined;
  /** Default none: the master pool's own page then asks. */
  readonly identityProviders?: readonly IdentityProvider[] | undefined;
  /** How long one login attempt may take; default 300. */
  readonly loginSeconds?: number | undefined;
  /** App clients, besides our own, whose access tokens the API accepts. */
  readonly apiClientIds?: readonly string[] | undefined;
  /** A folder whose views replace ours one by one. */
  readonly viewsFolder?: string | undefined;
  /** Calls to the OP; default undici's `fetch` over a bounded keep-alive pool. */
  readonly fetch?: typeof fetch | undefined;
  /** Epoch milliseconds; default `Date.now`. */
  readonly now?: (() => number) | undefined;
}
