import {
  REFRESH_LOCK_MS,
  REFRESH_RETRIES_MS,
  withinTimeLimit,
} from '../../../sessions/time-limits.js';
import type { Session } from '../../../sessions/session.js';
import { BoundedMap } from './bounded-map.js';
import type { RelyingPartyParts } from '../../context.js';
import { holdingLock } from './lock.js';
import { createRefreshTokens, EndedByProvider } from './refresh-tokens.js';
import { tokenEndpointError } from '../../provider/token-response.js';

/** Keeps the tokens of sessions fresh, on the occasion of their requests. */
export interface Refresh {
  /**
   * The session as this request may use it, or none if the OP has ended it. Never rejects: what fails is tried again.
   * @param waitMs how long the request may wait, if its access token has expired
   */
  current(session: Session, waitMs: number): Promise<Session | undefined>;
  /** Whether the OP has ended this session while nobody waited for that. True once. */
  hasEnded(key: string): boolean;
}

const POLL_MS = 100;
/** Longer than a lock outlives its holder. */
const AWAIT_LOCK_MS = REFRESH_LOCK_MS + 1000;

/**
 * Refreshes a session's tokens when due: one call to the OP per session at a time, in this process by sharing the promise, among
 * processes by the store's lock. Who comes late finds the result in the store.
 *
 * Due is not expired: as long as the access token is good nobody waits. The refresh goes on without its visitor, and one that
 * fails is tried again without one: its answer may have been lost, and then the old refresh token soon ends.
 *
 * What the OP refuses ends the session (see `createRefreshTokens`); any other failure leaves it as it is. A refresh that outlives
 * a sign-out is dropped and what it brought is revoked.
 * @see RFC 6749 section 6; OpenID Connect Core 1.0 section 12
 */
export function createRefresh(context: RelyingPartyParts): Refresh {
  const { now, background, sessions, events } = context;
  const refreshTokens = createRefreshTokens(context);
  const running = new Map<string, Promise<Session | undefined>>();
  const failures = new BoundedMap<{ readonly count: number; readonly retryAt: number }>();
  const ended = new BoundedMap<true>();
  events.on('session.ended', ({ session, reason }) => {
    if (reason === 'refresh_refused') ended.set(session, true);
  });

  return {
    async current(session, waitMs) {
      if (now() < session.refreshDueAt) return session;
      const isPausing = now() < (failures.get(session.key)?.retryAt ?? 0);
      const work = running.get(session.key) ?? (isPausing ? undefined : start(session));
      if (work === undefined || now() < session.accessTokenExpiresAt) return session;
      return withinTimeLimit(work, waitMs).catch(() =>
        ended.has(session.key) ? undefined : session,
      );
    },
    hasEnded: (key) => ended.delete(key),
  };

  function start(session: Session): Promise<Session | undefined> {
    const work = attempt(session).finally(() => running.delete(session.key));
    running.set(session.key, work);
    return background.own(work);
  }

  async function attempt(session: Session): Promise<Session | undefined> {
    const { key, subject } = session;
    try {
      const current = await refreshAlone(key);
      failures.delete(key);
      return current;
    } catch (error) {
      if (error instanceof EndedByProvider) {
        failures.delete(key);
        return undefined;
      }
      const failure = tokenEndpointError(error);
      const detail = failure.message;
      events.emit('session.refresh_failed', { subject, session: key, permanent: false, detail });
      tryAgain(session);
      return session;
    }
  }

  function tryAgain(session: Session): void {
    const { key } = session;
    const count = (failures.get(key)?.count ?? 0) + 1;
    const pauseMs = REFRESH_RETRIES_MS[count - 1];
    const failure = { count, retryAt: now() + (pauseMs ?? REFRESH_RETRIES_MS.at(-1)!) };
    failures.set(key, failure);
    if (pauseMs === undefined) return;
    const retry = async (): Promise<void> => {
      const goesOn = await background.pause(pauseMs);
      // A request may have tried meanwhile.
      if (goesOn && failures.get(key) === failure && !running.has(key)) await start(session);
    };
    void background.own(retry());
  }

  async function refreshAlone(key: string): Promise<Session | undefined> {
    const until = performance.now() + AWAIT_LOCK_MS;
    for (;;) {
      const done = await holdingLock(sessions.store, `refresh:${key}`, () => refreshTokens(key));
      if (done !== undefined) return done.result;
      const goesOn = await background.pause(POLL_MS);
      const current = await sessions.findByKey(key);
      const isDue = current !== undefined && now() >= current.refreshDueAt;
      if (!isDue || !goesOn || performance.now() > until) return current;
    }
  }
}
