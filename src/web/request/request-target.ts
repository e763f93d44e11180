import type { Request } from 'express';

const SCHEME_AND_AUTHORITY = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i;

/**
 * The path and query a request is for, as the host app got it. A target may be written with a
 * scheme and an authority before them (RFC 9112, section 3.2.2: every server must take it); like
 * `Host`, they count for nothing.
 */
export function targetOf({ originalUrl }: Pick<Request, 'originalUrl'>): string {
  const target = originalUrl.replace(SCHEME_AND_AUTHORITY, '');
  return target === '' || target.startsWith('?') ? `/${target}` : target;
}

/** The path alone: a query may hold a code. */
export function pathOf(req: Pick<Request, 'originalUrl'>): string {
  return targetOf(req).split('?', 1)[0]!;
}
