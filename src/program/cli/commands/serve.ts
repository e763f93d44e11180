import cluster from 'node:cluster';
import { setTimeout as wait } from 'node:timers/promises';
import { describeSettings } from '../../config/describe-settings.js';
import {
  clientSecretReader,
  type Environment,
  readSettings,
} from '../../config/from-environment.js';
import type { Settings } from '../../config/options/settings.js';
import { ConfigError } from '../../../errors/config-error.js';
import { askForSum, tellFigures } from '../../ops/cluster-metrics.js';
import { openProcessLog, type ProcessLog } from '../../ops/process-log.js';
import { listenForMetrics } from '../running/metrics-port.js';
import { startApp, type StartedApp, type StartOptions } from '../running/start-app.js';
import { stopWhenTold, type Told } from '../running/stop-when-told.js';
import { superviseWorkers } from '../running/workers.js';

export interface ServeCommandOptions {
  /** Instead of the variable `PORT`. */
  readonly port?: number;
}

/**
 * `lifeguard serve`: the site in production.
 *
 * @throws {ConfigError} with everything that is wrong
 * @throws {CommandError} when the port cannot be had
 */
export async function serve(
  environment: Environment,
  { port }: ServeCommandOptions = {},
): Promise<void> {
  const read = readSettings({ ...environment, ...(port !== undefined && { PORT: String(port) }) });
  if ('problems' in read) throw new ConfigError(read.problems);
  const { settings, warnings } = read;
  const log = openProcessLog(settings.logLevel);
  const { logger } = log;

  if (cluster.isPrimary) {
    logger.info({ node: process.version, settings: describeSettings(settings) }, 'starting');
    for (const { option, problem, fix } of warnings) logger.warn(`${option} ${problem}; ${fix}`);
  }
  if (cluster.isPrimary && settings.workers > 1) {
    await superviseWorkers(settings, log);
  } else {
    const portSetting = port === undefined ? 'PORT' : '--port';
    const readClientSecret = clientSecretReader(environment);
    await serveHere(settings, log, { portSetting, readClientSecret });
  }
}

async function serveHere(
  settings: Settings,
  log: ProcessLog,
  options: Pick<StartOptions, 'portSetting' | 'readClientSecret'>,
): Promise<void> {
  const { isWorker } = cluster;
  const renderMetrics = isWorker ? askForSum() : undefined;
  const starting = startApp(settings, log, { ...options, renderMetrics });
  const limitSeconds = settings.shutdownSeconds + 1;
  stopWhenTold({ ...log, limitSeconds, isWorker }, async (told) =>
    stop(await starting, settings.shutdownSeconds, told),
  );
  const app = await starting;
  if (isWorker) tellFigures(app.registry);
  else await listenForMetrics(settings.metricsPort, () => app.registry.metrics());
  log.logger.info({ url: app.url, baseUrl: settings.baseUrl }, 'listening');
}

/**
 * For a quarter of the time `/readyz` says no while everything is still answered, so that a
 * balancer sends nothing more when the port is closed; requests and what they have begun share the
 * rest.
 */
async function stop(app: StartedApp, seconds: number, { isAnnounced }: Told): Promise<boolean> {
  app.beginDraining();
  if (!isAnnounced) return app.close(seconds);
  await wait((seconds * 1000) / 4);
  return app.close((seconds * 3) / 4, seconds / 10);
}
