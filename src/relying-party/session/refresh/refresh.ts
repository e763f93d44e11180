import type { Session } from '../../../sessions/session.js';
import {
  REFRESH_LOCK_MS,
  REFRESH_RETRIES_MS,
  withinTimeLimit,
} from '../../../sessions/time-limits.js';
import type { BackgroundWork } from '../../background-work.js';
import { tokenEndpointError } from '../../provider/token-endpoint-error.js';
import { BoundedMap } from './bounded-map.js';
import { createRefreshGrant, type RefreshGrantOptions } from './grant.js';
import { holdLock } from './lock.js';
import {
  createRefreshTokens,
  EndedByProvider,
  type RefreshTokens,
  type RefreshTokensOptions,
} from './refresh-tokens.js';

/** Keeps the tokens of sessions fresh, on the occasion of their requests. */
export interface Refresh {
  /**
   * A session that is due, as this request may use it, or none if the OP has ended it. Never
   * rejects: what fails is tried again.
   * @param waitMs how long the request may wait, if its access token has expired
   */
  current(session: Session, waitMs: number): Promise<Session | undefined>;
  /** Whether the OP has ended this session while nobody waited for that. True once. */
  hasEnded(key: string): boolean;
}

export interface RefreshOptions
  extends Omit<RefreshTokensOptions, 'onEnded' | 'requestRefresh'>, RefreshGrantOptions {
  readonly background: BackgroundWork;
}

const POLL_MS = 100;
/** Longer than a lock outlives its holder. */
const AWAIT_LOCK_MS = REFRESH_LOCK_MS + 1000;

/**
 * Refreshes a session's tokens when due: one call to the OP per session at a time, in this process
 * by sharing the promise, among processes by the store's lock. Who comes late finds the result in
 * the store.
 *
 * Due is not expired: as long as the access token is good nobody waits. The refresh goes on without
 * its visitor, and one that fails is tried again without one: its answer may have been lost, and
 * then the old refresh token soon ends.
 *
 * What the OP refuses ends the session (see `createRefreshTokens`); any other failure leaves it as
 * it is. A refresh that outlives a sign-out is dropped and what it brought is revoked.
 * @see RFC 6749 section 6; OpenID Connect Core 1.0 section 12
 */
export function createRefresh(options: RefreshOptions): Refresh {
  const { now, background, events } = options;
  const running = new Map<string, Promise<Session | undefined>>();
  const retries = createRetries(options);
  const ended = new BoundedMap<true>();
  const refreshTokens = createRefreshTokens({
    ...options,
    requestRefresh: createRefreshGrant(options),
    onEnded: (key) => void ended.set(key, true),
  });

  const attempt = async (session: Session): Promise<Session | undefined> => {
    const { key, subject } = session;
    try {
      const current = await refreshAlone(options, key, refreshTokens);
      retries.forget(key);
      return current;
    } catch (error) {
      if (error instanceof EndedByProvider) {
        retries.forget(key);
        return undefined;
      }
      const detail = tokenEndpointError(error).message;
      events.emit('session.refresh_failed', { subject, session: key, permanent: false, detail });
      // A request may have tried meanwhile.
      retries.plan(key, async () => running.has(key) || (await start(session)));
      return session;
    }
  };

  const start = (session: Session): Promise<Session | undefined> => {
    const work = attempt(session).finally(() => running.delete(session.key));
    running.set(session.key, work);
    return background.own(work);
  };

  return {
    async current(session, waitMs) {
      const { key } = session;
      const work = running.get(key) ?? (retries.isPausing(key) ? undefined : start(session));
      if (work === undefined || now() < session.accessTokenExpiresAt) return session;
      return withinTimeLimit(work, waitMs).catch(() => (ended.has(key) ? undefined : session));
    },
    hasEnded: (key) => ended.delete(key),
  };
}

interface Retries {
  /** After a failure: tries again by itself after a while, unless that was done often enough. */
  plan(key: string, tryAgain: () => Promise<unknown>): void;
  /** Whether no request is to try now. */
  isPausing(key: string): boolean;
  forget(key: string): void;
}

function createRetries({ now, background }: RefreshOptions): Retries {
  const failures = new BoundedMap<{ readonly count: number; readonly retryAt: number }>();
  return {
    plan(key, tryAgain) {
      const count = (failures.get(key)?.count ?? 0) + 1;
      const pauseMs = REFRESH_RETRIES_MS[count - 1];
      const failure = { count, retryAt: now() + (pauseMs ?? REFRESH_RETRIES_MS.at(-1)!) };
      failures.set(key, failure);
      if (pauseMs === undefined) return;
      const retry = async (): Promise<void> => {
        const goesOn = await background.pause(pauseMs);
        if (goesOn && failures.get(key) === failure) await tryAgain();
      };
      void background.own(retry());
    },
    isPausing: (key) => now() < (failures.get(key)?.retryAt ?? 0),
    forget: (key) => void failures.delete(key),
  };
}

/** Under the session's lock, or else with what its holder has brought about. */
async function refreshAlone(
  { sessions, now, background }: RefreshOptions,
  key: string,
  refreshTokens: RefreshTokens,
): Promise<Session | undefined> {
  const until = performance.now() + AWAIT_LOCK_MS;
  for (;;) {
    const done = await holdLock(sessions.store, `refresh:${key}`, () => refreshTokens(key));
    if (done !== undefined) return done.result;
    const goesOn = await background.pause(POLL_MS);
    const current = await sessions.findByKey(key);
    const isDue = current !== undefined && now() >= current.refreshDueAt;
    if (!isDue || !goesOn || performance.now() > until) return current;
  }
}
