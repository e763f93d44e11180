import type { Registry } from 'prom-client';
import { type AppParts, createApp } from '../../app.js';
import type { Settings } from '../../config/options/settings.js';
import type { ProcessLog } from '../../ops/process-log.js';
import { listen } from '../../server.js';
import { openSessionStore } from '../../../sessions/stores/open-session-store.js';
import { withinTimeLimit } from '../../../sessions/time-limits.js';
import { portFailure } from '../surroundings/failure.js';

/** A site that answers. */
export interface StartedApp {
  readonly url: string;
  /** This process's own figures. */
  readonly registry: Registry;
  /**
   * From now on `/readyz` says no and every answer ends its connection; everything else goes on.
   */
  beginDraining(): void;
  /**
   * Stops taking requests, lets those under way finish, then what they have begun at the OP and the
   * store, then lets go of the store.
   *
   * @param seconds for all of it; requests may take two thirds
   * @param lingerSeconds see `RunningServer.close`
   * @returns whether everything was finished
   */
  close(seconds: number, lingerSeconds?: number): Promise<boolean>;
}

/**
 * `renderMetrics`: what `/metrics` answers with, default this process's own figures;
 * `readClientSecret`: see `AppParts`.
 */
export interface StartOptions extends Pick<AppParts, 'renderMetrics' | 'readClientSecret'> {
  /** What set the port, to be named if it cannot be had. */
  readonly portSetting: string;
}

/**
 * Opens the store, puts the app together and listens. The OpenID provider need not be up.
 *
 * @param log as a program has one; a line of it tells of what a stop had to cut
 * @throws {CommandError} when the port cannot be had
 */
export async function startApp(
  settings: Settings,
  { logger, output }: ProcessLog,
  { portSetting, ...more }: StartOptions,
): Promise<StartedApp> {
  let isDraining = false;
  const store = await openSessionStore(settings.sessionStore, { now: Date.now });
  const parts = {
    store,
    logger,
    isDraining: () => isDraining,
    linesLost: () => output.linesLost(),
    ...more,
  };
  const site = createApp(settings, parts);
  /** The store last: what is under way still writes to it. */
  const letGo = async (limitMs: number): Promise<boolean> => {
    const isComplete = await withinTimeLimit(site.close(), limitMs).catch(() => false);
    await store.close();
    return isComplete;
  };

  try {
    const server = await listen(site.app, { port: settings.port, host: settings.host });
    return {
      url: server.url,
      registry: site.registry,
      beginDraining: () => {
        isDraining = true;
        server.beginDraining();
      },
      close: async (seconds, lingerSeconds) => {
        const deadline = performance.now() + seconds * 1000;
        const cut = await server.close((seconds * 2) / 3, lingerSeconds);
        if (cut > 0) logger.error({ requests: cut }, 'requests were cut: the time to stop was up');
        const isComplete = await letGo(deadline - performance.now());
        if (!isComplete) logger.error('work at the OP or the session store was cut');
        return cut === 0 && isComplete;
      },
    };
  } catch (error) {
    await letGo(1000);
    const { port, host } = settings;
    throw portFailure(error, { port, host, portSetting, hostSetting: 'HOST' });
  }
}
