import type { Request, Response } from 'express';
import type { Session } from '../sessions/session.js';
import type { Sessions } from '../sessions/sessions.js';
import type { Refresh } from './refresh.js';
import type { SessionCookie } from './session-cookie.js';

/** Who is signed in in the browser that sent a request; `undefined` for nobody. */
export type CurrentSession = (req: Request, res: Response) => Promise<Session | undefined>;

/**
 * The one place that decides who is signed in: cookie → session → refreshed when due → idle clock moved. Asked several times
 * in one request it looks once.
 */
export function createCurrentSession(
  sessions: Sessions,
  cookie: SessionCookie,
  refresh: Refresh,
): CurrentSession {
  const answers = new WeakMap<Request, Promise<Session | undefined>>();

  const look = async (req: Request, res: Response): Promise<Session | undefined> => {
    const sessionId = cookie.read(req);
    if (sessionId === undefined) return undefined;
    const found = await sessions.find(sessionId);
    const session = found && (await refresh(found));
    if (session === undefined) {
      cookie.clear(res);
      // The guard then tells the user, instead of sending them to sign in without a word.
      if (found !== undefined) res.locals['sessionEnded'] = true;
    } else if (session === found) await sessions.touch(session);
    return session;
  };

  return (req, res) => {
    const answer = answers.get(req) ?? look(req, res);
    answers.set(req, answer);
    return answer;
  };
}
