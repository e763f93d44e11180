import { parseCookie, stringifySetCookie } from 'cookie';
import type { Request, Response } from 'express';

type Cookies = Readonly<Record<string, string | undefined>>;

/** A request's cookies are asked for by many, and may be 32 kB of somebody else's. */
const parsed = new WeakMap<Request, { readonly header: string; readonly cookies: Cookies }>();

/**
 * All cookies of a request, decoded. Of two with one name the first counts: the browser puts the
 * closest path first.
 */
export function readCookies(req: Request): Cookies {
  const header = req.headers.cookie ?? '';
  const known = parsed.get(req);
  if (known?.header === header) return known.cookies;
  const cookies = parseCookie(header);
  parsed.set(req, { header, cookies });
  return cookies;
}

/** One cookie of a request, decoded. */
export function readCookie(req: Request, name: string): string | undefined {
  return readCookies(req)[name];
}

/**
 * A cookie's name: `__Host-` under https, and the namespace of its relying party, if it has one,
 * behind it.
 */
export function cookieName(name: string, isHttps: boolean, namespace: string): string {
  return `${isHttps ? '__Host-' : ''}${name}${namespace === '' ? '' : `.${namespace}`}`;
}

/**
 * How a cookie of ours may differ; all of them are HttpOnly, SameSite=Lax and for the whole site.
 */
export interface CookieOptions {
  /** Absent: until the browser closes. Fractions are cut off. */
  readonly maxAgeSeconds?: number;
  /** True wherever the site is on https; a `__Host-` name demands it. */
  readonly secure: boolean;
}

/**
 * Adds a cookie to the answer, in place of one of the same name set earlier in this answer (RFC
 * 6265, section 4.1.1, allows one `Set-Cookie` per name).
 */
export function setCookie(
  res: Response,
  name: string,
  value: string,
  { maxAgeSeconds, secure }: CookieOptions,
): void {
  const maxAge = maxAgeSeconds === undefined ? {} : { maxAge: Math.floor(maxAgeSeconds) };
  const cookie = { name, value, path: '/', httpOnly: true, sameSite: 'lax', secure } as const;
  const others = [res.getHeader('Set-Cookie') ?? []]
    .flat()
    .map(String)
    .filter((each) => !each.startsWith(`${name}=`));
  res.setHeader('Set-Cookie', [...others, stringifySetCookie({ ...cookie, ...maxAge })]);
}

/**
 * Takes a cookie away. `secure` as it was set: a browser ignores an insecure answer about a secure
 * cookie.
 */
export function clearCookie(res: Response, name: string, { secure }: { secure: boolean }): void {
  setCookie(res, name, '', { maxAgeSeconds: 0, secure });
}
