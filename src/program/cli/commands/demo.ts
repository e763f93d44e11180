import { randomBytes } from 'node:crypto';
import { type Environment, firstSet, readSettings } from '../../config/from-environment.js';
import { options as settingOptions, type Settings } from '../../config/options/settings.js';
import { ConfigError } from '../../../errors/config-error.js';
import { openProcessLog } from '../../ops/process-log.js';
import { federatedPoolsSeed, type Pools, startPools } from '../../../pools/index.js';
import { CommandError, portFailure } from '../surroundings/failure.js';
import { startApp } from '../running/start-app.js';
import { closeAtSignal } from '../running/stop-when-told.js';

export interface DemoCommandOptions {
  /** Instead of the variable `PORT`. */
  readonly port?: number;
  /** Instead of the variable `POOLS_PORT`. */
  readonly poolsPort?: number;
}

/**
 * `lifeguard demo`: the two federated pools and the site, with nothing to set. The site is on
 * `localhost` and the pools on `127.0.0.1`, because to a browser these are two sites: cookies
 * behave as they will in production.
 *
 * @throws {CommandError} under NODE_ENV=production, and when a port cannot be had
 * @throws {ConfigError} when PORT, POOLS_PORT or LOG_LEVEL is wrong
 */
export async function demo(
  environment: Environment,
  options: DemoCommandOptions = {},
): Promise<void> {
  if (environment['NODE_ENV'] === 'production') {
    throw new CommandError(
      'The demo has secrets that everybody knows, so it does not run with NODE_ENV=production. Use "lifeguard serve".',
    );
  }
  const port = options.port ?? portOf(environment, 'PORT', 3000);
  const poolsPort = options.poolsPort ?? portOf(environment, 'POOLS_PORT', 4000);
  const baseUrl = `http://localhost:${port}`;
  const seed = federatedPoolsSeed({ baseUrl });

  // All secrets of the demo are known to everybody, its keys too: to make some takes longer than
  // the rest of its start.
  const pools = await startPools({ seed, port: poolsPort, keys: 'fixed' }).catch(
    (error: unknown) => {
      const portSetting = options.poolsPort === undefined ? 'POOLS_PORT' : '--pools-port';
      throw portFailure(error, { port: poolsPort, host: '127.0.0.1', portSetting });
    },
  );
  const settings = settingsFor(pools, baseUrl, firstSet(environment, 'LOG_LEVEL') ?? 'warn');
  const log = openProcessLog(settings.logLevel);
  const portSetting = options.port === undefined ? 'PORT' : '--port';
  const site = await startApp(settings, log, { portSetting }).catch(async (error: unknown) => {
    await pools.close();
    throw error;
  });

  const close = closeAtSignal(log, async () => {
    await site.close(1);
    await pools.close();
    console.log('\nStopped.');
  });
  if (environment['npm_lifecycle_event'] !== undefined) whenParentEnds(close);
  console.log(welcome(pools, baseUrl));
}

/**
 * A signal to npm ends npm and the shell between it and us, but never reaches us. Without this
 * `npm start`, stopped by a program, would leave the demo running on its ports.
 */
function whenParentEnds(stop: () => void): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, 250);
}

function portOf(environment: Environment, name: string, usual: number): number {
  const text = firstSet(environment, name) ?? String(usual);
  const result = settingOptions.port.schema.safeParse(text);
  // A free port picked by the system would come too late: the pools must know the site's address
  // before it listens.
  if (result.success && result.data !== 0) return result.data;
  throw new ConfigError([{ option: name, problem: 'is not a port', fix: `write e.g. ${usual}` }]);
}

/** The site's settings, read as `serve` would read them. */
function settingsFor(pools: Pools, baseUrl: string, logLevel: string): Settings {
  const master = pools.pool('oidc-pool-1');
  const upstream = pools.pool('oidc-pool-2');
  const { id, secret } = master.client('site');
  const signOut = {
    kind: 'cognito',
    domain: upstream.domain,
    clientId: upstream.client('master-pool').id,
  };
  const provider = {
    name: 'oidc-pool-2',
    label: 'Corporate ID',
    emailDomains: ['example.com'],
    signOut,
  };
  const read = readSettings({
    PORT: new URL(baseUrl).port,
    BASE_URL: baseUrl,
    ISSUER: master.issuer,
    CLIENT_ID: id,
    CLIENT_SECRET: secret,
    SCOPE: 'openid email profile orders/read',
    IDENTITY_PROVIDERS: JSON.stringify([provider]),
    SESSION_SECRET: randomBytes(32).toString('base64url'),
    SESSION_STORE: 'memory:',
    API_CLIENT_IDS: master.client('machine').id,
    API_SCOPE: 'orders/read',
    LOG_LEVEL: logLevel,
  });
  if ('problems' in read) throw new ConfigError(read.problems);
  return read.settings;
}

function welcome(pools: Pools, baseUrl: string): string {
  const master = pools.pool('oidc-pool-1');
  const upstream = pools.pool('oidc-pool-2');
  const user = federatedPoolsSeed({ baseUrl }).pools[1]?.users?.[0];
  const launch = new URL(`${master.domain}/login`);
  launch.search = new URLSearchParams({
    client_id: master.client('site').id,
    response_type: 'code',
    scope: 'openid email profile',
    redirect_uri: `${baseUrl}/callback`,
  }).toString();

  return `
Lifeguard demo: a site and two joined user pools, all on this machine.

  Open      ${baseUrl}
            and press "Sign in".
  User      ${user?.username}
  Password  ${user?.password}
            temporary: the second pool asks for a new one.

  Master pool   ${master.domain}  (${master.id}, no users until somebody signs in)
  Second pool   ${upstream.domain}  (${upstream.id}, has ${user?.username})

  The master pool's own "Launch Hosted UI" link, as in the AWS console:
  ${launch.href}
  (It ends on our "start again" page: a sign-in that did not start at the site is never finished there.)

  Ctrl-C stops everything and forgets it.
`;
}
