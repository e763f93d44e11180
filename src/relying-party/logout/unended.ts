import type { Request, Response } from 'express';
import { withinTimeLimit } from '../../sessions/time-limits.js';
import type { CurrentSession } from '../session/current.js';
import type { SessionEnds } from '../session/end.js';
import type { Leftovers } from '../session/leftovers.js';
import { timeLeft } from '../../sessions/time-left.js';
import { settleServerSteps } from './chain.js';
import type { BrowserMemory, SignOut } from './memory.js';

/** The browser's sign-out as it is now. */
export type CurrentSignOut = (req: Request, res: Response) => Promise<SignOut | undefined>;

/**
 * Reads a browser's sign-out, and first does what the store did not let an earlier request do: end its session. Asked several
 * times in one request it looks once, and keeps the request for no longer than it has time; what is left goes on without it.
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

/** Whether a session is to end and only the store still knows it, by this process or this browser. */
export const createIsToEnd =
  (memory: Pick<BrowserMemory, 'signOut'>, leftovers: Pick<Leftovers, 'has'>) =>
  (req: Request, key: string): boolean =>
    leftovers.has(key) || (memory.signOut.read(req)?.unended ?? []).includes(key);

/** Asks who is signed in and does besides what is left of an earlier sign-out. */
export function createSessionAfterSignOut(
  memory: Pick<BrowserMemory, 'signOut'>,
  currentSignOut: CurrentSignOut,
  currentSession: CurrentSession,
): CurrentSession {
  return async (req, res) => {
    if ((memory.signOut.read(req)?.unended ?? []).length === 0) return currentSession(req, res);
    // Both at once: each may wait for the provider, and together they have the time of one request.
    const [looked] = await Promise.allSettled([currentSession(req, res), currentSignOut(req, res)]);
    if (looked.status === 'rejected') throw looked.reason;
    return looked.value;
  };
}
