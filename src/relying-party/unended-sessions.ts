import type { Request, Response } from 'express';
import type { RelyingPartyParts } from './context.js';
import type { CurrentSession } from './current-session.js';
import { endSession } from './end-session.js';
import { settleServerSteps } from './logout-chain.js';
import type { SignOut } from './logout-chain-cookie.js';

/** The browser's sign-out as it is now. */
export type CurrentSignOut = (req: Request, res: Response) => Promise<SignOut | undefined>;

/**
 * Reads a browser's sign-out, and first does what the store did not let an earlier request do: end its session. Asked several
 * times in one request it looks once.
 */
export function createCurrentSignOut(parts: RelyingPartyParts): CurrentSignOut {
  const answers = new WeakMap<Request, Promise<SignOut | undefined>>();

  const look = async (req: Request, res: Response): Promise<SignOut | undefined> => {
    const signOut = parts.logoutChains.read(req);
    if (signOut === undefined || signOut.unended.length === 0) return signOut;
    const ends = await Promise.all(
      signOut.unended.map(async (key) => ({
        key,
        ...(await endSession(parts, { key }, 'logout')),
      })),
    );
    const unended = ends.filter(({ isOver }) => !isOver).map(({ key }) => key);
    if (unended.length === signOut.unended.length) return signOut;
    const outcomes = await Promise.all(ends.map(({ revocation }) => revocation));
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
  { sessions, sessionCookie, leftovers }: RelyingPartyParts,
  currentSignOut: CurrentSignOut,
  currentSession: CurrentSession,
): CurrentSession {
  return async (req, res) => {
    const signOut = await currentSignOut(req, res);
    const sessionId = sessionCookie.read(req);
    const key = sessionId === undefined ? undefined : sessions.keyOf(sessionId);
    const isToEnd = key !== undefined && (leftovers.has(key) || signOut?.unended.includes(key));
    return isToEnd ? undefined : currentSession(req, res);
  };
}
