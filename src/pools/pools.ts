import { checkOptions, oneOf, optional } from '../web/options/check-options.js';
import { poolPaths } from './app.js';
import { checkFault } from './control/check-fault.js';
import type { PoolsClock } from './control/clock.js';
import type { Fault, FaultEndpoint } from './control/faults.js';
import { createPoolControl, type Pool } from './control/pool-control.js';
import type { RecordedRequest } from './exchange/request-log.js';
import type { PoolsRuntime } from './exchange/runtime.js';
import type { KeySupply } from './model/credentials/keys.js';
import type { UserPool } from './model/user-pool.js';
import { dumpSeed } from './seed/dump.js';
import type { PoolsSeed } from './seed/seed.js';

/** Running pools. */
export interface Pools extends AsyncDisposable {
  /** The one origin of all pools, e.g. `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly clock: PoolsClock;
  readonly faults: {
    /**
     * For the next request to that endpoint; those set earlier come first. The pool `*` stands for
     * any.
     *
     * @throws {TypeError} for a pool, an endpoint or a fault that there is not
     */
    once(pool: string, endpoint: FaultEndpoint, fault: Fault): void;
    /**
     * For every request until cleared.
     * @throws {TypeError} for a pool, an endpoint or a fault that there is not
     */
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

const requestPath = optional(oneOf(...poolPaths));

/** The handle of running pools. @param stop resolves when their server has stopped */
export function createPools(
  runtime: PoolsRuntime,
  supply: KeySupply,
  stop: () => Promise<void>,
): Pools {
  const { origin, pools, registry, clock, faults, requestLog } = runtime;
  const controls = new WeakMap<UserPool, Pool>();
  const controlOf = (pool: UserPool): Pool => {
    const made = controls.get(pool) ?? createPoolControl(pool, clock, supply);
    controls.set(pool, made);
    return made;
  };
  const nameOf = (name: string): string => (name === '*' ? name : poolNamed(pools, name).name);
  const close = async (): Promise<void> => {
    await stop();
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
      checkOptions('pools.requests', requestPath, path, 'path');
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

/** @throws {TypeError} when no pool has that name or id */
function poolNamed(pools: readonly UserPool[], name: string): UserPool {
  const pool = pools.find((each) => each.name === name) ?? pools.find((each) => each.id === name);
  if (pool !== undefined) return pool;
  const names = pools.map((each) => each.name).join(', ');
  throw new TypeError(`There is no pool "${name}"; there are ${names || 'none'}`);
}
