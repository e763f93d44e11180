import type { RequestHandler } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedIn } from '../../src/testing/index.js';
import { createBrowser, type Browser, type Page } from '../support/browser.js';
import { startHost, type Host } from '../support/host.js';
import { finishSignIn } from '../support/world.js';

/*
 * What an answer sets, clears or forbids to keep is looked at on that very answer: a later one may
 * hide that it was missing.
 */

let host: Host;
beforeAll(async () => {
  host = await startHost((app, rp) => {
    app.use(rp.routes);
    const say: RequestHandler = (_req, res) => void res.send('hello');
    app.get('/account', rp.requireSession(), say);
    app.get('/strong', rp.requireSession({ acrValues: 'never' }), say);
    app.get('/fresh', rp.requireSession({ fresh: true }), say);
    app.get('/api', rp.requireApiAccess(), say);
    app.get('/api/admin', rp.requireApiAccess({ group: 'admins' }), say);
    app.get('/open', say);
  });
});
afterAll(() => host.stop());

const asProgram = { accept: 'application/json' };
const asPerson = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

async function cacheControl(path: string, headers: Record<string, string>): Promise<string | null> {
  const answer = await fetch(host.url + path, { headers, redirect: 'manual' });
  return answer.headers.get('cache-control');
}

describe('nobody may keep', () => {
  it.each([
    ['/account', 'a page for who is signed in'],
    ['/strong', 'the way to a stronger sign-in'],
    ['/api', 'an answer of the API'],
    ['/api/admin', 'a refusal of the API'],
  ])('%s: %s', async (path) => {
    const alice = await signedIn(host.relyingParty);
    expect(await cacheControl(path, { ...alice.headers, ...asPerson })).toBe('no-store');
    expect(await cacheControl(path, { ...alice.headers, ...asProgram })).toBe('no-store');
  });

  it.each(['/account', '/fresh', '/api', '/api/admin'])(
    '%s: what a stranger is told there',
    async (path) => {
      expect(await cacheControl(path, asPerson)).toBe('no-store');
      expect(await cacheControl(path, asProgram)).toBe('no-store');
    },
  );

  it.each(['/login', '/callback', '/logout', '/logout/continue', '/signed-out', '/sessions'])(
    '%s',
    async (path) => {
      const alice = await signedIn(host.relyingParty);
      expect(await cacheControl(path, { ...alice.headers, ...asPerson })).toBe('no-store');
      expect(await cacheControl(path, asPerson)).toBe('no-store');
    },
  );

  it('which says nothing of the host’s own pages', async () => {
    expect(await cacheControl('/open', asPerson)).toBeNull();
  });
});

/** Name to value of what an answer sets; a cleared cookie is empty and over at once. */
function cookiesOf({ setCookies }: Pick<Page, 'setCookies'>): Record<string, string> {
  return Object.fromEntries(
    setCookies.map((line) => {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      const isCleared = value === '' && /;\s*max-age=0(;|$)/i.test(line);
      return [name.replace(/^(lg-login)-.*/, '$1'), isCleared ? 'cleared' : 'set'];
    }),
  );
}

/** Signs in and gives the answer of the callback itself. */
async function callbackOf(browser: Browser): Promise<Pick<Page, 'setCookies'>> {
  const from = browser.history.length;
  await finishSignIn(browser, await browser.get(`${host.url}/login?return_to=/account`));
  const hop = browser.history.slice(from).find(({ url }) => url.includes('/callback?'));
  if (hop === undefined) throw new Error('no callback on the way');
  return hop;
}

describe('the answer itself', () => {
  it('of a callback sets the session and clears the login transaction', async () => {
    expect(cookiesOf(await callbackOf(createBrowser()))).toMatchObject({
      lifeguard: 'set',
      'lg-login': 'cleared',
    });
  });

  it('of a callback clears a sign-out that was left halfway', async () => {
    const browser = createBrowser();
    await callbackOf(browser);
    const page = await browser.get(`${host.url}/logout`);
    await browser.submit(page, {}, { follow: false });
    expect(browser.cookies(host.url).map(({ key }) => key)).toContain('lg-logout');
    expect(cookiesOf(await callbackOf(browser))).toMatchObject({
      lifeguard: 'set',
      'lg-logout': 'cleared',
    });
  });

  it('of a callback that fails clears the login transaction all the same', async () => {
    const browser = createBrowser();
    const start = await browser.get(`${host.url}/login`, { follow: false });
    const state = new URL(start.location ?? '').searchParams.get('state');
    const failed = await browser.get(`${host.url}/callback?error=access_denied&state=${state}`);
    expect(cookiesOf(failed)).toEqual({ 'lg-login': 'cleared' });
  });

  it('of a sign-out clears the session', async () => {
    const browser = createBrowser();
    await callbackOf(browser);
    const page = await browser.get(`${host.url}/logout`);
    const answer = await browser.submit(page, {}, { follow: false });
    expect(cookiesOf(answer)).toMatchObject({ lifeguard: 'cleared', 'lg-logout': 'set' });
  });

  it('of ending this very session on the page of sessions clears it', async () => {
    const alice = await signedIn(host.relyingParty);
    const answer = await fetch(`${host.url}/sessions/${alice.session.key}/end`, {
      method: 'POST',
      headers: { ...alice.headers, 'sec-fetch-site': 'same-origin' },
      redirect: 'manual',
    });
    expect(answer.ok).toBe(true);
    expect(cookiesOf({ setCookies: answer.headers.getSetCookie() })).toMatchObject({
      lifeguard: 'cleared',
    });
  });

  it('of a page that asks the provider, which no longer knows the sign-in, takes no cookie away: it might be a new one', async () => {
    const browser = createBrowser();
    await callbackOf(browser);
    const [user] = host.pools.dump().pools[0]?.users ?? [];
    host.pools.pool('oidc-pool-1').globalSignOut(user!.username);
    const answer = await browser.get(`${host.url}/fresh`, { follow: false });
    expect(answer.status).toBe(401);
    expect(cookiesOf(answer)).toEqual({});
    expect((await browser.get(`${host.url}/account`, { follow: false })).status).not.toBe(200);
  });

  it('of the page that says “signed out” clears a sign-out that is complete', async () => {
    const browser = createBrowser();
    await callbackOf(browser);
    const from = browser.history.length;
    await browser.click(await browser.get(`${host.url}/logout`), 'Sign out');
    const end = browser.history.slice(from).find(({ url }) => url === `${host.url}/signed-out`);
    expect(end && cookiesOf(end)).toMatchObject({ 'lg-logout': 'cleared' });
  });
});
