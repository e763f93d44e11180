import type { Request, Response } from 'express';
import type { LogoutChain } from './chain.js';
import { createSealedCookie, type SealedCookieOptions } from './sealed-cookie.js';

/** What a browser remembers of its sign-out. */
export interface SignOut {
  readonly chain: LogoutChain;
  /** Keys of sessions the store could not be made to delete: until they are, this browser is refused them. */
  readonly unended: readonly string[];
}

/**
 * How far the browser's sign-out is, in a sealed cookie: Cognito gives no `state` back to keep it under, and the store may be what
 * does not work.
 */
export interface LogoutChainCookie {
  read(req: Request): SignOut | undefined;
  write(res: Response, signOut: SignOut): void;
  clear(res: Response): void;
}

export interface LogoutChainCookieOptions extends SealedCookieOptions {
  /** How long a session may live that is still to be ended. */
  readonly sessionSeconds: number;
}

/** As long as a pool's browser session: after that there is nothing left to finish. */
const CHAIN_SECONDS = 3600;
/** More than a browser can come by while a store is down; the cookie stays small. */
const MAX_UNENDED = 10;

export function createLogoutChainCookie(options: LogoutChainCookieOptions): LogoutChainCookie {
  const cookie = createSealedCookie<SignOut>(options, {
    baseName: 'lg-logout',
    purpose: 'logout chain',
  });
  return {
    read(req) {
      const signOut = cookie.read(req);
      return signOut && { chain: signOut.chain, unended: signOut.unended };
    },
    write(res, { chain, unended }) {
      const maxAgeSeconds =
        unended.length === 0 ? CHAIN_SECONDS : Math.max(CHAIN_SECONDS, options.sessionSeconds);
      cookie.write(res, { chain, unended: unended.slice(-MAX_UNENDED) }, maxAgeSeconds);
    },
    clear: (res) => cookie.clear(res),
  };
}
