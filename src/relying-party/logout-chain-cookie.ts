import type { Request, Response } from 'express';
import { createSeal } from '../sessions/seal.js';
import { clearCookie, cookieName, readCookie, setCookie } from '../web/cookies.js';
import type { LogoutChain } from './logout-chain.js';

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

export interface LogoutChainCookieOptions {
  readonly secrets: readonly string[];
  readonly isHttps: boolean;
  readonly cookieNamespace: string;
  /** How long a session may live that is still to be ended. */
  readonly sessionSeconds: number;
  readonly now: () => number;
}

/** As long as a pool's browser session: after that there is nothing left to finish. */
const CHAIN_SECONDS = 3600;
/** More than a browser can come by while a store is down; the cookie stays small. */
const MAX_UNENDED = 10;

export function createLogoutChainCookie(options: LogoutChainCookieOptions): LogoutChainCookie {
  const seal = createSeal(options.secrets, 'logout chain');
  const name = cookieName('lg-logout', options.isHttps, options.cookieNamespace);
  const attributes = { secure: options.isHttps };
  return {
    read(req) {
      const opened = seal.open(Buffer.from(readCookie(req, name) ?? '', 'base64url'), name);
      if (opened === undefined) return undefined;
      const { chain, unended, endsAt } = JSON.parse(opened.toString('utf8')) as SignOut & {
        endsAt: number;
      };
      return options.now() < endsAt ? { chain, unended } : undefined;
    },
    write(res, { chain, unended }) {
      const maxAgeSeconds =
        unended.length === 0 ? CHAIN_SECONDS : Math.max(CHAIN_SECONDS, options.sessionSeconds);
      const endsAt = options.now() + maxAgeSeconds * 1000;
      const content = { chain, unended: unended.slice(-MAX_UNENDED), endsAt };
      const sealed = seal.seal(Buffer.from(JSON.stringify(content)), name);
      setCookie(res, name, sealed.toString('base64url'), { ...attributes, maxAgeSeconds });
    },
    clear: (res) => clearCookie(res, name, attributes),
  };
}
