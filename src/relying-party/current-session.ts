import type { Request, Response } from 'express';
import type { Session } from '../sessions/session.js';
import { withinTimeLimit } from '../sessions/time-limit.js';
import type { RelyingPartyParts } from './context.js';
import type { Refresh } from './refresh.js';
import { timeLeft } from './time-left.js';

/** Who is signed in in the browser that sent a request; `undefined` for nobody. */
export type CurrentSession = (req: Request, res: Response) => Promise<Session | undefined>;

/**
 * The one place that decides who is signed in: cookie → session → refreshed when due → idle clock moved. Asked several times
 * in one request it looks once. After the session is found nothing keeps the request for longer than it has time.
 */
export function createCurrentSession(
  {
    sessions,
    sessionCookie: cookie,
    background,
  }: Pick<RelyingPartyParts, 'sessions' | 'sessionCookie' | 'background'>,
  refresh: Refresh,
): CurrentSession {
  const answers = new WeakMap<Request, Promise<Session | undefined>>();

  const look = async (req: Request, res: Response): Promise<Session | undefined> => {
    const sessionId = cookie.read(req);
    if (sessionId === undefined) return undefined;
    // From here on the request's time is counted.
    timeLeft(req);
    const found = await sessions.find(sessionId);
    const session = found && (await refresh.current(found, timeLeft(req)));
    if (session === undefined) {
      cookie.clear(res);
      // The guard then tells the user, instead of sending them to sign in without a word.
      if (refresh.hasEnded(sessions.keyOf(sessionId)) || found !== undefined) {
        res.locals['sessionEnded'] = true;
      }
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
