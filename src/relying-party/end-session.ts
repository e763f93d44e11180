import { decodeJwt } from 'jose';
import { identityProviderOf } from '../cognito/claims.js';
import type { Session, SessionTokens } from '../sessions/session.js';
import { textOf, type SignedClaims } from '../tokens/signed-claims.js';
import type { RelyingPartyParts } from './context.js';
import type { RelyingPartyEvents } from './events.js';
import { untilNow, type EndedSignIn } from './revoked-sign-ins.js';
import { revokeTokens, type RevocationOutcome } from './revoke.js';

/** Why a session ends. */
export type EndReason = RelyingPartyEvents['session.ended'][0]['reason'];

/** What has to be known of a session to end it. */
type SignInToEnd = Pick<
  Session,
  'issuer' | 'subject' | 'identityProvider' | 'originJti' | 'sid' | 'accessTokenExpiresAt'
>;

export type SessionToEnd =
  | (SignInToEnd & { readonly key: string })
  | { readonly key: string; readonly signIn?: Promise<SignInToEnd | undefined> };

/** What came of ending a session. */
export interface EndedSession {
  /** The store has deleted it, or had none. If not, this process refuses it, and deletes it once the store works. */
  readonly isOver: boolean;
  /** Whose it was, as far as that is known; not while it is not over. */
  readonly signIn: SignInToEnd | undefined;
  /** What it held, if this call was the one that deleted it. */
  readonly tokens: SessionTokens | undefined;
  /** How the revocation at the OP goes; `pending` while the session is not over. Never rejects. */
  readonly revocation: Promise<RevocationOutcome | 'pending'>;
}

/**
 * Ends a session, whether or not its record can be read. First it is deleted, whatever happens afterwards; then its sign-in is
 * noted as ended, for access tokens, and its refresh token revoked, both best effort. Never rejects: signing out does not fail.
 *
 * @param session itself, or its key alone, with what may be found out about it
 * @param options.revoke whether the OP is asked to end the refresh token too; default true
 * @param options.issuedBeforeSeconds see `RevokedSignIns.add`: a sign-in that takes this one's place may have its `sid`
 */
export async function endSession(
  parts: RelyingPartyParts,
  session: SessionToEnd,
  reason: EndReason,
  options: { readonly revoke?: boolean; readonly issuedBeforeSeconds?: number } = {},
): Promise<EndedSession> {
  const { key } = session;
  let ended: Omit<EndedSession, 'isOver'> = NOT_YET;
  let tries = 0;
  const isOver = await parts.leftovers.attempt(
    key,
    async () => {
      tries += 1;
      const removed = await parts.sessions.end(key);
      const known = 'subject' in session ? session : await session.signIn;
      return { removed, signIn: known ?? (removed?.tokens && signInOf(parts, removed.tokens)) };
    },
    ({ removed, signIn }) => {
      const revocation =
        removed === undefined
          ? NOTHING_TO_REVOKE
          : clearUp(parts, key, { ...removed, ...options, signIn });
      ended = { signIn, tokens: removed?.tokens, revocation };
      // A store that did not answer in time may have deleted it all the same; what it held is lost then.
      if (removed !== undefined || tries > 1) {
        parts.events.emit('session.ended', { subject: signIn?.subject, session: key, reason });
      }
    },
  );
  return { isOver, ...ended };
}

const NOT_YET: Omit<EndedSession, 'isOver'> = {
  signIn: undefined,
  tokens: undefined,
  revocation: Promise.resolve('pending'),
};
const NOTHING_TO_REVOKE = Promise.resolve('not-possible' as const);
/** What follows once a session has been deleted. */
async function clearUp(
  parts: RelyingPartyParts,
  key: string,
  found: {
    readonly tokens: SessionTokens | undefined;
    readonly signIn: SignInToEnd | undefined;
    readonly revoke?: boolean;
    readonly issuedBeforeSeconds?: number;
  },
): Promise<RevocationOutcome> {
  const { tokens, signIn, revoke = true } = found;
  const { issuedAtSeconds, expiresAt } = tokens === undefined ? NO_DATES : datesOf(tokens);
  // Of the moment of the end, however late the store takes the mark. The OP's clock may be ahead: what we held has come to its end.
  const now = Math.max(untilNow(parts.now()), issuedAtSeconds + 1);
  const { issuedBeforeSeconds = now } = found;
  const ended: EndedSignIn | undefined = signIn && {
    ...signIn,
    accessTokenExpiresAt: Math.max(signIn.accessTokenExpiresAt, expiresAt),
  };
  const [outcome] = await Promise.all([
    // What is sealed with a secret that is not ours cannot be revoked.
    tokens === undefined
      ? ('failed' as const)
      : revokeTokens(parts, key, revoke ? tokens : undefined),
    ended &&
      parts.leftovers.attempt(`mark ${key}`, () =>
        parts.revokedSignIns.add(ended, issuedBeforeSeconds),
      ),
  ]);
  return outcome;
}

/** By the OP's clock, as far as tokens say it. */
interface TokenDates {
  /** When the last of them was issued. */
  readonly issuedAtSeconds: number;
  /** When the access token expires, in epoch milliseconds. */
  readonly expiresAt: number;
}
const NO_DATES: TokenDates = { issuedAtSeconds: 0, expiresAt: 0 };

/** `expires_in` was the OP's word about its access token, or our guess; one that is a JWT says itself what an API believes. */
function datesOf({ accessToken, idToken }: SessionTokens): TokenDates {
  const access = claimsIn(accessToken);
  return {
    issuedAtSeconds: Math.max(numberOf(access, 'iat'), numberOf(claimsIn(idToken), 'iat')),
    expiresAt: numberOf(access, 'exp') * 1000,
  };
}

/** Nothing for a token that is no JWT: an access token need not be one, and the test kit signs people in with none at all. */
function claimsIn(token: string): SignedClaims {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}

function numberOf(claims: SignedClaims, name: string): number {
  const value = claims[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** Whose tokens these are, by their ID token, which was verified before it was sealed. */
function signInOf(
  { issuer, identityProviders }: RelyingPartyParts,
  { idToken, accessTokenExpiresAt }: SessionTokens,
): SignInToEnd | undefined {
  const claims = claimsIn(idToken);
  const subject = textOf(claims, 'sub');
  if (subject === undefined) return undefined;
  return {
    issuer,
    subject,
    identityProvider: identityProviderOf(
      claims,
      identityProviders.map(({ name }) => name),
    ),
    originJti: textOf(claims, 'origin_jti'),
    sid: textOf(claims, 'sid'),
    accessTokenExpiresAt,
  };
}

/**
 * Ends several at once and waits for their revocations.
 * @returns whether all of them are over
 */
export async function endSessions(
  parts: RelyingPartyParts,
  sessions: readonly Session[],
  reason: EndReason,
): Promise<boolean> {
  const ended = await Promise.all(sessions.map((session) => endSession(parts, session, reason)));
  await Promise.all(ended.map(({ revocation }) => revocation));
  return ended.every(({ isOver }) => isOver);
}
