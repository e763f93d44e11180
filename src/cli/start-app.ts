import type { Logger } from 'pino';
import { createApp } from '../app.js';
import type { Settings } from '../config/settings.js';
import { listen } from '../server.js';
import { openSessionStore } from '../sessions/open-session-store.js';
import { portFailure } from './failure.js';

/** A site that answers. */
export interface StartedApp {
  readonly url: string;
  /** From now on `/readyz` says no; everything else goes on. */
  beginDraining(): void;
  /** Stops taking requests, lets those under way finish for this long, then lets go of the store. */
  close(graceSeconds: number): Promise<void>;
}

/**
 * Opens the store, puts the app together and listens. The OpenID provider need not be up.
 *
 * @param renderMetrics what `/metrics` answers with; default this process's own figures
 * @throws {CommandError} when the port cannot be had
 */
export async function startApp(
  settings: Settings,
  logger: Logger,
  renderMetrics?: () => Promise<string>,
): Promise<StartedApp> {
  let isDraining = false;
  const store = await openSessionStore(settings.sessionStore, { now: Date.now });
  const parts = { store, logger, isDraining: () => isDraining, renderMetrics };
  const site = createApp(settings, parts);
  const letGo = async (): Promise<void> => {
    await site.close();
    await store.close();
  };

  try {
    const server = await listen(site.app, { port: settings.port, host: settings.host });
    return {
      url: server.url,
      beginDraining: () => {
        isDraining = true;
      },
      close: async (graceSeconds) => {
        await server.close(graceSeconds);
        await letGo();
      },
    };
  } catch (error) {
    await letGo();
    throw portFailure(error, settings.port, 'PORT');
  }
}
