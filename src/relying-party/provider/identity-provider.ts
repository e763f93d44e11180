/**
 * How a sign-out at one identity provider is done; `none` says in `advice` what the user can do
 * instead.
 */
export type UpstreamSignOut =
  | { readonly kind: 'cognito'; readonly domain: string; readonly clientId: string }
  | {
      readonly kind: 'oidc';
      readonly endSessionEndpoint: string;
      readonly clientId?: string | undefined;
    }
  | { readonly kind: 'none'; readonly advice: string };

/** An identity provider of the user pool that a user may choose here. */
export interface IdentityProvider {
  /** The name it has in the user pool, letter by letter: it is sent as `identity_provider`. */
  readonly name: string;
  /** What its button says. */
  readonly label: string;
  /** Lower-case domains; an e-mail address in one of them picks this provider. */
  readonly emailDomains: readonly string[];
  readonly signOut: UpstreamSignOut;
  /**
   * Whether it gives only addresses it has verified, also where the user pool has no
   * `email_verified` of them; default false.
   */
  readonly emailIsVerified?: boolean | undefined;
}
