import type { Request, Response } from 'express';
import { queryOf } from '../../web/request/query.js';
import { isHop, isOpen, type LogoutChain } from './chain.js';
import {
  createSealedCookie,
  type SealedCookieOptions,
} from '../../sessions/sealing/sealed-cookie.js';

/** What a browser remembers of its sign-out. */
export interface SignOut {
  readonly chain: LogoutChain;
  /**
   * Keys of sessions the store could not be made to delete: until they are, this browser is refused
   * them.
   */
  readonly unended: readonly string[];
}

interface Remembered<Content> {
  /** `undefined` where nothing is known, which is not the same as an empty list. */
  read(req: Request): Content | undefined;
  write(res: Response, content: Content): void;
  clear(res: Response): void;
}

/**
 * What a browser remembers for a sign-out, in sealed cookies: the store may be what does not work.
 */
export interface BrowserMemory {
  /** How far its sign-out is: Cognito gives no `state` back to keep that under. */
  readonly signOut: Remembered<SignOut>;
  /**
   * The names of identity providers it signed in through and was not signed out at since, the
   * latest last: a session's record may be gone, or replaced by that of another provider, while the
   * browser's session there lives.
   */
  readonly places: Remembered<readonly string[]>;
}

export interface BrowserMemoryOptions extends SealedCookieOptions {
  /** How long a session may live, also one that is still to be ended. */
  readonly sessionSeconds: number;
}

/**
 * As long as a pool's browser session: after that there is nothing left to finish. Each visit of
 * ours may begin it anew.
 */
const POOL_SECONDS = 3600;
/**
 * More than a browser can come by while a store is down; the cookies stay small, and forget the
 * oldest.
 */
const MAX_UNENDED = 10;
const MAX_PLACES = 8;

export function createBrowserMemory(options: BrowserMemoryOptions): BrowserMemory {
  const { sessionSeconds } = options;
  const chainCookie = createSealedCookie<SignOut>(options, {
    baseName: 'lg-logout',
    purpose: 'logout chain',
  });
  const placesCookie = createSealedCookie<{ readonly places: readonly string[] }>(options, {
    baseName: 'lg-places',
    purpose: 'places signed in at',
  });
  return {
    signOut: {
      read(req) {
        const signOut = chainCookie.read(req);
        return signOut && { chain: signOut.chain, unended: signOut.unended };
      },
      write(res, { chain, unended }) {
        const seconds =
          unended.length === 0 ? POOL_SECONDS : Math.max(POOL_SECONDS, sessionSeconds);
        chainCookie.write(res, { chain, unended: unended.slice(-MAX_UNENDED) }, seconds);
      },
      clear: (res) => chainCookie.clear(res),
    },
    places: {
      read: (req) => placesCookie.read(req)?.places,
      write(res, places) {
        const latest = [...new Set(places)].slice(-MAX_PLACES);
        placesCookie.write(res, { places: latest }, sessionSeconds + POOL_SECONDS);
      },
      clear: (res) => placesCookie.clear(res),
    },
  };
}

/**
 * Where a browser may still be signed in, as it remembers it: at the places that its last sign-out
 * has not settled, and at those that are open in it. `undefined` where nothing is known.
 */
export function placesLeft(
  { places }: Pick<BrowserMemory, 'places'>,
  req: Request,
  signOut: SignOut | undefined,
): readonly string[] | undefined {
  const remembered = places.read(req);
  const visits = (signOut?.chain ?? []).filter(({ name }) => name === 'upstream');
  const settled = new Set(visits.filter((step) => !isOpen(step)).map(({ provider }) => provider));
  const open = visits.filter(isOpen).flatMap(({ provider }) => provider ?? []);
  const left = [...(remembered ?? []).filter((place) => !settled.has(place)), ...open];
  return left.length === 0 ? remembered && left : left;
}

/** Each is the name of an identity provider to visit besides the OP; without a value, none. */
const PARAMETER = 'visit';

/**
 * Where a form posts that visits the hops of a complete chain again, if one of them was at Cognito:
 * that the browser was there is not sure then. By then nothing is remembered of the chain any more,
 * so the address says what was in it.
 */
export function visitAgainHref(basePath: string, chain: LogoutChain): string | undefined {
  const visited = chain.filter((step) => isHop(step) && step.outcome === 'done');
  if (visited.every(({ left }) => left?.state !== undefined)) return undefined;
  const providers = visited.flatMap(({ provider }) => provider ?? []);
  const query = new URLSearchParams(providers.length === 0 ? { [PARAMETER]: '' } : []);
  for (const provider of providers) query.append(PARAMETER, provider);
  return `${basePath}/logout?${query.toString()}`;
}

/**
 * The identity providers such a form names, of those there are; `undefined` when it is no such
 * form.
 */
export function providersToVisitAgain(
  identityProviders: readonly { readonly name: string }[],
  req: Request,
): readonly string[] | undefined {
  const value = queryOf(req)[PARAMETER];
  if (value === undefined) return undefined;
  const named = new Set([value].flat());
  return identityProviders.map(({ name }) => name).filter((name) => named.has(name));
}
