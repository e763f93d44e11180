import { createHmac, randomBytes } from 'node:crypto';
import { readCookie } from '../../web/cookies.js';
import { comesFromOrigin } from '../../web/request/same-origin.js';
import { isSame } from '../model/credentials/is-same.js';
import { setPoolCookie } from './cookies.js';
import type { Exchange } from './exchange.js';

const COOKIE = 'XSRF-TOKEN';
const HALF_BYTES = 8;

/** Makes the tokens of this process ours to recognise. */
const key = randomBytes(32);

/**
 * The value forms carry as `_csrf`, equal to the `XSRF-TOKEN` cookie. A cookie the browser already
 * has is kept, so that login pages in two tabs both work; Cognito sets a new one each time and
 * breaks the older page.
 */
export function ensureXsrfToken(exchange: Exchange): string {
  const present = readCookie(exchange.request, COOKIE);
  if (present !== undefined && /^[\da-f-]{36}$/.test(present)) return present;
  const token = makeToken();
  setPoolCookie(exchange, COOKIE, token);
  return token;
}

/**
 * Was the form on a page this browser got from us? Its token equals the cookie; or, when another
 * tab that began in the same instant has overwritten that, both are ours and the browser says that
 * a page of ours sent the form.
 */
export function hasValidXsrfToken({ request, form, runtime }: Exchange): boolean {
  const sent = form.get('_csrf') ?? '';
  const present = readCookie(request, COOKIE) ?? '';
  if (sent !== '' && isSame(sent, present)) return true;
  return isOurs(sent) && isOurs(present) && comesFromOrigin(request, runtime.origin);
}

/**
 * Shaped like the UUID that Cognito uses: half of it random, the other half our signature of that.
 */
function makeToken(random: Buffer = randomBytes(HALF_BYTES)): string {
  const signature = createHmac('sha256', key).update(random).digest().subarray(0, HALF_BYTES);
  const hex = Buffer.concat([random, signature]).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function isOurs(token: string): boolean {
  const random = Buffer.from(token.replaceAll('-', ''), 'hex').subarray(0, HALF_BYTES);
  return isSame(token, makeToken(random));
}
