import type { Request, Response } from 'express';
import { RelyingPartyError } from '../errors.js';
import type { Session } from '../sessions/session.js';
import type { RequestNotes } from './request-notes.js';
import type { RevokedSignIns } from './revoked-sign-ins.js';
import { createSealedCookie, type SealedCookieOptions } from './sealed-cookie.js';

/**
 * Notices a session that is gone right after its sign-in: two processes that each have a store of their own, or a store that
 * forgets. The pool still knows the browser, so without this it would sign in again and again without ever being asked.
 *
 * A sign-in leaves a sealed cookie for half a minute. The first session that is missing in that time may have a reason; the next
 * one, of the sign-in that followed, has not.
 */
export interface LostSessions {
  /** A sign-in has begun this session. */
  begun(req: Request, res: Response, session: Session): void;
  /** The browser sent the id of this session, and it is not there. @returns whether that is the second time */
  missed(req: Request, res: Response, key: string): Promise<boolean>;
  /** Another process has just missed the session that this one has. */
  wasMissed(req: Request, key: string): boolean;
}

export interface LostSessionsOptions extends SealedCookieOptions {
  readonly idleSeconds: number;
  readonly revokedSignIns: Pick<RevokedSignIns, 'has'>;
}

interface Marker {
  readonly key: string;
  readonly signIn: Pick<Session, 'issuer' | 'originJti' | 'sid'>;
  readonly begunAt: number;
  readonly endsAt: number;
  readonly isMissed: boolean;
  /** The session before this one was missed as well. */
  readonly isSecond: boolean;
}

const WATCHED_MS = 30_000;

export function createLostSessions(options: LostSessionsOptions): LostSessions {
  const { revokedSignIns } = options;
  const idleMs = options.idleSeconds * 1000;
  const cookie = createSealedCookie<Marker>(options, {
    baseName: 'lg-begun',
    purpose: 'sign-in marker',
  });
  const read = (req: Request): Marker | undefined => cookie.read(req);
  const write = (res: Response, marker: Marker): void =>
    cookie.write(res, marker, WATCHED_MS / 1000, marker.endsAt);

  return {
    begun(req, res, session) {
      const { key, issuer, originJti, sid, createdAt, absoluteExpiresAt } = session;
      write(res, {
        key,
        signIn: { issuer, originJti, sid },
        begunAt: createdAt,
        // A session that has run out by then is not lost.
        endsAt: Math.min(createdAt + WATCHED_MS, createdAt + idleMs, absoluteExpiresAt),
        isMissed: false,
        isSecond: read(req)?.isMissed === true,
      });
    },

    async missed(req, res, key) {
      const marker = read(req);
      if (marker?.key !== key) return false;
      // Ended on purpose, here or elsewhere.
      if (await revokedSignIns.has({ ...marker.signIn, issuedAt: marker.begunAt })) return false;
      if (marker.isSecond) return true;
      if (!marker.isMissed) write(res, { ...marker, isMissed: true });
      return false;
    },

    wasMissed(req, key) {
      const marker = read(req);
      return marker?.key === key && marker.isMissed;
    },
  };
}

/**
 * For whoever would send the person to sign in again.
 * @throws {RelyingPartyError} `session_lost`
 */
export function requireNotLost({ sessionLost }: RequestNotes): void {
  if (sessionLost !== true) return;
  throw new RelyingPartyError(
    'session_lost',
    'two sign-ins in a row succeeded, and a moment later the session store did not know the session',
  );
}
