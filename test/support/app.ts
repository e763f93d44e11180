import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { createApp, type App } from '../../src/program/app.js';
import { clientSecretReader, readSettings } from '../../src/program/config/from-environment.js';
import type { Settings } from '../../src/program/config/options/settings.js';
import { createLogger } from '../../src/program/ops/logger.js';
import { MemoryStore } from '../../src/sessions/stores/memory-store.js';
import type { SessionStore } from '../../src/sessions/session-store.js';

/** A running site, as `lifeguard serve` would run it, but for its port, clock and log. */
export interface RunningApp extends App {
  /** `http://localhost:PORT`: another site than the pools' `127.0.0.1`, as in production. */
  readonly url: string;
  readonly settings: Settings;
  readonly store: SessionStore;
  /** Every line the site has logged. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

export interface StartAppOptions {
  readonly store?: SessionStore | undefined;
  readonly now?: (() => number) | undefined;
  /** A socket that is listening already; its port is the site's. */
  readonly server?: Server | undefined;
}

/**
 * Starts the site with the given environment; `BASE_URL`, `SESSION_SECRET` and `LOG_LEVEL=trace`
 * are filled in.
 */
export async function startApp(
  environment: Record<string, string>,
  options: StartAppOptions = {},
): Promise<RunningApp> {
  const server = options.server ?? (await reservePort());
  const url = urlOf(server);
  const settings = settingsFrom({
    BASE_URL: url,
    SESSION_SECRET: 'a secret for tests only - more than 32 bytes',
    SESSION_STORE: 'memory:',
    RATE_LIMIT_PER_MINUTE: '0',
    LOG_LEVEL: 'trace',
    ...environment,
  });
  const log: string[] = [];
  const { now } = options;
  const store = options.store ?? new MemoryStore({ now: now ?? Date.now });
  const destination = new Writable({
    write(line: Buffer, _encoding, done) {
      log.push(line.toString());
      done();
    },
  });
  const logger = createLogger({ level: settings.logLevel, destination });
  const readClientSecret = clientSecretReader(environment);
  const app = createApp(settings, { store, logger, now, readClientSecret });
  server.on('request', app.app);

  return {
    ...app,
    url,
    settings,
    store,
    log,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await app.close();
      if (options.store === undefined) await store.close();
    },
  };
}

/** Listens on a free port before there is an app, since the pools must know its address first. */
export async function reservePort(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

export function urlOf(server: Server): string {
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

function settingsFrom(environment: Record<string, string>): Settings {
  const read = readSettings(environment);
  if ('problems' in read) {
    throw new Error(read.problems.map((each) => `${each.option} ${each.problem}`).join('\n'));
  }
  return read.settings;
}
