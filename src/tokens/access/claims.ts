/** A verified access token's claims, in our words. */
export interface AccessTokenClaims {
  readonly issuer: string;
  readonly subject: string;
  /**
   * The client the token was issued to: `client_id` at a user pool and by RFC 9068, elsewhere also
   * `azp`, `appid` or `cid`.
   */
  readonly clientId: string;
  /** Of a partner only if its entry names the claim it is in. */
  readonly username: string | undefined;
  /** Of a partner (`api.issuers`) only those scopes and groups that it may speak of. */
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** The sign-in it came from (`origin_jti`, Cognito); absent for a client's own tokens. */
  readonly originJti: string | undefined;
  /**
   * The browser's session at the OP that it came from (`sid`, other OPs); it may outlive a sign-in.
   */
  readonly sid: string | undefined;
  /** Epoch milliseconds. */
  readonly issuedAt: number | undefined;
  /**
   * When the user gave their credentials (`auth_time`), or when a client's own token was issued, in
   * epoch milliseconds; of a partner only if its entry names `auth_time`.
   */
  readonly authenticatedAt: number | undefined;
  /**
   * By their names on the wire: all of them, or of a partner those it may speak of; `email` only if
   * it was verified. Frozen: later requests are given the same.
   */
  readonly all: Readonly<Record<string, unknown>>;
  /**
   * Those of them that count where a guard asks for a claim: of a partner `iss` and what its entry
   * names. Frozen as well.
   */
  readonly counting: Readonly<Record<string, unknown>>;
}
