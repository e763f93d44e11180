import type { Request, Response } from 'express';
import { createSeal } from '../sessions/seal.js';
import { clearCookie, cookieName, readCookie, setCookie } from '../web/cookies.js';

/**
 * The identity providers a browser signed in through and was not signed out at since, in a sealed cookie: a session's record may
 * be gone, or replaced by that of another provider, while the browser's session there lives.
 */
export interface PlacesCookie {
  /** Names, the latest last; `undefined` where nothing is known, which is not the same as an empty list. */
  read(req: Request): readonly string[] | undefined;
  write(res: Response, places: readonly string[]): void;
  clear(res: Response): void;
}

export interface PlacesCookieOptions {
  readonly secrets: readonly string[];
  readonly isHttps: boolean;
  readonly cookieNamespace: string;
  /** How long a session may live. */
  readonly sessionSeconds: number;
  readonly now: () => number;
}

/** A pool's browser session lasts an hour, and each visit of ours may have begun it anew. */
const BEYOND_SESSION_SECONDS = 3600;
/** The cookie stays small; of more than this the oldest is forgotten. */
const MAX_PLACES = 8;

export function createPlacesCookie(options: PlacesCookieOptions): PlacesCookie {
  const seal = createSeal(options.secrets, 'places signed in at');
  const name = cookieName('lg-places', options.isHttps, options.cookieNamespace);
  const attributes = { secure: options.isHttps };
  const maxAgeSeconds = options.sessionSeconds + BEYOND_SESSION_SECONDS;
  return {
    read(req) {
      const opened = seal.open(Buffer.from(readCookie(req, name) ?? '', 'base64url'), name);
      if (opened === undefined) return undefined;
      const { places, endsAt } = JSON.parse(opened.toString('utf8')) as {
        places: readonly string[];
        endsAt: number;
      };
      return options.now() < endsAt ? places : undefined;
    },
    write(res, places) {
      const endsAt = options.now() + maxAgeSeconds * 1000;
      const content = { places: [...new Set(places)].slice(-MAX_PLACES), endsAt };
      const sealed = seal.seal(Buffer.from(JSON.stringify(content)), name);
      setCookie(res, name, sealed.toString('base64url'), { ...attributes, maxAgeSeconds });
    },
    clear: (res) => clearCookie(res, name, attributes),
  };
}
