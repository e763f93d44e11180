import type { Request } from 'express';
import { queryOf } from '../web/query.js';
import type { RelyingPartyContext } from './context.js';

const MARK = 'moved';

/**
 * Where `/login` goes on when it was opened on another host name than `baseUrl`: the callback comes to `baseUrl`, and the cookie
 * that it needs would stay behind. Once, with a mark: many proxies send a `Host` of their own, and then it never fits.
 *
 * @returns `undefined` when the login can go on here
 */
export function movedToBaseUrl(
  { baseUrl, basePath }: Pick<RelyingPartyContext, 'baseUrl' | 'basePath'>,
  req: Request,
): URL | undefined {
  const { host } = req.headers;
  const url = new URL(`${baseUrl}${basePath}/login`);
  if (host === undefined || nameIn(host) === url.hostname) return undefined;
  if (queryOf(req)[MARK] !== undefined) return undefined;
  const start = req.url.indexOf('?');
  if (start !== -1) url.search = req.url.slice(start);
  url.searchParams.set(MARK, '1');
  return url;
}

/** Cookies know no ports. */
const nameIn = (host: string): string => host.toLowerCase().replace(/:\d+$/, '');
