import type { Request } from 'express';

/** Credentials of a scheme, e.g. `Basic YTpi`. @see RFC 9110 section 11.4 */
const CREDENTIALS = /^([\w!#$%&'*+.^`|~-]+) +\S/;

/**
 * Does the request claim to bring a bearer token, if only a broken one? Whose `Authorization` is of another scheme does not: with
 * HTTP Basic in front of a site, the browser sends `Basic` along with everything, and is neither a program nor a bearer.
 */
export function presentsToken(req: Request): boolean {
  return (req.headersDistinct['authorization'] ?? []).some((header) => {
    const scheme = CREDENTIALS.exec(header)?.[1]?.toLowerCase();
    return scheme === undefined || scheme === 'bearer';
  });
}
