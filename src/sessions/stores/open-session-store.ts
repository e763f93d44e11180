import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  aFunction,
  checkOptions,
  optional,
  optionsOf,
  refuseFurther,
  text,
} from '../../web/options/check-options.js';
import type { SessionStore } from '../session-store.js';
import { storeMisconfigured } from '../store-errors.js';

interface SessionStoreOptions {
  /** The time in epoch milliseconds; default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

const storeOptions = optionsOf<SessionStoreOptions>(
  { now: optional(aFunction('give e.g. Date.now, or leave it out')) },
  'give { now }, or leave it out',
);

/**
 * Opens the store that a URL names:
 *
 * - `memory:` — this process only, for tests and the demo
 * - `file:./data/sessions`, `file:/var/lib/lifeguard/sessions.db` — SQLite, for the processes of
 *   one machine
 * - `redis://host:6379/0`, `rediss://…` (TLS) — Redis, for many machines
 * - `redis+sentinel://host:26379,host2:26379/mymaster`, `rediss+sentinel://…` — the master that
 *   sentinels name
 * - `redis+cluster://host:6379,host2:6379`, `rediss+cluster://…` — a cluster
 *
 * Each `redis` form takes `user:password@` before the hosts.
 *
 * @param given.now a session ends when it reaches the session's `expiresAt`
 * @throws {TypeError} for options that cannot be meant
 * @throws {ConfigError} naming `session.store`, when the URL cannot be used; never with the URL
 *   itself, which may hold a password
 */
export async function openSessionStore(
  url: string,
  given: SessionStoreOptions = {},
  ...further: readonly []
): Promise<SessionStore> {
  refuseFurther('openSessionStore', further);
  checkOptions('openSessionStore', text('give e.g. memory: or file:./data/sessions'), url, 'url');
  const { now = Date.now } = checkOptions('openSessionStore', storeOptions, given);
  const options = { now };
  // Loaded on demand: one of them is used, and what two of them need is optional.
  if (url === 'memory:') return new (await import('./memory-store.js')).MemoryStore(options);
  if (url.startsWith('file:'))
    return (await import('./sqlite/sqlite-store.js')).openSqliteStore(pathOfFileUrl(url), options);
  if (/^rediss?[+:]/.test(url))
    return (await import('./redis/redis-store.js')).openRedisStore(url, options);
  throw storeMisconfigured(
    'is none of the forms we know',
    'use memory:, file:./data/sessions or redis://host:6379',
  );
}

/**
 * The path that a `file:` URL names.
 *
 * @throws {ConfigError} when it names none on this machine
 */
export function pathOfFileUrl(url: string): string {
  try {
    const path = url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length);
    if (path !== '') return resolve(path);
  } catch {
    // Falls through: file://host/… and bad escapes have no path on this machine.
  }
  throw storeMisconfigured(
    'names no file or folder',
    'use file:./data/sessions or file:///var/lib/lifeguard/sessions',
  );
}
