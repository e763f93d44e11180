import type { Request, Response } from 'express';
import type { Sessions } from '../../sessions/sessions.js';
import { withinTimeLimit } from '../../sessions/time-limits.js';
import type { SessionCookie } from '../session/cookie.js';
import { NOBODY, type CurrentSession } from '../session/current.js';
import type { SessionEnds } from '../session/end.js';
import { timeLeft } from '../../sessions/time-left.js';
import { settleServerSteps } from './chain.js';
import type { BrowserMemory, SignOut } from './memory.js';

/** The browser's sign-out as it is now. */
export type CurrentSignOut = (req: Request, res: Response) => Promise<SignOut | undefined>;

/**
 * Reads a browser's sign-out, and first does what the store did not let an earlier request do: end
 * its session. Asked several times in one request it looks once, and keeps the request for no
 * longer than it has time; what is left goes on without it.
 */
export function createCurrentSignOut(
  memory: Pick<BrowserMemory, 'signOut'>,
  ends: SessionEnds,
): CurrentSignOut {
  const answers = new WeakMap<Request, Promise<SignOut | undefined>>();

  const look = async (req: Request, res: Response): Promise<SignOut | undefined> => {
    const signOut = memory.signOut.read(req);
    if (signOut === undefined || signOut.unended.length === 0) return signOut;
    // From here on the request's time is counted.
    timeLeft(req);
    const tried = await Promise.all(
      signOut.unended.map(async (key) => ({ key, ...(await ends.one(key, 'logout')) })),
    );
    const unended = tried.filter(({ isOver }) => !isOver).map(({ key }) => key);
    if (unended.length === signOut.unended.length) return signOut;
    const outcomes = await Promise.all(
      tried.map(({ revocation }) =>
        withinTimeLimit(revocation, timeLeft(req)).catch(() => 'failed' as const),
      ),
    );
    const revocation = outcomes.find((outcome) => outcome !== 'not-possible') ?? 'not-possible';
    const isOver = unended.length === 0;
    const now = { chain: settleServerSteps(signOut.chain, { isOver, revocation }), unended };
    memory.signOut.write(res, now);
    return now;
  };

  return (req, res) => {
    const answer = answers.get(req) ?? look(req, res);
    answers.set(req, answer);
    return answer;
  };
}

export interface SessionAfterSignOutOptions {
  readonly memory: Pick<BrowserMemory, 'signOut'>;
  readonly cookie: Pick<SessionCookie, 'read'>;
  readonly sessions: Pick<Sessions, 'keyOf'>;
  readonly currentSignOut: CurrentSignOut;
  readonly currentSession: CurrentSession;
}

/**
 * Asks who is signed in, and does besides what is left of an earlier sign-out: whoever signed out
 * is signed out.
 */
export function createSessionAfterSignOut(options: SessionAfterSignOutOptions): CurrentSession {
  const { memory, cookie, sessions, currentSignOut, currentSession } = options;
  return async (req, res) => {
    const unended = memory.signOut.read(req)?.unended ?? [];
    if (unended.length === 0) return currentSession(req, res);
    const sessionId = cookie.read(req);
    const isToEnd = sessionId !== undefined && unended.includes(sessions.keyOf(sessionId));
    // Both at once: each may wait for the provider, and together they have the time of one request.
    const [looked] = await Promise.allSettled([
      isToEnd ? NOBODY : currentSession(req, res),
      currentSignOut(req, res),
    ]);
    if (looked.status === 'rejected') throw looked.reason;
    return looked.value;
  };
}
