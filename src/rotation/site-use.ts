import { existsSync } from 'node:fs';
import type { Settings } from '../config/settings.js';
import { createClientSecretUse } from '../sessions/client-secret-use.js';
import { pathOfFileUrl, openSessionStore } from '../sessions/open-session-store.js';

/** What the site's processes tell of the secret they use. */
export interface SiteUse {
  /** How many use this one, and how many there are; `undefined` where none can be heard. */
  look(secret: string): Promise<{ readonly using: number; readonly all: number } | undefined>;
  close(): Promise<void>;
}

/**
 * Listens at the session store. One in memory is another process's, and a file that is not here is on another machine, or nobody
 * has ever run the site: nothing is heard then, and nothing made.
 */
export async function listenToSite(settings: Settings): Promise<SiteUse> {
  const { sessionStore, issuer, clientId } = settings;
  const isDeaf =
    sessionStore === 'memory:' ||
    (sessionStore.startsWith('file:') && !existsSync(pathOfFileUrl(sessionStore)));
  if (isDeaf) return { look: async () => undefined, close: async () => undefined };
  const store = await openSessionStore(sessionStore, { now: Date.now });
  const use = createClientSecretUse({ store, issuer, clientId, now: Date.now });
  return {
    async look(secret) {
      const count = await use.count(secret);
      // Nobody runs, or only what is older than this.
      return count.all === 0 ? undefined : count;
    },
    close: () => store.close(),
  };
}
