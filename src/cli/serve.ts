import cluster from 'node:cluster';
import { setTimeout as wait } from 'node:timers/promises';
import closeWithGrace from 'close-with-grace';
import type { Logger } from 'pino';
import { describeSettings } from '../config/describe-settings.js';
import { type Environment, readSettings } from '../config/from-environment.js';
import type { Settings } from '../config/settings.js';
import { ConfigError } from '../errors.js';
import { joinMetrics } from '../ops/cluster-metrics.js';
import { createLogger } from '../ops/logger.js';
import { startApp, type StartedApp } from './start-app.js';
import { superviseWorkers } from './workers.js';

/**
 * `lifeguard serve`: the site in production.
 *
 * @throws {ConfigError} with everything that is wrong
 * @throws {CommandError} when the port cannot be had
 */
export async function serve(environment: Environment): Promise<void> {
  const read = readSettings(environment);
  if ('problems' in read) throw new ConfigError(read.problems);
  const { settings, warnings } = read;
  const logger = createLogger({ level: settings.logLevel });

  if (cluster.isPrimary) {
    logger.info({ node: process.version, settings: describeSettings(settings) }, 'starting');
    for (const { option, problem, fix } of warnings) logger.warn(`${option} ${problem}; ${fix}`);
  }
  if (cluster.isPrimary && settings.workers > 1) {
    await superviseWorkers(settings, logger);
  } else {
    await serveHere(settings, logger);
  }
}

async function serveHere(settings: Settings, logger: Logger): Promise<void> {
  const app = await startApp(settings, logger, cluster.isWorker ? joinMetrics() : undefined);

  // In a terminal Ctrl-C reaches every process of the group; a worker waits for its primary to say so.
  if (cluster.isWorker) process.on('SIGINT', () => {});
  const delay = settings.shutdownSeconds * 1000 + 1000;
  closeWithGrace(
    { delay, logger, skip: cluster.isWorker ? ['SIGINT'] : [] },
    async ({ signal, err }) => {
      if (err !== undefined) logger.fatal(err, 'stopping after an error nobody caught');
      await stop(app, settings.shutdownSeconds, signal === 'SIGTERM');
      logger.info({ signal }, 'stopped');
    },
  );
  logger.info({ url: app.url, baseUrl: settings.baseUrl }, 'listening');
}

/**
 * @param isAnnounced whether a balancer may be watching: then `/readyz` says no for a quarter of the time before the
 *   port is closed, so that none of its requests meets a closed one
 */
async function stop(app: StartedApp, seconds: number, isAnnounced: boolean): Promise<void> {
  app.beginDraining();
  if (isAnnounced) await wait((seconds * 1000) / 4);
  await app.close(isAnnounced ? (seconds * 3) / 4 : seconds);
}
