import { identityProviderOf } from '../../cognito/claims.js';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import type { Session, SessionTokens } from '../../sessions/session.js';
import { textOf } from '../../tokens/signed-claims.js';
import type { EventEmitter } from 'node:events';
import type { Sessions } from '../../sessions/sessions.js';
import type { BackgroundWork } from '../background-work.js';
import type { RelyingPartyEvents } from '../events.js';
import type { RevocationOutcome, RevokeTokens } from '../provider/revoke.js';
import type { Leftovers } from './leftovers.js';
import { claimsIn, datesOf } from '../../tokens/token-dates.js';
import { untilNow, type EndedSignIn, type RevokedSignIns } from './revoked-sign-ins.js';

/** Why a session ends. */
type EndReason = RelyingPartyEvents['session.ended'][0]['reason'];

/** What has to be known of a session to end it. */
type SignInToEnd = Pick<
  Session,
  'issuer' | 'subject' | 'identityProvider' | 'originJti' | 'sid' | 'accessTokenExpiresAt'
>;

/** Itself, or its key, of which is found out what can be. */
type SessionToEnd = string | (SignInToEnd & { readonly key: string });

/** What came of ending a session. */
export interface EndedSession {
  /**
   * The store has deleted it, or had none. If not, this process refuses it, and deletes it once the
   * store works.
   */
  readonly isOver: boolean;
  /** There was one, and this call is the one that deleted it. */
  readonly isEndedByUs: boolean;
  /** Whose it was, as far as that is known. */
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
 * Ends sessions. All of it belongs to the process from the first moment: whoever began it may hang
 * up, also at a page of the host.
 */
export interface SessionEnds {
  /**
   * Ends a session, whether or not its record can be read. First it is deleted, whatever happens
   * afterwards; then its sign-in is noted as ended, for access tokens, and its refresh token
   * revoked, both best effort. Never rejects: signing out does not fail.
   *
   * @param options.revoke whether the OP is asked to end the refresh token too; default true
   * @param options.issuedBeforeSeconds see `RevokedSignIns.add`: a sign-in that takes this one's
   *   place may have its `sid`
   * @param options.said what the OP says of the sign-in, should nothing here be readable
   */
  one(session: SessionToEnd, reason: EndReason, options?: EndOptions): Promise<EndedSession>;
  /**
   * Ends several at once and waits for their revocations.
   * @returns how many there were
   * @throws {RelyingPartyError} `session_store_unavailable` when not all of them are over
   */
  all(keys: readonly string[], reason: EndReason, options?: EndOptions): Promise<number>;
  /** The same of all sessions of an account. */
  ofSubject(subject: string, reason: EndReason): Promise<number>;
}

export interface SessionEndsOptions {
  readonly issuer: string;
  readonly identityProviders: readonly { readonly name: string }[];
  readonly now: () => number;
  readonly events: EventEmitter<RelyingPartyEvents>;
  readonly background: BackgroundWork;
  readonly sessions: Pick<Sessions, 'end' | 'findByKey' | 'keysOfSubject'>;
  readonly leftovers: Leftovers;
  readonly revokedSignIns: RevokedSignIns;
  readonly revokeTokens: RevokeTokens;
}

export function createSessionEnds(parts: SessionEndsOptions): SessionEnds {
  const one: SessionEnds['one'] = (session, reason, options = {}) =>
    parts.background.own(end(parts, session, reason, options));
  const all: SessionEnds['all'] = async (keys, reason, options) => {
    const ended = await Promise.all(keys.map((key) => one(key, reason, options)));
    await Promise.all(ended.map(({ revocation }) => revocation));
    if (!ended.every(({ isOver }) => isOver)) {
      throw new RelyingPartyError('session_store_unavailable', 'not all sessions could be ended');
    }
    return ended.filter(({ isEndedByUs }) => isEndedByUs).length;
  };
  return {
    one,
    all,
    ofSubject: async (subject, reason) =>
      all(await parts.sessions.keysOfSubject(parts.issuer, subject), reason),
  };
}

async function end(
  parts: SessionEndsOptions,
  session: SessionToEnd,
  reason: EndReason,
  options: EndOptions,
): Promise<EndedSession> {
  const key = typeof session === 'string' ? session : session.key;
  const known =
    typeof session === 'string'
      ? parts.sessions.findByKey(key).catch(() => undefined)
      : Promise.resolve(session);
  let ended: Omit<EndedSession, 'isOver'> = NOT_YET;
  let tries = 0;
  const isOver = await parts.leftovers.attempt(
    key,
    async () => {
      tries += 1;
      const removed = await parts.sessions.end(key);
      const signIn = (await known) ?? (removed?.tokens && signInOf(parts, removed.tokens));
      return { removed, signIn };
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
      // A store that did not answer in time may have deleted it all the same; what it held is lost
      // then.
      if (removed !== undefined || tries > 1) {
        parts.events.emit('session.ended', { subject: signIn?.subject, session: key, reason });
      }
    },
  );
  return { isOver, ...ended, signIn: ended.signIn ?? (await known) };
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
  parts: SessionEndsOptions,
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
      : parts.revokeTokens(key, revoke ? tokens : undefined),
    ended &&
      parts.leftovers.attempt(`mark ${key}`, () =>
        parts.revokedSignIns.add(ended, issuedBeforeSeconds),
      ),
  ]);
  return outcome;
}

/** What is sealed with a secret that is not ours cannot be revoked. */
function tellSealed({ events }: SessionEndsOptions, session: string): 'failed' {
  const detail = 'its tokens are sealed with a secret that this process does not have';
  events.emit('logout.revocation_failed', { session, detail });
  return 'failed';
}

/** By which name its access tokens can be known, and for how long. */
function endedSignIn(
  { issuer }: SessionEndsOptions,
  { tokens, signIn, said }: Parameters<typeof clearUp>[2],
): EndedSignIn | undefined {
  const names = signIn ?? (said && { issuer, originJti: undefined, sid: said.sid });
  if (names === undefined) return undefined;
  const known = [signIn?.accessTokenExpiresAt ?? 0, datesOf(tokens).expiresAt];
  return { ...names, accessTokenExpiresAt: Math.max(...known) };
}

/**
 * Now, also by the clock of the OP, which may be ahead: all that it had issued by then has come to
 * its end.
 */
function endOf(
  { now }: SessionEndsOptions,
  { tokens, said }: Parameters<typeof clearUp>[2],
): number {
  const issued = Math.max(datesOf(tokens).issuedAtSeconds, said?.issuedAtSeconds ?? 0);
  return Math.max(untilNow(now()), issued + 1);
}

/** Whose tokens these are, by their ID token, which was verified before it was sealed. */
function signInOf(
  { issuer, identityProviders }: SessionEndsOptions,
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
