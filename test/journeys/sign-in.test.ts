import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_TRANSACTIONS } from '../../src/relying-party/login/transaction.js';
import { alice, finishSignIn, hasField, startWorld, type World } from '../support/world.js';

describe('signing in', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  beforeEach(() => world.pools.reset());
  afterAll(() => world.stop());

  it('takes a browser through both pools, makes it choose a password, and ends on the page it asked for', async () => {
    const browser = world.browser();
    const asked = await browser.get(`${world.app.url}/profile?tab=claims`);
    expect(asked.url).toMatch(new RegExp(`^${world.upstream.domain}/login`));

    const newPassword = await browser.submit(asked, {
      username: alice.username,
      password: alice.temporaryPassword,
    });
    expect(hasField(newPassword, 'new_password')).toBe(true);

    const profile = await finishSignIn(browser, newPassword);
    expect(profile.url).toBe(`${world.app.url}/profile?tab=claims`);
    expect(profile.status).toBe(200);
    for (const shown of ['Alice Example', alice.email, 'Corporate ID']) {
      expect(profile.text()).toContain(shown);
    }
  });

  it('leaves the federated user with mapped attributes and a group in the master pool', async () => {
    await world.signIn(world.browser());
    const [user, ...others] = world.master.users();
    expect(others).toEqual([]);
    expect(user).toMatchObject({
      status: 'EXTERNAL_PROVIDER',
      attributes: { email: alice.email, name: 'Alice Example' },
      groups: [`${world.master.id}_oidc-pool-2`],
    });
  });

  it('sends PKCE S256, a nonce and a URL-safe state on every authorization request', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    const [request] = world.pools.requests('oidc-pool-1', '/oauth2/authorize');
    expect(request?.query).toMatchObject({
      response_type: 'code',
      redirect_uri: `${world.app.url}/callback`,
      scope: 'openid email profile',
      identity_provider: 'oidc-pool-2',
      code_challenge_method: 'S256',
    });
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(request?.query[name]).toMatch(/^[\w-]{43}$/);
    }
  });

  it('sends another state, nonce and code challenge each time', async () => {
    const seen = new Set<string>();
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const { query } = await world
        .browser()
        .get(`${world.app.url}/login`, { follow: false })
        .then((page) => ({ query: new URL(page.location!).searchParams }));
      for (const name of ['state', 'nonce', 'code_challenge']) seen.add(query.get(name)!);
    }
    expect(seen.size).toBe(15);
  });

  it('goes through without a password within the hour, when nobody signed out', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    const cookie = browser.cookies(world.app.url).find(({ key }) => key === 'lifeguard');
    browser.setCookie(world.app.url, `lifeguard=${'x'.repeat(43)}; Path=/`);
    world.pools.clock.advance('50m');

    const page = await browser.get(`${world.app.url}/profile`);
    expect(page.url).toBe(`${world.app.url}/profile`);
    expect(page.status).toBe(200);
    const fresh = browser.cookies(world.app.url).find(({ key }) => key === 'lifeguard');
    expect(fresh?.value).not.toBe(cookie?.value);
  });

  it('always makes a new session id, also over an existing session, which ends', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    const before = sessionCookie(world, browser);
    await finishSignIn(browser, await browser.get(`${world.app.url}/login?provider=oidc-pool-2`));
    expect(sessionCookie(world, browser)).not.toBe(before);

    const replay = world.browser();
    replay.setCookie(world.app.url, `lifeguard=${before}; Path=/`);
    const answer = await replay.get(`${world.app.url}/profile`, { follow: false });
    expect(answer.status).toBe(302);
  });

  it('never takes over a session id the browser brought along', async () => {
    const browser = world.browser();
    const planted = 'A'.repeat(43);
    browser.setCookie(world.app.url, `lifeguard=${planted}; Path=/`);
    await world.signIn(browser);
    expect(sessionCookie(world, browser)).not.toBe(planted);
  });

  it('sets a session cookie that scripts cannot read and other sites do not send', async () => {
    const browser = world.browser();
    const page = await world.signIn(browser);
    const line = page.history
      .flatMap(({ setCookies }) => setCookies)
      .find((each) => each.startsWith('lifeguard='));
    expect(line).toMatch(/^lifeguard=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it('skips the flow for somebody who is signed in and opens /login', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    const answer = await browser.get(`${world.app.url}/login?return_to=/profile`, {
      follow: false,
    });
    expect(answer.location).toBe('/profile');
  });

  it.each(['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])(
    'lands on the start page when return_to is %s',
    async (returnTo) => {
      const browser = world.browser();
      const page = await browser.get(
        `${world.app.url}/login?return_to=${encodeURIComponent(returnTo)}`,
      );
      expect((await finishSignIn(browser, page)).url).toBe(`${world.app.url}/`);
    },
  );

  it.each([
    ['a backslash, which browsers send as it is', String.raw`/profile?path=C:\Users\alice`],
    ['letters beyond ASCII', '/profile?name=Zoë&ort=東京'],
    ['spaces', '/profile?name=Alice%20Example+2'],
  ])('ends on the page that was asked for, with %s in its query', async (_what, path) => {
    const { url } = await world.signIn(world.browser(), path);
    const asked = new URL(path, world.app.url);
    expect(new URL(url).pathname).toBe('/profile');
    expect([...new URL(url).searchParams]).toEqual([...asked.searchParams]);
  });

  it.each(['/profile?x=ü é', String.raw`/profile?x=C:\a`])(
    'ends on the page of a link to /login that names %s as it is meant',
    async (returnTo) => {
      const link = `/login?return_to=${encodeURIComponent(returnTo)}`;
      const { url } = await world.signIn(world.browser(), link);
      expect(new URL(url).searchParams.get('x')).toBe(new URL(returnTo, url).searchParams.get('x'));
    },
  );

  it('takes away the oldest sign-ins of a browser that has too many, four at a time', async () => {
    const begin = async (cookie: string): Promise<string[]> =>
      (await fetch(`${world.app.url}/login`, { headers: { cookie }, redirect: 'manual' })).headers
        .getSetCookie()
        .map((line) => line.slice(0, line.indexOf(';')));
    const begun: string[] = [];
    for (let index = 0; index < MAX_TRANSACTIONS + 9; index += 1) {
      world.pools.clock.advance('1s');
      begun.push(...(await begin('')));
    }
    const nameOf = (cookie: string): string => cookie.split('=')[0]!;
    const [own, ...cleared] = (await begin(begun.join('; '))).toReversed();
    expect(own).toMatch(/^lg-login-[^=]+=./);
    // Oldest last, as they were sorted.
    expect(cleared).toEqual(begun.slice(0, 4).map((cookie) => `${nameOf(cookie)}=`));
  });

  it('begins no login for a prefetch, an image or a HEAD request', async () => {
    const browser = world.browser();
    const url = `${world.app.url}/login`;
    for (const headers of [{ 'sec-purpose': 'prefetch' }, { 'sec-fetch-dest': 'image' }]) {
      const answer = await browser.get(url, { headers, follow: false });
      expect(answer.status).toBe(403);
      expect(answer.setCookies).toEqual([]);
    }
    expect((await fetch(url, { method: 'HEAD', redirect: 'manual' })).status).toBe(405);
  });
});

function sessionCookie(world: World, browser: ReturnType<World['browser']>): string {
  return browser.cookies(world.app.url).find(({ key }) => key === 'lifeguard')?.value ?? '';
}
