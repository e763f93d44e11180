import { existsSync } from 'node:fs';
import type { Settings } from '../config/options/settings.js';
import { createClientSecretUse } from '../../sessions/replicas/client-secret-use.js';
import { pathOfFileUrl, openSessionStore } from '../../sessions/stores/open-session-store.js';

/** What the site's processes tell of the secret they use. */
export interface SiteUse {
  /**
   * How many use this one, and how many there are; none at all where nobody runs, or only what is
   * older than this.
   */
  look(secret: string): Promise<{ readonly using: number; readonly all: number }>;
  close(): Promise<void>;
}

/**
 * Listens at the session store.
 * @returns nothing where it cannot be listened at: one in memory is another process's, and a file
 *   that is not here is on another machine, or will be made by the site
 */
export async function listenToSite(settings: Settings): Promise<SiteUse | undefined> {
  const { sessionStore, issuer, clientId } = settings;
  if (sessionStore === 'memory:') return undefined;
  if (sessionStore.startsWith('file:') && !existsSync(pathOfFileUrl(sessionStore)))
    return undefined;
  const store = await openSessionStore(sessionStore, { now: Date.now });
  const use = createClientSecretUse({ store, issuer, clientId, now: Date.now });
  return { look: (secret) => use.count(secret), close: () => store.close() };
}
