import type { PoolUser } from './pool-state.js';
import type { PoolSeed, PoolsSeed, UserSeed } from './seed.js';
import type { UserPool } from './user-pool.js';

/** The pools as a seed that starts the same pools with the same ids, secrets and users; hashes instead of passwords. */
export function dumpSeed(pools: readonly UserPool[]): PoolsSeed {
  return { pools: pools.map(dumpPool) };
}

function dumpPool(pool: UserPool): PoolSeed {
  return {
    ...pool.seed,
    id: pool.id,
    clients: (pool.seed.clients ?? []).map((seed) => {
      const { id, secret = null } = pool.clientNamed(seed.name);
      return { ...seed, id, secret };
    }),
    users: [...pool.users.values()].map(dumpUser),
  };
}

function dumpUser({ password, attributes, groups, ...user }: PoolUser): UserSeed {
  const hash = password === undefined ? {} : { passwordHash: password.hash() };
  return { ...user, ...hash, attributes: { ...attributes }, groups: [...groups] };
}
