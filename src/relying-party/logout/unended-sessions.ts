import type { Request, Response } from 'express';
import type { RelyingPartyParts } from '../context.js';
import type { CurrentSession } from '../session/current.js';
import { endSession } from '../session/end.js';
import { withinTimeLimit } from '../../sessions/time-limits.js';
import { settleServerSteps } from './chain.js';
import type { SignOut } from './chain-cookie.js';
import { timeLeft } from '../session/time-left.js';

/** The browser's sign-out as it is now. */
export type CurrentSignOut = (req: Request, res: Response) => Promise<SignOut | undefined>;

/**
 * Reads a browser's sign-out, and first does what the store did not let an earlier request do: end its session. Asked several
 * times in one request it looks once, and keeps the request for no longer than it has time; what is left goes on without it.
 */
export function createCurrentSignOut(parts: RelyingPartyParts): CurrentSignOut {
  const answers = new WeakMap<Request, Promise<SignOut | undefined>>();

  const look = async (req: Request, res: Response): Promise<SignOut | undefined> => {
    const signOut = parts.logoutChains.read(req);
    if (signOut === undefined || signOut.unended.length === 0) return signOut;
    // From here on the request's time is counted.
    timeLeft(req);
    const ends = await Promise.all(
      signOut.unended.map(async (key) => ({
        key,
        ...(await endSession(parts, { key }, 'logout')),
      })),
    );
    const unended = ends.filter(({ isOver }) => !isOver).map(({ key }) => key);
    if (unended.length === signOut.unended.length) return signOut;
    const outcomes = await Promise.all(
      ends.map(({ revocation }) =>
        withinTimeLimit(revocation, timeLeft(req)).catch(() => 'failed' as const),
      ),
    );
    const revocation = outcomes.find((outcome) => outcome !== 'not-possible') ?? 'not-possible';
    const isOver = unended.length === 0;
    const now = { chain: settleServerSteps(signOut.chain, { isOver, revocation }), unended };
    parts.logoutChains.write(res, now);
    return now;
  };

  return (req, res) => {
    const answer = answers.get(req) ?? look(req, res);
    answers.set(req, answer);
    return answer;
  };
}

/** Refuses a session that is to end and that only the store still knows: whoever signed out is signed out. */
export function withoutUnended(
  { sessions, sessionCookie, logoutChains, leftovers }: RelyingPartyParts,
  currentSignOut: CurrentSignOut,
  currentSession: CurrentSession,
): CurrentSession {
  return async (req, res) => {
    const sessionId = sessionCookie.read(req);
    const key = sessionId === undefined ? undefined : sessions.keyOf(sessionId);
    const unended = logoutChains.read(req)?.unended ?? [];
    const isToEnd = key !== undefined && (leftovers.has(key) || unended.includes(key));
    // Both at once: each may wait for the provider, and together they have the time of one request.
    const [looked] = await Promise.allSettled([
      isToEnd ? undefined : currentSession(req, res),
      currentSignOut(req, res),
    ]);
    if (looked.status === 'rejected') throw looked.reason;
    return looked.value;
  };
}
