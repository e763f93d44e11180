import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Browser } from '../../support/browser.js';
import { startWorld, type World } from '../../support/world.js';

/**
 * Access tokens for a day: no refresh moves a session's clock, so that what keeps it is its use
 * alone.
 */
let world: World;
let browser: Browser;
beforeAll(async () => {
  world = await startWorld({
    seed: (seed) => ({
      ...seed,
      pools: seed.pools.map((pool) => ({
        ...pool,
        clients: pool.clients?.map((client) => ({ ...client, accessTokenSeconds: 86_400 })),
      })),
    }),
  });
});
afterAll(() => world.stop());
beforeEach(async () => {
  browser = world.browser();
  await world.signIn(browser);
});

const isSignedIn = async (): Promise<boolean> => {
  const page = await browser.get(`${world.app.url}/profile`, { follow: false });
  return page.status === 200;
};

describe('a session that no refresh touches', () => {
  it('lasts with its use, for hours beyond the idle time of half an hour', async () => {
    const refreshes = (): number => world.pools.requests('oidc-pool-1', '/oauth2/token').length;
    const before = refreshes();
    for (let minutes = 0; minutes < 180; minutes += 20) {
      world.pools.clock.advance('20m');
      expect(await isSignedIn()).toBe(true);
    }
    expect(refreshes()).toBe(before);
  });

  it('ends half an hour after its last use', async () => {
    world.pools.clock.advance('20m');
    expect(await isSignedIn()).toBe(true);
    world.pools.clock.advance('31m');
    expect(await isSignedIn()).toBe(false);
  });

  it('ends eight hours after the sign-in, however much it is used', async () => {
    for (let minutes = 0; minutes < 470; minutes += 10) {
      world.pools.clock.advance('10m');
      expect(await isSignedIn()).toBe(true);
    }
    world.pools.clock.advance('11m');
    expect(await isSignedIn()).toBe(false);
  });
});
