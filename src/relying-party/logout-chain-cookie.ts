import type { Request, Response } from 'express';
import { createSeal } from '../sessions/seal.js';
import { clearCookie, cookieName, readCookie, setCookie } from '../web/cookies.js';
import type { LogoutChain } from './logout-chain.js';

/** How far the browser's sign-out is. Cognito gives no `state` back, so it travels in a short-lived sealed cookie. */
export interface LogoutChainCookie {
  read(req: Request): LogoutChain | undefined;
  write(res: Response, chain: LogoutChain): void;
  clear(res: Response): void;
}

export interface LogoutChainCookieOptions {
  readonly secrets: readonly string[];
  readonly isHttps: boolean;
  readonly cookieNamespace: string;
  readonly now: () => number;
}

/** As long as a pool's browser session: after that there is nothing left to finish. */
const LIFETIME_SECONDS = 3600;

export function createLogoutChainCookie(options: LogoutChainCookieOptions): LogoutChainCookie {
  const seal = createSeal(options.secrets, 'logout chain');
  const name = cookieName('lg-logout', options.isHttps, options.cookieNamespace);
  const attributes = { secure: options.isHttps };
  return {
    read(req) {
      const opened = seal.open(Buffer.from(readCookie(req, name) ?? '', 'base64url'), name);
      if (opened === undefined) return undefined;
      const { chain, endsAt } = JSON.parse(opened.toString('utf8')) as {
        chain: LogoutChain;
        endsAt: number;
      };
      return options.now() < endsAt ? chain : undefined;
    },
    write(res, chain) {
      const endsAt = options.now() + LIFETIME_SECONDS * 1000;
      const sealed = seal.seal(Buffer.from(JSON.stringify({ chain, endsAt })), name);
      setCookie(res, name, sealed.toString('base64url'), {
        ...attributes,
        maxAgeSeconds: LIFETIME_SECONDS,
      });
    },
    clear: (res) => clearCookie(res, name, attributes),
  };
}
