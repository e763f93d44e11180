import { ConfigError } from '../errors.js';
import { MemoryStore } from './memory-store.js';
import type { SessionStore } from './session-store.js';

/**
 * Opens the store that `SESSION_STORE` names.
 *
 * @param url `memory:`
 * @param options.now the time in epoch milliseconds; a session ends when it reaches the session's `expiresAt`
 * @throws {ConfigError} naming `SESSION_STORE`, when the URL cannot be used; never with the URL itself, which may hold a password
 */
export async function openSessionStore(
  url: string,
  options: { now: () => number },
): Promise<SessionStore> {
  if (url === 'memory:') return new MemoryStore(options);
  throw new ConfigError([
    { option: 'SESSION_STORE', problem: 'has a form we do not know', fix: 'use memory:' },
  ]);
}
