import { REFRESH_LOCK_MS, REFRESH_LOCK_RENEWAL_MS } from '../../../sessions/time-limits.js';
import type { SessionStore } from '../../../sessions/session-store.js';

/**
 * Does something while nobody else does it, if nobody does so now. The lock is short and renewed
 * until the work is done, so that it outlives a killed process by seconds only.
 *
 * @returns what came of it, or `undefined` if somebody else holds the lock
 * @throws {RelyingPartyError} `session_store_unavailable` when the lock cannot be asked for; else
 *   whatever the work throws
 */
export async function holdLock<T>(
  store: Pick<SessionStore, 'lock' | 'renewLock' | 'unlock'>,
  name: string,
  work: () => Promise<T>,
): Promise<{ readonly result: T } | undefined> {
  const proof = await store.lock(name, REFRESH_LOCK_MS);
  if (proof === undefined) return undefined;
  const renewing = setInterval(() => {
    // One that fails is made good by the next, and a lock that was lost after all by the rotation's
    // grace.
    void ignoreFailure(() => store.renewLock(name, proof, REFRESH_LOCK_MS));
  }, REFRESH_LOCK_RENEWAL_MS).unref();
  try {
    return { result: await work() };
  } finally {
    clearInterval(renewing);
    // It ends by itself soon enough.
    await ignoreFailure(() => store.unlock(name, proof));
  }
}

/**
 * Whichever way it fails: the store may be a host's own, and what is thrown in a timer ends the
 * process.
 */
async function ignoreFailure(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch {
    // Said above, for each.
  }
}
