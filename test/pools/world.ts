import { afterAll, beforeAll, beforeEach } from 'vitest';
import {
  type Pool,
  type Pools,
  startPools,
  type StartPoolsOptions,
} from '../../src/pools/index.js';
import { seed } from './seed.js';

/** The running pools of one test file. */
export interface World {
  readonly pools: Pools;
  /** Stands alone: users, passwords, every kind of client. */
  readonly members: Pool;
  /** `oidc-pool-1`, which federates to `upstream`. */
  readonly master: Pool;
  /** `oidc-pool-2`, where the federated users have their passwords. */
  readonly upstream: Pool;
}

/** Starts the pools once for the calling file and puts them back to the seed before each test. */
export function useWorld(options: StartPoolsOptions = {}): World {
  let pools: Pools | undefined;
  beforeAll(async () => {
    pools = await startPools({ seed, keys: 'fixed', ...options });
  });
  beforeEach(() => pools?.reset());
  afterAll(() => pools?.close());

  const running = (): Pools => {
    if (!pools) throw new Error('The pools run only inside a test');
    return pools;
  };
  return {
    get pools() {
      return running();
    },
    get members() {
      return running().pool('members');
    },
    get master() {
      return running().pool('oidc-pool-1');
    },
    get upstream() {
      return running().pool('oidc-pool-2');
    },
  };
}
