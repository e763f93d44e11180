/** A verified access token's claims, in our words. */
export interface AccessTokenClaims {
  readonly issuer: string;
  readonly subject: string;
  /** The app client the token was issued to (`client_id`; Cognito's access tokens carry no `aud`). */
  readonly clientId: string;
  readonly username: string | undefined;
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}
