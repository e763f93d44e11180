import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Browser, Page } from '../../support/browser.js';
import { startWorld, type World } from '../../support/world.js';

describe('a session', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({
      environment: { SESSION_IDLE_SECONDS: '7200' },
      seed: (seed) => withClient(seed, { refreshTokenRotation: { graceSeconds: 0 } }),
    });
  });
  let logBefore = 0;
  beforeEach(() => {
    world.pools.reset();
    logBefore = world.app.log.length;
  });
  afterAll(() => world.stop());

  const profile = (browser: Browser): Promise<Page> => browser.get(`${world.app.url}/profile`);
  /** The page does not wait for it. */
  const refreshed = async (times: number): Promise<void> => {
    const isOne = (line: string): boolean => line.includes('"session.refreshed"');
    const before = logBefore;
    await expect.poll(() => world.app.log.slice(before).filter(isOne).length).toBe(times);
  };
  const refreshCalls = (): unknown[] =>
    world.pools
      .requests('oidc-pool-1', '/oauth2/token')
      .filter(({ body }) => body['grant_type'] === 'refresh_token');

  it('is not refreshed while its tokens are good', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    world.pools.clock.advance('30m');
    await profile(browser);
    expect(refreshCalls()).toEqual([]);
  });

  it('is refreshed when its access token is about to expire, time after time, with rotated refresh tokens', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    for (let hour = 1; hour <= 3; hour += 1) {
      world.pools.clock.advance('59m');
      expect((await profile(browser)).url).toBe(`${world.app.url}/profile`);
      await refreshed(hour);
      expect(refreshCalls()).toHaveLength(hour);
    }
  });

  it('is refreshed by one call when a hundred requests come at once after it expired', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    const cookie = browser
      .cookies(world.app.url)
      .map((each) => each.cookieString())
      .join('; ');
    world.pools.clock.advance('65m');
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => fetch(`${world.app.url}/api/me`, { headers: { cookie } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 200));
    expect(refreshCalls()).toHaveLength(1);
  });

  it('ends when the pool refuses the refresh, and the next page says so', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    world.master.setUserEnabled(world.master.users()[0]!.username, false);
    world.pools.clock.advance('65m');
    const page = await profile(browser);
    expect(page.status).toBe(401);
    expect(page.text()).toContain('You have been signed out');
    expect(page.control('Sign in').getAttribute('href')).toBe('/login?return_to=%2Fprofile');
    // The cookie stays, since taking it away might take a new sign-in's; it opens nothing.
    const next = await browser.get(`${world.app.url}/profile`, { follow: false });
    expect(next.status).not.toBe(200);
  });

  it('lives on when the pool cannot be reached, and is refreshed once it can', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    world.pools.clock.advance('65m');
    world.pools.faults.always('oidc-pool-1', 'token', { status: 503 });
    expect((await profile(browser)).status).toBe(200);
    expect(refreshCalls()).toHaveLength(1);
    world.pools.faults.clear();
    world.pools.clock.advance('11s');
    expect((await profile(browser)).status).toBe(200);
    await refreshed(1);
  });

  it('takes no token out of an answer that is a refusal', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    world.pools.clock.advance('65m');
    const body = JSON.stringify({ access_token: 'a', refresh_token: 'r', token_type: 'Bearer' });
    world.pools.faults.once('oidc-pool-1', 'token', { status: 502, body });
    expect((await profile(browser)).status).toBe(200);
    world.pools.clock.advance('11s');
    expect((await profile(browser)).url).toBe(`${world.app.url}/profile`);
    await refreshed(1);
  });

  it('survives a rotation of the signing keys', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    await world.master.rotateKeys();
    world.pools.clock.advance('65m');
    expect((await profile(browser)).url).toBe(`${world.app.url}/profile`);
    expect(refreshCalls()).toHaveLength(1);
  });

  it("ends, and is not taken over, when a refresh brings another user's ID token", async () => {
    const browser = world.browser();
    await world.signIn(browser);
    world.pools.clock.advance('65m');
    world.pools.faults.once('oidc-pool-1', 'token', { idToken: { claims: { sub: 'mallory' } } });
    expect((await profile(browser)).text()).toContain('You have been signed out');
    const revoked = () =>
      world.pools.requests('oidc-pool-1', '/oauth2/revoke').map(({ body }) => body['token'] ?? '');
    await expect
      .poll(() => revoked().map((token) => world.master.isRefreshTokenActive(token)))
      // The one that was replaced and the one that came.
      .toEqual([false, false]);
  });

  it('ends after its idle time, and lives on while it is used', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    for (let use = 0; use < 3; use += 1) {
      world.pools.clock.advance('110m');
      expect((await profile(browser)).url).toBe(`${world.app.url}/profile`);
    }
    world.pools.clock.advance('121m');
    const page = await browser.get(`${world.app.url}/profile`, { follow: false });
    expect(page.status).toBe(302);
  });

  it('ends after its absolute time, however much it is used', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    for (let hour = 0; hour < 7; hour += 1) {
      world.pools.clock.advance('60m');
      expect((await profile(browser)).status).toBe(200);
    }
    world.pools.clock.advance('61m');
    const page = await browser.get(`${world.app.url}/profile`, { follow: false });
    expect(page.status).toBe(302);
  });
});

function withClient(
  seed: Parameters<NonNullable<Parameters<typeof startWorld>[0]>['seed'] & {}>[0],
  change: object,
): typeof seed {
  const copy = structuredClone(seed);
  const client = copy.pools[0]?.clients?.find(({ name }) => name === 'site');
  Object.assign(client!, change);
  return copy;
}
