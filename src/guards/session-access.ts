/**
 * What a page asks of its visitor, beyond being signed in. Everything named must hold; `undefined`
 * is a `TypeError`.
 */
export interface SessionAccess {
  /** The user must have given their credentials within so many seconds, at least 1. */
  readonly maxAgeSeconds?: number;
  /** The `acr` values that will do, separated by spaces, as the OP names them. */
  readonly acrValues?: string;
  /**
   * Ask the OP on each request whether it still knows the sign-in; default false. Costs a call to
   * userInfo. Without a refresh token the user signs in anew once the access token has ended, since
   * nothing else can be asked with.
   */
  readonly fresh?: boolean;
}
