import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import type { PoolsSeed } from '../../../src/pools/index.js';
import { launchChromium, type Chromium } from '../../support/chromium.js';
import { alice, startWorld, type World, type WorldOptions } from '../../support/world.js';
import { watch } from './watch.js';

/**
 * Chromium and one world, shared by the tests of a file; the pools start each test from their seed.
 */
export interface Stage {
  readonly world: World;
  /** A new person: a browser with an empty cookie jar and one open tab, watched for complaints. */
  visitor(options?: BrowserContextOptions): Promise<Page>;
}

/**
 * Registers the hooks of the surrounding `describe`. After each test the visitors' browsers have
 * nothing to complain about.
 */
export function useStage(options: WorldOptions = {}): Stage {
  let world: World;
  let chromium: Chromium;
  let visits: { complaints: string[]; leave: () => Promise<void> }[] = [];

  beforeAll(async () => {
    [world, chromium] = await Promise.all([
      startWorld(options),
      launchChromium(inject('chromium') ?? ''),
    ]);
  });
  beforeEach(() => world.pools.reset());
  afterEach(async () => {
    const past = visits.splice(0);
    await Promise.all(past.map(({ leave }) => leave()));
    expect(past.flatMap(({ complaints }) => complaints)).toEqual([]);
  });
  afterAll(async () => {
    await chromium.close();
    await world.stop();
  });

  return {
    get world() {
      return world;
    },
    visitor: async (contextOptions) => {
      const context = await chromium.context.browser()!.newContext(contextOptions);
      context.setDefaultTimeout(60_000);
      visits.push({ complaints: watch(context), leave: () => context.close() });
      return context.newPage();
    },
  };
}

/** For journeys that are not about the first sign-in: alice has chosen her password already. */
export function withPasswordChosen(seed: PoolsSeed): PoolsSeed {
  const confirmed = { password: alice.password, status: 'CONFIRMED' } as const;
  return {
    pools: seed.pools.map((pool) => ({
      ...pool,
      users: pool.users?.map((user) => ({ ...user, ...confirmed })),
    })),
  };
}
