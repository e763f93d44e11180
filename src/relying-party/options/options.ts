import type { IdentityProvider } from '../provider/identity-provider.js';
import type { SessionStore } from '../../sessions/session-store.js';
import type { ClientAuthenticationMethod } from '../../tokens/client-authentication.js';
import type { ClientKey } from '../../tokens/client-key.js';
import type { ApiOptions } from '../provider/api-tokens.js';
import type { ReadClientSecret } from '../provider/secrets/client-secrets.js';
import type { ProxyOptions } from '../provider/calls/proxy.js';
import type { RelyingPartyViews } from '../views.js';

/** What a relying party is made of. Nothing is read from the environment. */
export interface RelyingPartyOptions {
  /**
   * The issuer, exactly as in its tokens: `https://cognito-idp.<region>.amazonaws.com/<pool id>`,
   * or any other OP's.
   */
  readonly issuer: string;
  readonly clientId: string;
  /**
   * `null` writes out that the client has none: it is a public one, or has a `clientKey`. Two,
   * newest first, while one replaces the other: a call that is refused with `invalid_client` is
   * made once more with the other one.
   */
  readonly clientSecret: string | readonly string[] | null;
  /**
   * Gives the secrets anew, newest first, where they can change while the program runs. Called when
   * one is refused and, from the first `checkSecrets` on, every fifteen seconds; where it throws,
   * those that are known stay. Default: they never change.
   */
  readonly readClientSecret?: ReadClientSecret | undefined;
  /** The private key to sign client assertions with, instead of a secret. */
  readonly clientKey?: ClientKey | undefined;
  /**
   * How the client authenticates at the token, revocation and pushed authorization endpoints.
   * Default what the OP lists and the credentials allow: with a secret `client_secret_basic`, else
   * `client_secret_post`; with a key `private_key_jwt`; else `none`. No other method is tried.
   */
  readonly clientAuthentication?: ClientAuthenticationMethod | undefined;
  /** The one public origin, without a path; every URL handed out is built from it. */
  readonly baseUrl: string;
  readonly session: {
    /** At least one, newest first, 32 bytes or more each. */
    readonly secrets: readonly string[];
    readonly store: SessionStore;
    /** Default 1800, at most 400 days. */
    readonly idleSeconds?: number | undefined;
    /** Default 28800, at most 400 days. */
    readonly absoluteSeconds?: number | undefined;
    /**
     * Claims of the ID token to keep in the session, e.g. `custom:tenant`, for `req.auth.claims`.
     * Default none: the record is read on every request, so it stays small. They are as they were
     * at the last refresh.
     */
    readonly claims?: readonly string[] | undefined;
  };
  /**
   * Where `rp.routes` is mounted, e.g. `/auth` for `app.use('/auth', rp.routes)`. Default the root.
   */
  readonly basePath?: string | undefined;
  /**
   * Keeps the cookies of two programs on one host apart, e.g. `shop`: cookies do not know ports.
   * Default made of `basePath`, so two relying parties in one app need nothing.
   */
  readonly cookieNamespace?: string | undefined;
  /**
   * `merge`: claims that the ID token lacks are taken from the userInfo endpoint, at each sign-in
   * and refresh, for OPs whose ID tokens are thin. Default `none`; a user pool's ID token has all
   * there is.
   */
  readonly userInfo?: 'merge' | 'none' | undefined;
  /**
   * Authorization requests are pushed (RFC 9126) also where the OP does not require it. Default
   * false.
   */
  readonly pushedAuthorizationRequests?: boolean | undefined;
  /** Default `openid email profile`. */
  readonly scope?: string | undefined;
  /** Default none: the master pool's own page then asks. */
  readonly identityProviders?: readonly IdentityProvider[] | undefined;
  /**
   * Whether the OP gives only addresses it has verified, and does not say so in `email_verified`,
   * as Entra ID. Default false: without the claim the address is `unverifiedEmail`. Where the claim
   * is there, it alone decides. Of users who came through an identity provider, that one's own
   * `emailIsVerified` speaks.
   */
  readonly emailIsVerified?: boolean | undefined;
  /**
   * Whether signing in again has the OP end the refresh token of this browser's sign-in before.
   * Default true at a user pool, where each sign-in has a grant of its own, and false elsewhere: at
   * OPs that reuse a grant the new sign-in would end with it.
   */
  readonly revokeReplaced?: boolean | undefined;
  /** How long one login attempt may take; default 300. */
  readonly loginSeconds?: number | undefined;
  /** Whose access tokens the API takes, besides those of our own client. */
  readonly api?: ApiOptions | undefined;
  /** Where the name of a signed-in person leads, on our pages; default our page of sessions. */
  readonly profilePath?: string | undefined;
  /**
   * Where the way home of our pages leads, and a sign-in that names no page of the host; default
   * `/`.
   */
  readonly homePath?: string | undefined;
  /** A folder whose views replace ours one by one. */
  readonly viewsFolder?: string | URL | undefined;
  /**
   * Functions that replace our pages one by one: each is given what the view would be, and returns
   * a whole HTML document.
   */
  readonly render?: RenderPages | undefined;
  /**
   * The proxy that calls to the OP go through, e.g. `http://proxy.example.com:3128`; default none.
   * This machine itself is never reached through it.
   */
  readonly proxy?: string | ProxyOptions | undefined;
  /**
   * Calls to the OP; default undici's `fetch` over a bounded keep-alive pool. Reaches its way by
   * itself: not with `proxy`.
   */
  readonly fetch?: typeof fetch | undefined;
  /** Epoch milliseconds; default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/**
 * A page of ours by name, drawn by the host. What a function puts into HTML it must escape itself.
 */
export type RenderPages = {
  readonly [Name in keyof RelyingPartyViews]?:
    ((locals: RelyingPartyViews[Name]) => string) | undefined;
};
