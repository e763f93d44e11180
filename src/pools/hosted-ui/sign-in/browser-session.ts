import { randomBytes } from 'node:crypto';
import { readCookie } from '../../../web/cookies.js';
import { clearPoolCookie, setPoolCookie } from '../../exchange/cookies.js';
import type { Exchange } from '../../exchange/exchange.js';
import {
  dropOutdated,
  type AppClient,
  type BrowserSession,
  type PoolUser,
} from '../../model/pool-state.js';

const COOKIE = 'cognito';
const LIFETIME_SECONDS = 3600;

/**
 * Starts the pool's own session in this browser: one hour from the interactive sign-in, never
 * prolonged. An earlier session of the browser ends.
 */
export function startBrowserSession(
  exchange: Exchange,
  { user, client, provider }: { user: PoolUser; client: AppClient; provider: string },
): void {
  const { pool, now } = exchange;
  forget(exchange);
  dropOutdated(pool.browserSessions, (each) => isOver(each, now));
  const id = randomBytes(32).toString('base64url');
  const { username, sub } = user;
  pool.browserSessions.set(id, { username, sub, clientId: client.id, provider, signedInAt: now });
  setPoolCookie(exchange, COOKIE, id, LIFETIME_SECONDS);
}

/**
 * The session a sign-in may be resumed from without credentials, if there is one.
 *
 * It carries over to another client of the pool that has the same provider switched on. Naming a
 * provider (or `COGNITO`) resumes only a session that came through exactly that one.
 *
 * @param provider the provider the request names, if it does
 */
export function resumableSession(
  exchange: Exchange,
  client: AppClient,
  provider: string | undefined,
): BrowserSession | undefined {
  const { pool, now, request } = exchange;
  const session = pool.browserSessions.get(readCookie(request, COOKIE) ?? '');
  if (session === undefined || isOver(session, now)) return undefined;
  if (pool.activeUser(session) === undefined) return undefined;
  if (!client.identityProviders.includes(session.provider)) return undefined;
  return provider === undefined || provider === session.provider ? session : undefined;
}

/**
 * Ends the pool's session in this browser: the record too, so that a copy of the cookie is worth
 * nothing.
 */
export function endBrowserSession(exchange: Exchange): void {
  forget(exchange);
  clearPoolCookie(exchange, COOKIE);
}

function forget({ pool, request }: Exchange): void {
  const id = readCookie(request, COOKIE);
  if (id !== undefined) pool.browserSessions.delete(id);
}

const isOver = ({ signedInAt }: BrowserSession, now: number): boolean =>
  now >= signedInAt + LIFETIME_SECONDS * 1000;
