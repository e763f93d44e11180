import { stringifySetCookie } from 'cookie';
import type { Exchange } from './exchange.js';

/**
 * Sets a cookie of this pool alone: cookies ignore ports and two pools may share a host, so each
 * keeps to its domain's path.
 *
 * @param maxAgeSeconds absent: until the browser closes
 */
export function setPoolCookie(
  { response, runtime, pool }: Exchange,
  name: string,
  value: string,
  maxAgeSeconds?: number,
): void {
  const cookie = stringifySetCookie({
    name,
    value,
    path: pool.domainPath,
    httpOnly: true,
    sameSite: 'lax',
    secure: runtime.origin.startsWith('https:'),
    ...(maxAgeSeconds === undefined ? {} : { maxAge: maxAgeSeconds }),
  });
  response.append('Set-Cookie', cookie);
}

/** Takes a cookie of this pool away. */
export function clearPoolCookie(exchange: Exchange, name: string): void {
  setPoolCookie(exchange, name, '', 0);
}
