import type { KeySupply } from '../model/credentials/keys.js';
import type { PoolContents, PoolPlacement } from '../model/pool-contents.js';
import { UserPool } from '../model/user-pool.js';
import { createUserPools } from '../seed/pools-from-seed.js';
import type { PoolsSeed } from '../seed/seed.js';

/** The pools of one server. */
export interface PoolRegistry {
  /** As they are now; the same array all the time. */
  readonly pools: readonly UserPool[];
  readonly region: string;
  /** Makes a pool, with keys of its own. */
  add(contents: Omit<PoolContents, 'keys' | 'retiredKeys'>): Promise<UserPool>;
  remove(pool: UserPool): void;
  /** Back to the pools it began with, as they were. */
  reset(): void;
}

/** Where a registry's pools are and what their tokens are signed with. */
export interface RegistryOptions extends PoolPlacement {
  readonly region: string;
  readonly supply: KeySupply;
}

/**
 * Begins with the pools of a seed.
 *
 * @param now when they count as created, epoch milliseconds
 */
export async function registryFromSeed(
  seed: PoolsSeed,
  options: RegistryOptions,
  now: number,
): Promise<PoolRegistry> {
  const keys = await Promise.all(seed.pools.map(async () => options.supply.next()));
  return createPoolRegistry(createUserPools(seed, keys, { ...options, now }), options);
}

/** Begins with these pools. */
export function createPoolRegistry(
  initial: readonly UserPool[],
  options: RegistryOptions,
): PoolRegistry {
  const pools = [...initial];
  options.supply.reuseAfter(initial.length);
  return {
    pools,
    region: options.region,
    add: async (contents) => {
      const keys = await options.supply.next();
      const pool = new UserPool({ ...contents, keys, retiredKeys: [] }, options);
      pools.push(pool);
      return pool;
    },
    remove: (pool) => void pools.splice(pools.indexOf(pool), 1),
    reset: () => {
      pools.splice(0, pools.length, ...initial);
      options.supply.reuseAfter(initial.length);
      for (const pool of pools) pool.reset();
    },
  };
}
