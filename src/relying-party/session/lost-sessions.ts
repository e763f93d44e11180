import type { Request, Response } from 'express';
import type { SealOwner } from '../../sessions/sealing/sealing-secrets.js';
import type { Session } from '../../sessions/session.js';
import { CLOCK_TOLERANCE_SECONDS } from '../../tokens/signed-claims.js';
import { cookieName, readCookie, setCookie } from '../../web/cookies.js';
import { marksOf, type RevokedSignIns, type SignInMarks } from './revoked-sign-ins.js';

/**
 * Notices a session that is gone right after its sign-in: two processes that have each a store, a
 * secret or a time of their own, or a store that forgets. The pool still knows the browser, so
 * without this it would sign in again and again without ever being asked.
 *
 * A sign-in leaves a cookie for half a minute. The first session that is missing in that time may
 * have a reason; the next one, of the sign-in that followed, has not. The cookie is not sealed, and
 * the browser alone counts its time: whom it is to tell apart may have neither secret nor clock in
 * common. Nobody is let in by what it says.
 */
export interface LostSessions {
  /** A sign-in has begun this session. */
  begun(req: Request, res: Response, session: Session): void;
  /**
   * The browser sent a session id, and no such session is there.
   * @returns whether that is the second time
   */
  missed(req: Request, res: Response): Promise<boolean>;
  /** Another process has just missed the session that this one has. */
  wasMissed(req: Request, key: string): boolean;
}

export interface LostSessionsOptions {
  /** Two sites on one host may have cookies of one name; each then heeds its own marker alone. */
  readonly owner: SealOwner;
  readonly isHttps: boolean;
  /** The shortest of what ends a session by itself: one that has run out is not lost. */
  readonly lifetimeSeconds: number;
  readonly revokedSignIns: Pick<RevokedSignIns, 'hasMarked'>;
}

interface Marker {
  readonly key: string;
  readonly issuer: string;
  readonly clientId: string;
  /**
   * By what an end of this sign-in is found: its names at the OP may be of any length, and a cookie
   * may not.
   */
  readonly marks: SignInMarks;
  readonly begunAt: number;
  readonly isMissed: boolean;
  /** The session before this one was missed as well. */
  readonly isSecond: boolean;
}

const WATCHED_SECONDS = 30;
/**
 * Two sign-ins further apart than that are no loop, whatever the browser still sends; their clocks
 * may differ a little.
 */
const LOOP_MS = (WATCHED_SECONDS + CLOCK_TOLERANCE_SECONDS) * 1000;

export function createLostSessions(options: LostSessionsOptions): LostSessions {
  const { isHttps, revokedSignIns } = options;
  const { issuer, clientId, cookieNamespace } = options.owner;
  const name = cookieName('lg-begun', isHttps, cookieNamespace);
  const maxAgeSeconds = Math.min(WATCHED_SECONDS, options.lifetimeSeconds);

  const read = (req: Request): Marker | undefined => {
    const marker = readMarker(readCookie(req, name));
    const isOurs = marker?.issuer === issuer && marker.clientId === clientId;
    return isOurs ? marker : undefined;
  };
  const write = (res: Response, marker: Marker): void =>
    setCookie(res, name, Buffer.from(JSON.stringify(marker)).toString('base64url'), {
      secure: isHttps,
      maxAgeSeconds,
    });

  return {
    begun(req, res, session) {
      const { key, createdAt: begunAt } = session;
      const before = read(req);
      write(res, {
        key,
        issuer,
        clientId,
        marks: marksOf(session),
        begunAt,
        isMissed: false,
        isSecond: before?.isMissed === true && begunAt - before.begunAt < LOOP_MS,
      });
    },

    async missed(req, res) {
      const marker = read(req);
      if (marker === undefined) return false;
      // Ended on purpose, here or elsewhere.
      if (await revokedSignIns.hasMarked(marker.marks, marker.begunAt)) return false;
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

/** Anybody may have written it: `undefined` for what is no marker. */
function readMarker(written: string | undefined): Marker | undefined {
  if (written === undefined) return undefined;
  try {
    const said = JSON.parse(Buffer.from(written, 'base64url').toString('utf8')) as Marker;
    const { key, issuer, clientId, marks, begunAt, isMissed, isSecond } = said;
    const isMarker =
      [key, issuer, clientId, marks.originJti ?? '', marks.sid ?? ''].every(isText) &&
      Number.isFinite(begunAt) &&
      typeof isMissed === 'boolean' &&
      typeof isSecond === 'boolean';
    return isMarker ? said : undefined;
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): boolean => typeof value === 'string';
