import type { Session, SessionTokens } from '../sessions/session.js';
import type { RelyingPartyParts } from './context.js';
import type { RelyingPartyEvents } from './events.js';
import { revokeTokens, type RevocationOutcome } from './revoke.js';

/** Why a session ends. */
export type EndReason = RelyingPartyEvents['session.ended'][0]['reason'];

/** A session that is over here. */
export interface EndedSession {
  /** What it held, if this call was the one that ended it. */
  readonly tokens: SessionTokens | undefined;
  /** How the revocation at the OP goes; never rejects. */
  readonly revocation: Promise<RevocationOutcome>;
}

/** Ends a session: here first, whatever happens afterwards, then its refresh token at the OP, best effort. */
export async function endSession(
  parts: RelyingPartyParts,
  session: Session,
  reason: EndReason,
): Promise<EndedSession> {
  const { key, subject } = session;
  // Before the end: if the store fails here, nothing has happened yet and the whole can be tried again.
  await parts.revokedSignIns.add(session);
  const tokens = await parts.sessions.end(key);
  parts.events.emit('session.ended', { subject, session: key, reason });
  return { tokens, revocation: revokeTokens(parts, key, tokens) };
}

/** Ends several at once and waits for their revocations. */
export async function endSessions(
  parts: RelyingPartyParts,
  sessions: readonly Session[],
  reason: EndReason,
): Promise<void> {
  const ended = await Promise.all(sessions.map((session) => endSession(parts, session, reason)));
  await Promise.all(ended.map(({ revocation }) => revocation));
}
