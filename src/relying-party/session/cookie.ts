import type { Request, Response } from 'express';
import { clearCookie, cookieName, readCookie, setCookie } from '../../web/cookies.js';

/** The cookie that carries the session id and nothing else. */
export interface SessionCookie {
  readonly name: string;
  read(req: Request): string | undefined;
  write(res: Response, sessionId: string): void;
  clear(res: Response): void;
}

/**
 * `__Host-` under https: then no sibling subdomain can set it and it never travels in clear (RFC
 * 6265bis section 4.1.3.2). Without Max-Age: it goes when the browser closes; how long the session
 * lives is decided on the server.
 */
export function createSessionCookie(isHttps: boolean, namespace = ''): SessionCookie {
  const name = cookieName('lifeguard', isHttps, namespace);
  return {
    name,
    read: (req) => readCookie(req, name),
    write: (res, sessionId) => setCookie(res, name, sessionId, { secure: isHttps }),
    clear: (res) => clearCookie(res, name, { secure: isHttps }),
  };
}
