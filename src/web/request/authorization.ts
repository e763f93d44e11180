import type { Request } from 'express';

/** Credentials of a scheme, e.g. `Basic YTpi`. @see RFC 9110 section 11.4 */
const CREDENTIALS = /^([\w!#$%&'*+.^`|~-]+) +\S/;

/** No text, or a scheme of those who stand in front of a site, with nothing behind it. */
const NOTHING = /^(?:basic|digest|negotiate|ntlm)?$/i;

/**
 * Does the request claim to bring a bearer token, if only a broken one? Whose `Authorization` is of
 * another scheme does not: with HTTP Basic in front of a site, the browser sends `Basic` along with
 * everything, and is neither a program nor a bearer.
 */
export function presentsToken(req: Request): boolean {
  return authorizationOf(req).some((header) => {
    const scheme = CREDENTIALS.exec(header)?.[1]?.toLowerCase();
    return scheme === undefined || scheme === 'bearer';
  });
}

/**
 * Each `Authorization` that says something: a proxy that keeps credentials from us may blank the
 * header instead of taking it away, or what stands behind its scheme. Of `Bearer` alone the token
 * is missing.
 */
export function authorizationOf(req: Request): readonly string[] {
  return (req.headersDistinct['authorization'] ?? []).filter(
    (header) => !NOTHING.test(header.trim()),
  );
}
