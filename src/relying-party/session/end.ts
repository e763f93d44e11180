import { decodeJwt } from 'jose';
import { identityProviderOf } from '../../cognito/claims.js';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import type { Session, SessionTokens } from '../../sessions/session.js';
import { textOf, type SignedClaims } from '../../tokens/signed-claims.js';
import type { RelyingPartyParts } from '../context.js';
import type { RelyingPartyEvents } from '../events.js';
import { untilNow, type EndedSignIn } from './revoked-sign-ins.js';
import { revokeTokens, type RevocationOutcome } from '../provider/revoke.js';

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
  /** There was one, and this call is the one that deleted it. */
  readonly isEndedByUs: boolean;
  /** Whose it was, as far as that is known; not while it is not over. */
  readonly signIn: SignInToEnd | undefined;
  /** What it held, if this call was the one that deleted it. */
  readonly tokens: SessionTokens | undefined;
  /** How the revocation at the OP goes; `pending` while the session is not over. Never rejects. */
  readonly revocation: Promise<RevocationOutcome | 'pending'>;
}

interface EndOptions {
  readonly revoke?: boolean;
  readonly issuedBeforeSeconds?: number;
  readonly said?: SaidByProvider;
}

/** What a logout token names. */
interface SaidByProvider {
  readonly sid: string | undefined;
  /** The time of the OP. */
  readonly issuedAtSeconds: number;
}

/**
 * Ends a session, whether or not its record can be read. First it is deleted, whatever happens afterwards; then its sign-in is
 * noted as ended, for access tokens, and its refresh token revoked, both best effort. Never rejects: signing out does not fail.
 *
 * All of it belongs to the process from the first moment: whoever began it may hang up, also at a page of the host.
 *
 * @param session itself, or its key alone, with what may be found out about it
 * @param options.revoke whether the OP is asked to end the refresh token too; default true
 * @param options.issuedBeforeSeconds see `RevokedSignIns.add`: a sign-in that takes this one's place may have its `sid`
 * @param options.said what the OP says of the sign-in, should nothing here be readable
 */
export function endSession(
  parts: RelyingPartyParts,
  session: SessionToEnd,
  reason: EndReason,
  options: EndOptions = {},
): Promise<EndedSession> {
  return parts.background.own(end(parts, session, reason, options));
}

async function end(
  parts: RelyingPartyParts,
  session: SessionToEnd,
  reason: EndReason,
  options: EndOptions,
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
          : parts.background.own(clearUp(parts, key, { ...removed, ...options, signIn }));
      ended = {
        isEndedByUs: removed !== undefined,
        signIn,
        tokens: removed?.tokens,
        revocation,
      };
      // A store that did not answer in time may have deleted it all the same; what it held is lost then.
      if (removed !== undefined || tries > 1) {
        parts.events.emit('session.ended', { subject: signIn?.subject, session: key, reason });
      }
    },
  );
  return { isOver, ...ended };
}

const NOT_YET: Omit<EndedSession, 'isOver'> = {
  isEndedByUs: false,
  signIn: undefined,
  tokens: undefined,
  revocation: Promise.resolve('pending'),
};
const NOTHING_TO_REVOKE = Promise.resolve('not-possible' as const);
/** What follows once a session has been deleted. */
async function clearUp(
  parts: RelyingPartyParts,
  key: string,
  found: EndOptions & {
    readonly tokens: SessionTokens | undefined;
    readonly signIn: SignInToEnd | undefined;
  },
): Promise<RevocationOutcome> {
  const { tokens, revoke = true } = found;
  const ended = endedSignIn(parts, found);
  // Of the moment of the end, however late the store takes the mark.
  const { issuedBeforeSeconds = endOf(parts, found) } = found;
  const [outcome] = await Promise.all([
    tokens === undefined
      ? tellSealed(parts, key)
      : revokeTokens(parts, key, revoke ? tokens : undefined),
    ended &&
      parts.leftovers.attempt(`mark ${key}`, () =>
        parts.revokedSignIns.add(ended, issuedBeforeSeconds),
      ),
  ]);
  return outcome;
}

/** What is sealed with a secret that is not ours cannot be revoked. */
function tellSealed({ events }: RelyingPartyParts, session: string): 'failed' {
  const detail = 'its tokens are sealed with a secret that this process does not have';
  events.emit('logout.revocation_failed', { session, detail });
  return 'failed';
}

/** By which name its access tokens can be known, and for how long. */
function endedSignIn(
  { issuer }: RelyingPartyParts,
  { tokens, signIn, said }: Parameters<typeof clearUp>[2],
): EndedSignIn | undefined {
  const names = signIn ?? (said && { issuer, originJti: undefined, sid: said.sid });
  if (names === undefined) return undefined;
  const known = [signIn?.accessTokenExpiresAt ?? 0, datesOf(tokens).expiresAt];
  return { ...names, accessTokenExpiresAt: Math.max(...known) };
}

/** Now, also by the clock of the OP, which may be ahead: all that it had issued by then has come to its end. */
function endOf(
  { now }: RelyingPartyParts,
  { tokens, said }: Parameters<typeof clearUp>[2],
): number {
  const issued = Math.max(datesOf(tokens).issuedAtSeconds, said?.issuedAtSeconds ?? 0);
  return Math.max(untilNow(now()), issued + 1);
}

/** By the OP's clock, as far as tokens say it. */
interface TokenDates {
  /** When the last of them was issued. */
  readonly issuedAtSeconds: number;
  /** When the access token expires, in epoch milliseconds. */
  readonly expiresAt: number;
}

/** `expires_in` was the OP's word about its access token, or our guess; one that is a JWT says itself what an API believes. */
function datesOf(tokens: SessionTokens | undefined): TokenDates {
  const [access, id] = [claimsIn(tokens?.accessToken), claimsIn(tokens?.idToken)];
  return {
    issuedAtSeconds: Math.max(numberOf(access, 'iat'), numberOf(id, 'iat')),
    expiresAt: numberOf(access, 'exp') * 1000,
  };
}

/** Nothing for a token that is no JWT: an access token need not be one, and the test kit signs people in with none at all. */
function claimsIn(token = ''): SignedClaims {
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

/** A session of which there may be no more than its key; what can be read of it goes along. */
function byKey({ sessions }: RelyingPartyParts, key: string): SessionToEnd {
  return { key, signIn: sessions.findByKey(key).catch(() => undefined) };
}

/**
 * Ends several at once and waits for their revocations.
 * @returns how many there were
 * @throws {RelyingPartyError} `session_store_unavailable` when not all of them are over
 */
export async function endSessions(
  parts: RelyingPartyParts,
  keys: readonly string[],
  reason: EndReason,
  options: EndOptions = {},
): Promise<number> {
  const ended = await Promise.all(
    keys.map((key) => endSession(parts, byKey(parts, key), reason, options)),
  );
  await Promise.all(ended.map(({ revocation }) => revocation));
  if (!ended.every(({ isOver }) => isOver)) {
    throw new RelyingPartyError('session_store_unavailable', 'not all sessions could be ended');
  }
  return ended.filter(({ isEndedByUs }) => isEndedByUs).length;
}
