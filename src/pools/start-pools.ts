import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkOptions, refuseFurther } from '../web/options/check-options.js';
import { createPoolsApp } from './app.js';
import { createClock } from './control/clock.js';
import { createFaultSwitches } from './control/faults.js';
import { createRequestLog } from './exchange/request-log.js';
import type { PoolsRuntime } from './exchange/runtime.js';
import { fixedKeys, generatedKeys } from './model/credentials/keys.js';
import type { PoolPlacement } from './model/pool-contents.js';
import { createPools, type Pools } from './pools.js';
import { federatedPoolsSeed } from './seed/federated-pools.js';
import { readSeedFile } from './seed/file.js';
import { parseSeed } from './seed/schema.js';
import { SeedError, type PoolsSeed } from './seed/seed.js';
import { startPoolsOptions, type StartPoolsOptions } from './start-options.js';
import {
  createPoolRegistry,
  registryFromSeed,
  type RegistryOptions,
} from './state/pool-registry.js';
import { poolsFromState, stateText } from './state/saved-state.js';
import { createStateFile, readStateFile } from './state/state-file.js';

/**
 * Starts user pools in this process; resolves when they listen.
 *
 * @throws {SeedError} when the seed or the state file cannot be used; it lists every problem
 * @throws {TypeError} for an option that cannot be meant, and for fixed keys on anything but
 *   loopback
 * @throws {Error} with `code: 'EADDRINUSE'` when the port is taken
 */
export async function startPools(
  options: StartPoolsOptions = {},
  ...further: readonly []
): Promise<Pools> {
  refuseFurther('startPools', further);
  checkOptions('startPools', startPoolsOptions, options);
  const { port = 0, host = '127.0.0.1', keys = 'generated' } = options;
  if (keys === 'fixed' && !isLoopback(host)) {
    throw new TypeError(`keys: 'fixed' are known to everybody; use them on 127.0.0.1, not ${host}`);
  }
  const publicOrigin =
    options.publicUrl === undefined ? undefined : new URL(options.publicUrl).origin;
  const saved = options.persist === undefined ? undefined : await readStateFile(options.persist);
  const seed = saved === undefined ? await loadSeed(options.seed) : { pools: [] };
  const supply = keys === 'fixed' ? fixedKeys() : generatedKeys();
  const server = createServer();
  await listen(server, port, host);
  try {
    const { issuer = 'local', region = 'eu-west-1' } = options;
    const origin = publicOrigin ?? originOf(server, host);
    const placement = { origin, issuer, region, supply };
    const runtime = await createRuntime(options, { saved, seed }, placement);
    server.on('request', createPoolsApp(runtime));
    return createPools(runtime, supply, async () => stop(server));
  } catch (error) {
    await stop(server);
    throw error;
  }
}

async function createRuntime(
  { persist, now = Date.now, log = () => undefined }: StartPoolsOptions,
  { saved, seed }: { saved: string | undefined; seed: PoolsSeed },
  placement: RegistryOptions,
): Promise<PoolsRuntime> {
  const { origin } = placement;
  const restored = saved === undefined ? undefined : restore(saved, placement, persist);
  const clock = createClock(now, restored?.clockAdvancedMs);
  const registry = restored
    ? createPoolRegistry(restored.pools, placement)
    : await registryFromSeed(seed, placement, clock.now());
  const stateFile =
    persist === undefined
      ? undefined
      : createStateFile(persist, () =>
          stateText(registry.pools, { origin, clockAdvancedMs: clock.advancedMs }),
        );
  await stateFile?.save().catch((cause: unknown) => {
    throw new SeedError([{ path: '', problem: `cannot be written: ${String(cause)}` }], persist);
  });
  return {
    origin,
    registry,
    pools: registry.pools,
    clock,
    stateFile,
    faults: createFaultSwitches(),
    requestLog: createRequestLog(),
    log,
  };
}

function restore(
  text: string,
  placement: PoolPlacement,
  file: string | undefined,
): ReturnType<typeof poolsFromState> {
  try {
    return poolsFromState(text, placement);
  } catch (error) {
    const problem = error instanceof SyntaxError ? 'it is not JSON' : String(error);
    throw new SeedError([{ path: '', problem }], file);
  }
}

async function loadSeed(seed: StartPoolsOptions['seed']): Promise<PoolsSeed> {
  if (typeof seed === 'string' || seed instanceof URL) return readSeedFile(seed);
  return parseSeed(seed ?? federatedPoolsSeed({ baseUrl: 'http://localhost:3000' }));
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? portTakenError(port, host, error) : error);
    });
    server.listen(port, host, resolve);
  });
  server.removeAllListeners('error');
}

function portTakenError(port: number, host: string, cause: Error): Error {
  const message = `Port ${port} on ${host} is taken by another program; choose another for the pools`;
  return Object.assign(new Error(message, { cause }), { code: 'EADDRINUSE' });
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

function originOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const name = isEverywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
