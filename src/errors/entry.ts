/**
 * All that is known of a failure. Texts name options as `options.session.store`; a program may put
 * words of its own there.
 */
export interface Entry {
  readonly status: number;
  /** What the person in front of the browser is told. */
  readonly title: string;
  readonly detail: string;
  /**
   * The one thing to do: sign in again, try the same page again, go back to the start page, or sign
   * out.
   */
  readonly next: 'sign-in' | 'retry' | 'home' | 'sign-out';
  /** Instead, where a sign-in ends. */
  readonly atCallback?: { readonly title: string; readonly detail: string };
  /** For the operator: where it comes from, and what ends it. */
  readonly cause: string;
  readonly fix: string;
  /**
   * The error of the challenge that answers it; none for a caller without a token, or whose token
   * is not looked at.
   *
   * @see RFC 6750 section 3.1, RFC 9470 section 3
   */
  readonly challenge?:
    'invalid_request' | 'invalid_token' | 'insufficient_scope' | 'insufficient_user_authentication';
}

/** A family of failures, by code. */
export type Errors<Code extends string> = Readonly<Record<Code, Entry>>;
