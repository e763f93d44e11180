import type { Request, Response } from 'express';
import { createSealedCookie, type SealedCookieOptions } from './sealed-cookie.js';

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

export interface PlacesCookieOptions extends SealedCookieOptions {
  /** How long a session may live. */
  readonly sessionSeconds: number;
}

/** A pool's browser session lasts an hour, and each visit of ours may have begun it anew. */
const BEYOND_SESSION_SECONDS = 3600;
/** The cookie stays small; of more than this the oldest is forgotten. */
const MAX_PLACES = 8;

export function createPlacesCookie(options: PlacesCookieOptions): PlacesCookie {
  const cookie = createSealedCookie<{ readonly places: readonly string[] }>(options, {
    baseName: 'lg-places',
    purpose: 'places signed in at',
  });
  const maxAgeSeconds = options.sessionSeconds + BEYOND_SESSION_SECONDS;
  return {
    read: (req) => cookie.read(req)?.places,
    write(res, places) {
      cookie.write(res, { places: [...new Set(places)].slice(-MAX_PLACES) }, maxAgeSeconds);
    },
    clear: (res) => cookie.clear(res),
  };
}
