import { openSessionStore } from '../../src/sessions/stores/open-session-store.js';
import type { SessionStore } from '../../src/sessions/session-store.js';
import { eventually } from './redis.js';

/**
 * `openSessionStore`, and the store answers: it opens without waiting for a server that takes its
 * time.
 */
export async function openConnected(
  ...given: Parameters<typeof openSessionStore>
): Promise<SessionStore> {
  const store = await openSessionStore(...given);
  await untilItAnswers(store);
  return store;
}

/** Waits for a store that is there to be reached. */
export const untilItAnswers = (store: SessionStore): Promise<void> =>
  eventually(() => store.ping().then(() => true));
