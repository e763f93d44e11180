import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Browser, Page } from '../../support/browser.js';
import { alice, finishSignIn, startWorld, type World } from '../../support/world.js';

describe('a callback that fits no login', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  beforeEach(() => world.pools.reset());
  afterAll(() => world.stop());

  /** Signs in up to the callback and returns its address, unvisited. */
  async function callbackUrl(browser: Browser, path = '/profile'): Promise<string> {
    const page = await world.signIn(browser, path);
    return page.history.find(({ url }) => url.includes('/callback?'))!.url;
  }

  function expectExplained(page: Page, code: string): void {
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.text()).toContain(code);
    expect(page.text()).not.toMatch(/ at \w+.*\.[jt]s/);
    expect(page.control('Sign in').getAttribute('href')).toMatch(/^\/login/);
  }

  it.each([
    ['a foreign state', `code=abc&state=${'f'.repeat(43)}`],
    ['no state', 'code=abc'],
    ['nothing at all', ''],
  ])('with %s is explained and signs nobody in', async (_name, query) => {
    const browser = world.browser();
    const page = await browser.get(`${world.app.url}/callback?${query}`);
    expect(page.status).toBe(400);
    expectExplained(page, 'login_transaction_missing');
    expect(browser.cookies(world.app.url)).toEqual([]);
    expect(world.pools.requests('oidc-pool-1', '/oauth2/token')).toEqual([]);
  });

  it('with no more of a state than names the cookie is explained, and the login goes on', async () => {
    const browser = world.browser();
    const signInPage = await browser.get(`${world.app.url}/profile`);
    const { key } = browser.cookies(world.app.url).find((each) => each.key.includes('lg-login'))!;
    const known = key.slice(-8);
    for (const state of [known, known + 'f'.repeat(35)]) {
      const query = new URLSearchParams({ code: 'abc', state }).toString();
      const page = await browser.get(`${world.app.url}/callback?${query}`);
      expectExplained(page, 'login_transaction_missing');
    }
    expect(world.pools.requests('oidc-pool-1', '/oauth2/token')).toEqual([]);
    const page = await finishSignIn(browser, signInPage);
    expect(page.url).toBe(`${world.app.url}/profile`);
  });

  it('with a repeated parameter is refused', async () => {
    const page = await world.browser().get(`${world.app.url}/callback?state=a&state=b&code=c`);
    expect(page.status).toBe(400);
    expectExplained(page, 'callback_malformed');
  });

  it('replayed in the same browser leads on to a page, without a second exchange', async () => {
    const browser = world.browser();
    const url = await callbackUrl(browser);
    const exchanges = world.pools.requests('oidc-pool-1', '/oauth2/token').length;
    const page = await browser.get(url);
    expect(page.url).toBe(`${world.app.url}/`);
    expect(page.status).toBe(200);
    expect(world.pools.requests('oidc-pool-1', '/oauth2/token')).toHaveLength(exchanges);
  });

  it('replayed in another browser signs nobody in', async () => {
    const url = await callbackUrl(world.browser());
    const thief = world.browser();
    expectExplained(await thief.get(url), 'login_transaction_missing');
    expect((await thief.get(`${world.app.url}/profile`, { follow: false })).status).toBe(302);
  });

  it('finds its transaction taken even when the first exchange failed', async () => {
    const browser = world.browser();
    world.pools.faults.once('oidc-pool-1', 'token', { status: 500 });
    const failed = await world.signIn(browser);
    expect(failed.status).toBe(503);
    const url = failed.history.find((hop) => hop.url.includes('/callback?'))!.url;
    expectExplained(await browser.get(url), 'login_transaction_missing');
  });

  it('with a code the pool does not know says so, and "Sign in" leads to the page wanted in the first place', async () => {
    const browser = world.browser();
    const start = await browser.get(`${world.app.url}/login?return_to=/profile`, { follow: false });
    const state = new URL(start.location!).searchParams.get('state')!;
    const page = await browser.get(`${world.app.url}/callback?code=unknown&state=${state}`);
    expect(page.status).toBe(400);
    expectExplained(page, 'code_refused');
    expect(page.control('Sign in').getAttribute('href')).toBe('/login?return_to=%2Fprofile');
  });

  it.each([
    ['access_denied', 'authorization_denied', 403],
    ['server_error', 'authorization_failed', 502],
  ])('with error=%s has a page of its own', async (error, code, status) => {
    const browser = world.browser();
    const start = await browser.get(`${world.app.url}/login`, { follow: false });
    const state = new URL(start.location!).searchParams.get('state')!;
    const page = await browser.get(
      `${world.app.url}/callback?error=${error}&error_description=%3Cb%3Eno%3C/b%3E&state=${state}`,
    );
    expect(page.status).toBe(status);
    expectExplained(page, code);
    expect(page.html).not.toContain('<b>no</b>');
    expect(world.app.log.join('')).toContain('<b>no</b>');
  });

  it('of a user who took longer than a login may is explained, with the way back to their page', async () => {
    const browser = world.browser();
    const loginPage = await browser.get(`${world.app.url}/profile`);
    const newPassword = await browser.submit(loginPage, {
      username: alice.username,
      password: alice.temporaryPassword,
    });
    const state = new URL(
      newPassword.history.length > 0
        ? browser.history.find(({ url }) => url.includes('/oauth2/authorize'))!.url
        : '',
    ).searchParams.get('state')!;
    world.pools.clock.advance('6m');
    const page = await browser.get(`${world.app.url}/callback?code=late&state=${state}`);
    expectExplained(page, 'login_transaction_missing');
    expect(page.control('Sign in').getAttribute('href')).toBe('/login?return_to=%2Fprofile');
  });

  it('never happens to two tabs that sign in at once: each ends on its own page', async () => {
    const browser = world.browser();
    const first = await browser.get(`${world.app.url}/profile?tab=1`);
    const second = await browser.get(`${world.app.url}/profile?tab=2`);
    expect((await finishSignIn(browser, second)).url).toBe(`${world.app.url}/profile?tab=2`);
    expect((await finishSignIn(browser, first)).url).toBe(`${world.app.url}/profile?tab=1`);
  });

  it.each([5, 20])(
    'never happens to %d tabs, whose cookies stay under 4 kB together',
    async (count) => {
      const browser = world.browser();
      const tabs = [];
      for (let tab = 0; tab < count; tab += 1) {
        tabs.push(await browser.get(`${world.app.url}/profile?tab=${tab}`));
      }
      const bytes = browser
        .cookies(world.app.url)
        .map((each) => each.cookieString())
        .join('; ').length;
      expect(bytes).toBeLessThan(4096);
      for (const [tab, page] of tabs.entries()) {
        expect((await finishSignIn(browser, page)).url).toBe(`${world.app.url}/profile?tab=${tab}`);
      }
    },
  );
});
