import type { Request, Response } from 'express';
import { createSeal } from './seal.js';
import { clearCookie, cookieName, readCookie, setCookie } from '../../web/cookies.js';

export interface SealedCookieOptions {
  readonly secrets: readonly string[];
  readonly isHttps: boolean;
  readonly cookieNamespace: string;
  readonly now: () => number;
}

/** What a browser remembers for us, and cannot read or change. */
export interface SealedCookie<Content extends object> {
  /** `undefined` where there is nothing, or what is there does not open or has had its time. */
  read(req: Request): Content | undefined;
  write(res: Response, content: Content, maxAgeSeconds: number): void;
  clear(res: Response): void;
}

/** @param purpose keeps what is sealed for one use from opening in another */
export function createSealedCookie<Content extends object>(
  { secrets, isHttps, cookieNamespace, now }: SealedCookieOptions,
  { baseName, purpose }: { readonly baseName: string; readonly purpose: string },
): SealedCookie<Content> {
  const seal = createSeal(secrets, purpose);
  const name = cookieName(baseName, isHttps, cookieNamespace);
  const attributes = { secure: isHttps };
  return {
    read(req) {
      const opened = seal.open(Buffer.from(readCookie(req, name) ?? '', 'base64url'), name);
      if (opened === undefined) return undefined;
      const content = JSON.parse(opened.toString('utf8')) as Content & { endsAt: number };
      return now() < content.endsAt ? content : undefined;
    },
    // A browser may keep a cookie for longer than it was told.
    write(res, content, maxAgeSeconds) {
      const endsAt = now() + maxAgeSeconds * 1000;
      const sealed = seal.seal(Buffer.from(JSON.stringify({ ...content, endsAt })), name);
      setCookie(res, name, sealed.toString('base64url'), { ...attributes, maxAgeSeconds });
    },
    clear: (res) => clearCookie(res, name, attributes),
  };
}
