import type { Request, Response } from 'express';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import type { Session } from '../../sessions/session.js';
import type { Sessions } from '../../sessions/sessions.js';
import { withinTimeLimit } from '../../sessions/time-limits.js';
import type { BackgroundWork } from '../background-work.js';
import type { SessionCookie } from './cookie.js';
import type { Leftovers } from './leftovers.js';
import type { LostSessions } from './lost-sessions.js';
import type { Refresh } from './refresh/refresh.js';
import { timeLeft } from '../../sessions/time-left.js';

/**
 * Who is signed in in the browser that sent a request. `ended`: the browser came with a session
 * that the OP has just ended (`provider`), or that was not there a moment after its sign-in, twice
 * in a row (`lost`, see `LostSessions`): whoever answers says so, instead of sending the person to
 * sign in without a word.
 */
export type SessionState =
  | { readonly state: 'signed-in'; readonly session: Session }
  | { readonly state: 'ended'; readonly reason: 'provider' | 'lost' }
  | { readonly state: 'nobody' };

export type CurrentSession = (req: Request, res: Response) => Promise<SessionState>;

export const NOBODY: SessionState = { state: 'nobody' };

/** The session of who is signed in. */
export const sessionOf = (found: SessionState): Session | undefined =>
  found.state === 'signed-in' ? found.session : undefined;

/**
 * For whoever would send the person to sign in again.
 * @throws {RelyingPartyError} `session_lost`
 */
export function requireNotLost(found: SessionState): void {
  if (found.state !== 'ended' || found.reason !== 'lost') return;
  throw new RelyingPartyError(
    'session_lost',
    'two sign-ins in a row succeeded, and a moment later the session was not there',
  );
}

/**
 * A function for hosts that is told what it was not given, by name, and not where that is first
 * missed.
 */
export function forHosts(caller: string, find: CurrentSession): CurrentSession {
  return async (req, res) => {
    const isRequest = typeof (req as Partial<Request> | undefined)?.headers === 'object';
    if (!isRequest || typeof (res as Partial<Response> | undefined)?.setHeader !== 'function') {
      throw new TypeError(`${caller}: req or res is none; give those that the handler was given`);
    }
    return find(req, res);
  };
}

export interface CurrentSessionOptions {
  readonly sessions: Pick<Sessions, 'find' | 'keyOf' | 'touch'>;
  readonly cookie: SessionCookie;
  readonly now: () => number;
  readonly background: BackgroundWork;
  readonly lostSessions: Pick<LostSessions, 'missed'>;
  readonly refresh: Refresh;
  /** A session that is in it is to end, and only the store still knows it. */
  readonly leftovers: Pick<Leftovers, 'has'>;
}

/**
 * The one place that decides who is signed in: cookie → session → refreshed when due → idle clock
 * moved. Asked several times in one request it looks once. After the session is found nothing keeps
 * the request for longer than it has time.
 *
 * Whatever it finds, it takes no cookie away: by the time its answer arrives, another tab may have
 * signed in, and the browser would lose the new one. A cookie of nothing costs a look at the store
 * for each request, until the browser closes.
 */
export function createCurrentSession(options: CurrentSessionOptions): CurrentSession {
  const { sessions, cookie, now, background, lostSessions, refresh, leftovers } = options;
  const answers = new WeakMap<Request, Promise<SessionState>>();

  const look = async (req: Request, res: Response): Promise<SessionState> => {
    const sessionId = cookie.read(req);
    if (sessionId === undefined) return NOBODY;
    const key = sessions.keyOf(sessionId);
    if (leftovers.has(key)) return NOBODY;
    // From here on the request's time is counted.
    timeLeft(req);
    const found = await sessions.find(sessionId);
    const isDue = found !== undefined && now() >= found.refreshDueAt;
    const session = isDue ? await refresh.current(found, timeLeft(req)) : found;
    if (session === undefined) {
      if (refresh.hasEnded(key) || isDue) return { state: 'ended', reason: 'provider' };
      return (await lostSessions.missed(req, res)) ? { state: 'ended', reason: 'lost' } : NOBODY;
    }
    if (session === found) {
      // One that fails is made good by the next request's.
      const touching = background.own(sessions.touch(session));
      await withinTimeLimit(touching, timeLeft(req)).catch(() => undefined);
    }
    return { state: 'signed-in', session };
  };

  return (req, res) => {
    const answer = answers.get(req) ?? look(req, res);
    answers.set(req, answer);
    return answer;
  };
}
