import type { Request } from 'express';
import { queryOf } from '../../web/request/query.js';
import type { RelyingPartyContext } from '../context.js';
import { loginUrl, type LoginRequest } from './request.js';

const MARK = 'moved';

/**
 * Where `/login` goes on when it was opened on another host name than `baseUrl`, or over plain http although that is https: the
 * callback comes to `baseUrl`, and the cookie that it needs would stay behind, or be refused at once. Once, with a mark: many
 * proxies send a `Host` of their own, and then it never fits.
 *
 * What else somebody wrote into the address does not come along.
 *
 * @returns `undefined` when the login can go on here
 */
export function movedToBaseUrl(
  { baseUrl, basePath }: Pick<RelyingPartyContext, 'baseUrl' | 'basePath'>,
  req: Request,
  request: LoginRequest,
): URL | undefined {
  const url = new URL(baseUrl + loginUrl({ basePath }, request));
  if (isHere(req, url) && !isKnownToBePlain(req, url)) return undefined;
  if (queryOf(req)[MARK] !== undefined) return undefined;
  url.searchParams.set(MARK, '1');
  return url;
}

/** Cookies know no ports. */
function isHere({ headers }: Request, { hostname }: URL): boolean {
  return headers.host === undefined || headers.host.toLowerCase().replace(/:\d+$/, '') === hostname;
}

/**
 * Whether the browser came without TLS to a site that has it. Our own connection does not tell, since TLS ends at the proxy: only
 * a proxy that the host trusts does, and many say nothing.
 */
function isKnownToBePlain(req: Request, { protocol }: URL): boolean {
  if (protocol !== 'https:' || (req.get('X-Forwarded-Proto') ?? '') === '') return false;
  const trusts = req.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  return trusts(req.socket.remoteAddress ?? '', 0) && req.protocol.toLowerCase() === 'http';
}
