import type { Request, Response } from 'express';
import type { Session } from '../../sessions/session.js';
import { withinTimeLimit } from '../../sessions/time-limits.js';
import type { RelyingPartyParts } from '../context.js';
import type { Refresh } from './refresh/refresh.js';
import { timeLeft } from './time-left.js';

/** Who is signed in in the browser that sent a request; `undefined` for nobody. */
export type CurrentSession = (req: Request, res: Response) => Promise<Session | undefined>;

/**
 * The one place that decides who is signed in: cookie → session → refreshed when due → idle clock moved. Asked several times
 * in one request it looks once. After the session is found nothing keeps the request for longer than it has time.
 *
 * Whatever it finds, it takes no cookie away: by the time its answer arrives, another tab may have signed in, and the browser
 * would lose the new one. A cookie of nothing costs a look at the store for each request, until the browser closes.
 */
export function createCurrentSession(
  {
    sessions,
    sessionCookie: cookie,
    background,
    lostSessions,
    notesOf,
  }: Pick<
    RelyingPartyParts,
    'sessions' | 'sessionCookie' | 'background' | 'lostSessions' | 'notesOf'
  >,
  refresh: Refresh,
): CurrentSession {
  const answers = new WeakMap<Request, Promise<Session | undefined>>();

  const look = async (req: Request, res: Response): Promise<Session | undefined> => {
    const sessionId = cookie.read(req);
    if (sessionId === undefined) return undefined;
    // From here on the request's time is counted.
    timeLeft(req);
    const found = await sessions.find(sessionId);
    const key = sessions.keyOf(sessionId);
    const session = found && (await refresh.current(found, timeLeft(req)));
    if (session === undefined) {
      // The guard then tells the user, instead of sending them to sign in without a word.
      if (refresh.hasEnded(key) || found !== undefined) notesOf(req).sessionEnded = true;
      else notesOf(req).sessionLost = await lostSessions.missed(req, res);
    } else if (session === found) {
      // One that fails is made good by the next request's.
      const touching = background.own(sessions.touch(session));
      await withinTimeLimit(touching, timeLeft(req)).catch(() => undefined);
    }
    return session;
  };

  return (req, res) => {
    const answer = answers.get(req) ?? look(req, res);
    answers.set(req, answer);
    return answer;
  };
}
