import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPoolsApp, poolPaths } from './app.js';
import { federatedPoolsSeed } from './seed/federated-pools.js';
import { refuseFurther } from '../errors/check-options.js';
import { checkFault, checkRequestPath, checkStartPoolsOptions } from './control/check-options.js';
import { createClock, type PoolsClock } from './control/clock.js';
import { dumpSeed } from './seed/dump.js';
import type { PoolsRuntime } from './exchange/exchange.js';
import { createFaultSwitches, type Fault, type FaultEndpoint } from './control/faults.js';
import { fixedKeys, generatedKeys, type KeySupply } from './model/credentials/keys.js';
import type { PoolPlacement } from './model/pool-contents.js';
import { createPoolControl, type Pool } from './control/pool-control.js';
import {
  createPoolRegistry,
  registryFromSeed,
  type RegistryOptions,
} from './state/pool-registry.js';
import {
  createRequestLog,
  type PoolsLogEvent,
  type RecordedRequest,
} from './exchange/request-log.js';
import { poolsFromState, stateText } from './state/saved-state.js';
import { readSeedFile } from './seed/file.js';
import { parseSeed } from './seed/schema.js';
import { SeedError, type PoolsSeed } from './seed/seed.js';
import { createStateFile, readStateFile } from './state/state-file.js';
import { poolNamed, type UserPool } from './model/user-pool.js';

/** How to start the pools; every option has a default. */
export interface StartPoolsOptions {
  /** An object, or a `.json`, `.yaml` or `.yml` file. Default the two federated pools for `http://localhost:3000`. */
  readonly seed?: PoolsSeed | string | URL | undefined;
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** The origin browsers and clients use, where it differs from the address listened on (in a container, say). */
  readonly publicUrl?: string | undefined;
  /** `fixed` uses key pairs everybody knows, and listens on loopback only. Default `generated`. */
  readonly keys?: 'fixed' | 'generated' | undefined;
  /**
   * `local` (default): the issuer is where discovery is served. `aws`: tokens name
   * `https://cognito-idp.<region>.amazonaws.com/<poolId>`, for verifiers that only compare.
   */
  readonly issuer?: 'local' | 'aws' | undefined;
  /** Region in the ids of pools that are made without one. Default `eu-west-1`. */
  readonly region?: string | undefined;
  /**
   * A file that keeps the whole state: users, clients, keys, sessions, what is under way. Each change is in it before it
   * is acknowledged, so that it survives the process being killed. What is in it at the start wins over the seed. It has
   * secrets and private keys in it.
   */
  readonly persist?: string | undefined;
  /** Epoch milliseconds; `clock.advance` adds to it. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** One call per request served, per injected fault and per unexpected error. */
  readonly log?: ((event: PoolsLogEvent) => void) | undefined;
}

/** Running pools. */
export interface Pools extends AsyncDisposable {
  /** The one origin of all pools, e.g. `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly clock: PoolsClock;
  readonly faults: {
    /**
     * For the next request to that endpoint; those set earlier come first. The pool `*` stands for any.
     *
     * @throws {TypeError} for a pool, an endpoint or a fault that there is not
     */
    once(pool: string, endpoint: FaultEndpoint, fault: Fault): void;
    /** For every request until cleared. @throws {TypeError} for a pool, an endpoint or a fault that there is not */
    always(pool: string, endpoint: FaultEndpoint, fault: Fault): void;
    clear(): void;
  };
  /** By name or id. @throws {TypeError} when there is none */
  pool(name: string): Pool;
  /**
   * What a pool was asked, oldest first.
   *
   * @param path relative to the domain or the issuer, e.g. `/oauth2/token`; default all
   * @throws {TypeError} for a pool or a path that there is not
   */
  requests(pool: string, path?: string): RecordedRequest[];
  /** Back to the seed: users, keys, sessions, tokens, faults, requests, clock. */
  reset(): void;
  /** The present state as a seed, with password hashes. */
  dump(): PoolsSeed;
  /** Stops at once, open requests included. */
  close(): Promise<void>;
}

/**
 * Starts user pools in this process; resolves when they listen.
 *
 * @throws {SeedError} when the seed or the state file cannot be used; it lists every problem
 * @throws {TypeError} for an option that cannot be meant, and for fixed keys on anything but loopback
 * @throws {Error} with `code: 'EADDRINUSE'` when the port is taken
 */
export async function startPools(
  options: StartPoolsOptions = {},
  ...further: readonly []
): Promise<Pools> {
  refuseFurther('startPools', further);
  checkStartPoolsOptions(options);
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
    return control(runtime, server, supply);
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

function control(runtime: PoolsRuntime, server: Server, supply: KeySupply): Pools {
  const { origin, pools, registry, clock, faults, requestLog } = runtime;
  const controls = new WeakMap<UserPool, Pool>();
  const controlOf = (pool: UserPool): Pool => {
    const made = controls.get(pool) ?? createPoolControl(pool, clock, supply);
    controls.set(pool, made);
    return made;
  };
  const nameOf = (name: string): string => (name === '*' ? name : poolNamed(pools, name).name);
  const close = async (): Promise<void> => {
    await stop(server);
    await runtime.stateFile?.save();
  };
  return {
    url: origin,
    clock: { now: () => clock.now(), advance: (by) => clock.advance(by) },
    faults: {
      once: (pool, endpoint, fault) => {
        checkFault('faults.once', endpoint, fault);
        faults.once(nameOf(pool), endpoint, fault);
      },
      always: (pool, endpoint, fault) => {
        checkFault('faults.always', endpoint, fault);
        faults.always(nameOf(pool), endpoint, fault);
      },
      clear: () => faults.clear(),
    },
    pool: (name) => controlOf(poolNamed(pools, name)),
    requests: (pool, path) => {
      checkRequestPath(path, poolPaths);
      return requestLog.requests(nameOf(pool), path);
    },
    reset: () => {
      registry.reset();
      faults.clear();
      requestLog.clear();
      clock.reset();
    },
    dump: () => dumpSeed(pools),
    close,
    [Symbol.asyncDispose]: close,
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
      reject(error.code === 'EADDRINUSE' ? portTaken(port, host, error) : error);
    });
    server.listen(port, host, resolve);
  });
  server.removeAllListeners('error');
}

function portTaken(port: number, host: string, cause: Error): Error {
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
