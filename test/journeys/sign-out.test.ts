import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Browser } from '../support/browser.js';
import { hasField, startWorld, type World } from '../support/world.js';

describe('signing out', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  beforeEach(() => world.pools.reset());
  afterAll(() => world.stop());

  /** Signs alice in and out again by the button, and returns what the session was. */
  async function signInAndOut(browser: Browser) {
    const profile = await world.signIn(browser);
    const cookie = browser.cookies(world.app.url).find(({ key }) => key === 'lifeguard')!.value;
    const signedOut = await browser.click(profile, 'Sign out');
    return { cookie, signedOut };
  }

  it('says what it signed out of', async () => {
    const { signedOut } = await signInAndOut(world.browser());
    expect(signedOut.url).toBe(`${world.app.url}/signed-out`);
    expect(signedOut.text()).toContain('This site');
    expect(signedOut.text()).toContain('Corporate ID');
  });

  it('ends the session on the server: the old cookie is worth nothing', async () => {
    const { cookie } = await signInAndOut(world.browser());
    const thief = world.browser();
    thief.setCookie(world.app.url, `lifeguard=${cookie}; Path=/`);
    const page = await thief.get(`${world.app.url}/profile`, { follow: false });
    expect(page.status).toBe(302);
    const api = await fetch(`${world.app.url}/api/me`, {
      headers: { cookie: `lifeguard=${cookie}` },
    });
    expect(api.status).toBe(401);
  });

  it('revokes the refresh token at the master pool', async () => {
    await signInAndOut(world.browser());
    const [revocation] = world.pools.requests('oidc-pool-1', '/oauth2/revoke');
    expect(revocation?.status).toBe(200);
    expect(world.master.isRefreshTokenActive(revocation!.body['token']!)).toBe(false);
  });

  it('ends the browser session at each pool, so that the next sign-in asks for the password', async () => {
    const browser = world.browser();
    await signInAndOut(browser);
    for (const pool of [world.master, world.upstream]) {
      const hop = world.pools.requests(pool.name, '/logout');
      expect(hop.map(({ status }) => status)).toEqual([302]);
      expect(hop[0]?.query['logout_uri']).toBe(`${world.app.url}/logout/continue`);
    }
    const again = await browser.get(`${world.app.url}/login?return_to=/profile`);
    expect(again.url).toMatch(new RegExp(`^${world.upstream.domain}/login`));
    expect(hasField(again, 'password')).toBe(true);
  });

  it('is not done by opening /logout, which only asks', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    const page = await browser.get(`${world.app.url}/logout`);
    expect(page.text()).toContain('Sign out');
    expect((await browser.get(`${world.app.url}/profile`)).url).toBe(`${world.app.url}/profile`);
  });

  it('is asked about with the places that are left: all, all but this site, or what an interrupted one left', async () => {
    const asked = async (browser: Browser): Promise<string[]> =>
      (await browser.get(`${world.app.url}/logout`)).document
        .querySelectorAll('.steps li')
        .map(({ text }) => text);
    const browser = world.browser();
    expect(await asked(browser)).toEqual(['The sign-in service', 'Corporate ID']);
    const profile = await world.signIn(browser);
    expect(await asked(browser)).toEqual(['This site', 'The sign-in service', 'Corporate ID']);
    world.pools.faults.always('oidc-pool-2', 'logout', { reset: true });
    await expect(browser.click(profile, 'Sign out')).rejects.toThrow();
    world.pools.faults.clear();
    expect(await asked(browser)).toEqual(['Corporate ID']);
    // An answer that came late may leave its cookie beside a new session.
    const { url } = world.app;
    const interrupted = browser.cookies(url).find(({ key }) => key === 'lg-logout')!;
    await world.signIn(browser);
    browser.setCookie(url, interrupted.toString());
    expect(await asked(browser)).toEqual(['This site', 'The sign-in service', 'Corporate ID']);
  });

  it('refuses a sign-out posted from another site', async () => {
    const browser = world.browser();
    const profile = await world.signIn(browser);
    for (const headers of [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site', origin: 'http://sibling.localhost' },
    ]) {
      const answer = await browser.click(profile, 'Sign out', { headers, follow: false });
      expect(answer.status).toBe(403);
    }
    expect((await browser.get(`${world.app.url}/profile`)).url).toBe(`${world.app.url}/profile`);
  });

  it('goes on to /signed-out from /logout/continue without a chain, wherever the query points', async () => {
    const answer = await world
      .browser()
      .get(`${world.app.url}/logout/continue?logout_uri=https://evil.example&next=//evil.example`, {
        follow: false,
      });
    expect(answer.location).toBe('/signed-out');
  });

  it('is done here at once when the master pool is down, and offers to finish the rest later', async () => {
    const browser = world.browser();
    const profile = await world.signIn(browser);
    for (const endpoint of ['revoke', 'logout'] as const) {
      world.pools.faults.always('oidc-pool-1', endpoint, { reset: true });
    }
    await expect(browser.click(profile, 'Sign out')).rejects.toThrow();
    expect((await browser.get(`${world.app.url}/profile`, { follow: false })).status).toBe(302);

    const home = await browser.get(`${world.app.url}/`);
    expect(home.text()).toContain('You are not signed out everywhere yet');
    world.pools.faults.clear();
    const finished = await browser.click(home, 'Finish signing out');
    expect(finished.url).toBe(`${world.app.url}/signed-out`);
    expect(hasField(await browser.get(`${world.app.url}/login`), 'password')).toBe(true);
    expect((await browser.get(`${world.app.url}/`)).text()).not.toContain(
      'not signed out everywhere',
    );
  });

  it('signs out at the pools also when the session here has run out', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    world.pools.clock.advance('31m');
    const page = await browser.get(`${world.app.url}/logout`);
    await browser.click(page, 'Sign out');
    expect(hasField(await browser.get(`${world.app.url}/login`), 'password')).toBe(true);
  });

  it('goes through the second pool also when the ID token is too narrow to say so', async () => {
    const narrow = await startWorld({ environment: { SCOPE: 'openid email' } });
    const browser = narrow.browser();
    await browser.click(await narrow.signIn(browser), 'Sign out');
    expect(narrow.pools.requests('oidc-pool-2', '/logout')).toHaveLength(1);
    await narrow.stop();
  });

  it('goes to the master pool also as the first request of a process, with a session that is gone', async () => {
    const fresh = await startWorld();
    const answer = await fetch(`${fresh.app.url}/logout`, {
      method: 'POST',
      headers: {
        cookie: `lifeguard=${'A'.repeat(43)}`,
        accept: 'application/json',
        origin: fresh.app.url,
      },
    });
    const { redirect_to: next } = (await answer.json()) as { redirect_to: string };
    await fresh.stop();
    expect(next).toContain(`${fresh.master.domain}/logout?client_id=`);
  });

  it('tells a script where to send the browser', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    const cookie = browser
      .cookies(world.app.url)
      .map((each) => each.cookieString())
      .join('; ');
    const answer = await fetch(`${world.app.url}/logout`, {
      method: 'POST',
      headers: { cookie, accept: 'application/json', origin: world.app.url },
    });
    expect(answer.status).toBe(200);
    const { redirect_to: next } = (await answer.json()) as { redirect_to: string };
    expect(next).toContain(`${world.master.domain}/logout?client_id=`);
  });
});
