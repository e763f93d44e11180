import {
  RelyingPartyError,
  type RelyingPartyErrorCode,
} from '../../../errors/relying-party-error.js';
import type { Session, SessionTokens } from '../../../sessions/session.js';
import { BoundedMap } from './bounded-map.js';
import type { EventEmitter } from 'node:events';
import type { Sessions } from '../../../sessions/sessions.js';
import type { RelyingPartyEvents } from '../../events.js';
import type { RevokeTokens } from '../../provider/revoke.js';
import type { SignInReader } from '../../provider/token-response.js';
import { isPersonRefused } from '../../provider/token-endpoint-error.js';
import { sessionTokens } from '../../provider/token-response.js';
import type { SessionEnds } from '../end.js';
import type { RefreshAnswer, RequestRefresh } from './grant.js';
import { refreshSession } from './refreshed-session.js';

/**
 * The OP has ended the session: it refused the refresh token, or gave the tokens of another sign-in
 * for it.
 */
export class EndedByProvider extends Error {}

/** Gives a session new tokens, for whoever holds its lock; `undefined` when the session is over. */
export type RefreshTokens = (key: string) => Promise<Session | undefined>;

export interface RefreshTokensOptions {
  readonly sessions: Sessions;
  readonly now: () => number;
  readonly events: EventEmitter<RelyingPartyEvents>;
  readonly signIns: SignInReader;
  readonly ends: SessionEnds;
  readonly requestRefresh: RequestRefresh;
  readonly revokeTokens: RevokeTokens;
  /** Told as soon as the OP has ended a session, before what follows from it. */
  readonly onEnded: (key: string) => void;
}

/** With these the same answer may pass the next time. */
const TEMPORARY: ReadonlySet<RelyingPartyErrorCode | undefined> = new Set([
  'provider_unavailable',
  'session_store_unavailable',
] as const);

/** The answer is about somebody else, whichever part of it says so. */
const OF_ANOTHER: ReadonlySet<RelyingPartyErrorCode | undefined> = new Set([
  'id_token_sign_in_mismatch',
  'user_info_subject_mismatch',
] as const);

/**
 * The refresh itself: session read anew → token endpoint → new refresh token kept → ID token
 * verified → everything kept. An answer that cannot be seen through to its end is remembered, and
 * the next try goes on with it instead of asking again.
 *
 * Rejects with `EndedByProvider` once the session has ended; with anything else it is as it was,
 * but for its refresh token.
 */
export function createRefreshTokens(options: RefreshTokensOptions): RefreshTokens {
  const { sessions, now } = options;
  const unfinished = new BoundedMap<RefreshAnswer>();

  return async (key) => {
    const session = await sessions.findByKey(key);
    // Somebody else was quicker.
    if (session === undefined || now() < session.refreshDueAt) return session;
    const held = await sessions.tokens(session);
    if (held?.refreshToken === undefined) return held && session;
    const known = unfinished.get(key);
    const answer = fits(known, held) ? known : await ask(options, session, held.refreshToken);
    if (answer === undefined) return sessions.findByKey(key);
    const forget = (): void => void unfinished.delete(key);
    try {
      unfinished.set(key, answer);
      const kept = await keep(options, session, held, answer, forget);
      forget();
      return kept;
    } catch (error) {
      if (!TEMPORARY.has(codeOf(error))) forget();
      throw error;
    }
  };
}

/** @returns nothing when the token was refused because somebody else has replaced it meanwhile */
async function ask(
  options: RefreshTokensOptions,
  session: Session,
  refreshToken: string,
): Promise<RefreshAnswer | undefined> {
  try {
    return await options.requestRefresh(refreshToken);
  } catch (error) {
    if (!isPersonRefused(error)) throw error;
    const current = await options.sessions.tokens(session);
    if (current !== undefined && current.refreshToken !== refreshToken) return undefined;
    return failEnded(options, session, error, []);
  }
}

/**
 * @param forget for an answer that is of no use but for its refresh token, which is kept by then
 */
async function keep(
  options: RefreshTokensOptions,
  session: Session,
  before: SessionTokens,
  { presented, refreshToken = presented, receivedAt, outcome }: RefreshAnswer,
  forget: () => void,
): Promise<Session | undefined> {
  const { sessions, signIns, events, revokeTokens } = options;
  const held = { ...before, refreshToken };
  if (refreshToken !== before.refreshToken && !(await sessions.keepTokens(session.key, held))) {
    void revokeTokens(session.key, held);
    return undefined;
  }
  if ('error' in outcome) {
    // What came belongs to nobody but this session, so the token counts; the rest of the answer
    // does not.
    forget();
    throw outcome.error;
  }
  const { response } = outcome;
  let changed: Session;
  try {
    changed = await refreshSession(signIns, response, session, held);
  } catch (error) {
    if (!OF_ANOTHER.has(codeOf(error))) throw error;
    return failEnded(options, session, error, [presented, refreshToken]);
  }
  const tokens = sessionTokens(response, held, receivedAt);
  const current = await sessions.replaceTokens(changed, tokens);
  if (current === undefined) void revokeTokens(session.key, tokens);
  else events.emit('session.refreshed', { subject: session.subject, session: session.key });
  return current;
}

/** @param worthless refresh tokens that must work no longer, for all the OP knows */
async function failEnded(
  { events, ends, revokeTokens, onEnded }: RefreshTokensOptions,
  session: Session,
  error: unknown,
  worthless: readonly string[],
): Promise<never> {
  const { key, subject } = session;
  const detail = error instanceof Error ? error.message : String(error);
  events.emit('session.refresh_failed', { subject, session: key, permanent: true, detail });
  await ends.one(session, 'refresh_refused', { revoke: false });
  onEnded(key);
  const revoke = (refreshToken: string) => revokeTokens(key, { refreshToken });
  await Promise.all([...new Set(worthless)].map(revoke));
  throw new EndedByProvider(detail, { cause: error });
}

/**
 * The store may have taken the refresh token of an unfinished answer, or not; and meanwhile that of
 * a later one.
 */
function fits(answer: RefreshAnswer | undefined, { refreshToken }: SessionTokens): boolean {
  return (
    answer !== undefined &&
    (refreshToken === answer.presented || refreshToken === answer.refreshToken)
  );
}

const codeOf = (error: unknown): RelyingPartyErrorCode | undefined =>
  error instanceof RelyingPartyError ? error.code : undefined;
