import { randomUUID, timingSafeEqual } from 'node:crypto';
import { readCookie } from '../web/cookies.js';
import { setPoolCookie } from './cookies.js';
import type { Exchange } from './exchange.js';

const COOKIE = 'XSRF-TOKEN';

/**
 * The value forms carry as `_csrf`, equal to the `XSRF-TOKEN` cookie. A cookie the browser already has is kept, so that
 * login pages in two tabs both work; Cognito sets a new one each time and breaks the older page.
 */
export function ensureXsrfToken(exchange: Exchange): string {
  const present = readCookie(exchange.request, COOKIE);
  if (present !== undefined && /^[\da-f-]{36}$/.test(present)) return present;
  const token = randomUUID();
  setPoolCookie(exchange, COOKIE, token);
  return token;
}

/** Was the form on a page this browser got from us? */
export function hasValidXsrfToken({ request, form }: Exchange): boolean {
  const expected = Buffer.from(readCookie(request, COOKIE) ?? '');
  const sent = Buffer.from(form.get('_csrf') ?? '');
  return expected.length > 0 && sent.length === expected.length && timingSafeEqual(sent, expected);
}
