/**
 * What every request may know about who is signed in. Small on purpose: it is read and unsealed on
 * each request. Times are epoch milliseconds.
 */
export interface Session {
  /**
   * The session's key in the store (a hash of the session id): safe to log and to show, useless as
   * a cookie.
   */
  readonly key: string;
  /** `iss` and `sub` of the verified ID token: together they are the account. */
  readonly issuer: string;
  readonly subject: string;
  readonly username: string;
  readonly name: string | undefined;
  /** Only an address that was verified, see `unverifiedEmail`. */
  readonly email: string | undefined;
  /** An address that nobody has shown to be this person's; then `email` is absent. */
  readonly unverifiedEmail: string | undefined;
  readonly groups: readonly string[];
  readonly scopes: readonly string[];
  /**
   * Name of the identity provider the user came through, from the `identities` claim; absent for
   * the pool's own users.
   */
  readonly identityProvider: string | undefined;
  /** Cognito's name for this sign-in (`origin_jti`), which its access tokens carry too. */
  readonly originJti: string | undefined;
  /**
   * The OP's name for the browser's session there (`sid`), which logout tokens name; it may outlive
   * this sign-in.
   */
  readonly sid: string | undefined;
  /**
   * When the user last gave their credentials (`auth_time`), in epoch milliseconds; absent if the
   * OP does not say.
   */
  readonly authenticatedAt: number | undefined;
  /** How the user authenticated, as the OP names it; absent if it does not say. */
  readonly acr: string | undefined;
  /**
   * Further claims of the ID token that the relying party was asked to keep, as they were at the
   * last refresh.
   */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  /** The browser that signed in, from its User-Agent header, at most 200 characters. */
  readonly userAgent: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly absoluteExpiresAt: number;
  /** When the access token expires. */
  readonly accessTokenExpiresAt: number;
  /**
   * From when on the next request refreshes the tokens; some time before they expire, spread so
   * that sessions differ. Never, which is a date far away, without a refresh token.
   */
  readonly refreshDueAt: number;
}

/** `refreshDueAt` without a refresh token, as JSON can say it. */
export const NEVER_DUE: number = Number.MAX_SAFE_INTEGER;

/** Whether the tokens can be replaced by newer ones. */
export function isRefreshable({ refreshDueAt }: Pick<Session, 'refreshDueAt'>): boolean {
  return refreshDueAt !== NEVER_DUE;
}

/** What to call the person: never by the `sub` alone, which is a name to programs only. */
export function displayNameOf(session: Session): string {
  const { name, email, unverifiedEmail } = session;
  return name ?? email ?? usernameOf(session) ?? unverifiedEmail ?? 'Your account';
}

/** The name the person types or knows, if the OP tells one. */
export function usernameOf({ username, subject }: Session): string | undefined {
  return username === subject ? undefined : username;
}

/** The tokens of a session. They never leave the server, except to the OP they came from. */
export interface SessionTokens {
  readonly idToken: string;
  readonly accessToken: string;
  /** Absent when the OP gives none; the session then ends by its own limits. */
  readonly refreshToken: string | undefined;
  /**
   * What the first ID token's `nonce` was; a refreshed one has the same or none (OpenID Connect
   * Core 1.0 section 12.2).
   */
  readonly nonce: string | undefined;
  readonly accessTokenExpiresAt: number;
  readonly refreshDueAt: number;
}

/** What a login knows about the new session; times and the key are added when it is established. */
export type SignedIn = Omit<
  Session,
  'key' | 'createdAt' | 'lastSeenAt' | 'absoluteExpiresAt' | 'accessTokenExpiresAt' | 'refreshDueAt'
>;
