import { request } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBrowser, type Browser } from '../support/browser.js';
import { startWorld, type World } from '../support/world.js';

/**
 * A browser's jar may hold something newer by the time an answer arrives: so an answer that found
 * nothing takes nothing away.
 */
describe('a miss never takes a cookie away', () => {
  let world: World;
  let browser: Browser;
  beforeAll(async () => {
    world = await startWorld();
  });
  beforeEach(async () => {
    world.pools.reset();
    browser = createBrowser();
    await world.signIn(browser);
  });
  afterAll(() => world.stop());

  const cookieOf = (): string =>
    browser
      .cookies(world.app.url)
      .find(({ key }) => key === 'lifeguard')!
      .cookieString();
  const html = { accept: 'text/html' };

  async function takenAway(path: string, cookie: string): Promise<string[]> {
    const answer = await request(world.app.url + path, { headers: { ...html, cookie } });
    await answer.body.dump();
    return [answer.headers['set-cookie'] ?? []].flat().filter((each) => /max-age=0/i.test(each));
  }

  it.each(['/', '/profile', '/sessions', '/api/me', '/login', '/logout', '/callback?state=x'])(
    'at %s, with the cookie of a session that another tab has replaced',
    async (path) => {
      const old = cookieOf();
      const { sub } = (await (
        await request(`${world.app.url}/api/me`, { headers: { cookie: old } })
      ).body.json()) as { sub: string };
      expect(await world.app.relyingParty.endSessionsOf(sub)).toBe(1);
      expect(await takenAway(path, old)).toEqual([]);
    },
  );

  it('when the pool refuses a refresh', async () => {
    const cookie = cookieOf();
    world.master.globalSignOut(world.master.users()[0]!.username);
    world.pools.clock.advance('61m');
    await request(`${world.app.url}/api/me`, { headers: { cookie } });
    expect(await takenAway('/profile', cookie)).toEqual([]);
  });

  it.each(['/login', '/callback?code=x&state=aaaaaaaaaaa'])(
    'at %s, with a login transaction that does not open here: another process may have sealed it',
    async (path) => {
      const foreign = `lg-login-aaaaaaaa=${'A'.repeat(90)}`;
      expect(await takenAway(path, foreign)).toEqual([]);
    },
  );

  it('at /signed-out, with a sign-out that does not open here', async () => {
    expect(await takenAway('/signed-out', `lg-logout=${'A'.repeat(90)}`)).toEqual([]);
  });

  it('while what a request itself has ended is taken away', async () => {
    const page = await browser.get(`${world.app.url}/profile`);
    const out = await browser.click(page, 'Sign out', { follow: false });
    expect(out.setCookies.join('\n')).toMatch(/^lifeguard=; Max-Age=0/m);
  });
});
