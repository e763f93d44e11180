import { afterEach, describe, expect, it } from 'vitest';
import { createBrowser, type Browser, type Page } from '../../support/browser.js';
import { startWorld, type World } from '../../support/world.js';

const NOT_DONE = 'Not done yet';
/**
 * What Chromium says of a redirect by a pool on a navigation that our page began; see
 * `test/chromium/sign-out-returns.test.ts`.
 */
const FROM_POOL = { 'sec-fetch-site': 'cross-site' };

describe('a GET /logout/continue', () => {
  let world: World | undefined;
  afterEach(() => world?.stop());

  /** Signs out as far as the first hop, which does not lead on. */
  async function leftForFirstHop(
    signOut?: object,
  ): Promise<{ browser: Browser; at: Page; url: string }> {
    const provider = { name: 'oidc-pool-2', label: 'Corporate ID', signOut };
    const environment: Record<string, string> =
      signOut === undefined ? {} : { IDENTITY_PROVIDERS: JSON.stringify([provider]) };
    world = await startWorld({ environment });
    const signedIn = world.browser();
    const profile = await world.signIn(signedIn);
    const browser = createBrowser({
      stopAt: [`${world.master.domain}/logout`, 'https://op.example'],
    });
    for (const cookie of signedIn.cookies(world.app.url)) {
      browser.setCookie(world.app.url, `${cookie.cookieString()}; Path=/`);
    }
    return { browser, at: await browser.click(profile, 'Sign out'), url: world.app.url };
  }

  const stepsOf = (page: Page): Record<string, string> =>
    Object.fromEntries(
      page.document
        .querySelectorAll('.outcomes li')
        .map((step) => [
          step.querySelector('strong')!.text,
          step.getAttribute('data-outcome') ?? '',
        ]),
    );

  it.each([
    ['an image elsewhere', { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' }],
    ['a frame elsewhere', { 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' }],
    ['a script elsewhere', { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' }],
    ['a prefetch', { 'sec-purpose': 'prefetch' }],
    ['a bookmark, or typed', { 'sec-fetch-site': 'none' }],
    ['a link of our own', { 'sec-fetch-site': 'same-origin' }],
  ])('by %s is no return from Cognito', async (_name, headers) => {
    const { browser, url } = await leftForFirstHop();
    const stray = await browser.get(`${url}/logout/continue`, {
      headers: { ...FROM_POOL, ...headers },
      follow: false,
    });
    expect(stray.location).toBe('/signed-out');
    const page = await browser.get(`${url}/signed-out`);
    expect(page.text()).toContain(NOT_DONE);
    expect(stepsOf(page)).toMatchObject({
      'The sign-in service': 'unfinished',
      'Corporate ID': 'unfinished',
    });
  });

  it.each([
    ['a pool on another site', FROM_POOL],
    ['a pool on a sibling subdomain', { 'sec-fetch-site': 'same-site' }],
    [
      'a pool, through a service worker that hands requests on with options',
      {
        'sec-fetch-site': 'same-origin',
        'sec-fetch-mode': 'same-origin',
        'sec-fetch-dest': 'empty',
      },
    ],
  ])('from %s is one', async (_name, headers) => {
    const { browser, url } = await leftForFirstHop({
      kind: 'none',
      advice: 'Close the browser.',
    });
    const page = await browser.get(`${url}/logout/continue`, { headers });
    expect(stepsOf(page)).toMatchObject({ 'The sign-in service': 'done' });
  });

  it('of a browser that says nothing of where it comes from is one, as long as it is the whole tab', async () => {
    const { browser, url } = await leftForFirstHop();
    const headers = {
      cookie: browser
        .cookies(url)
        .map((cookie) => cookie.cookieString())
        .join('; '),
      accept: 'text/html',
    };
    const answer = await fetch(`${url}/logout/continue`, { headers, redirect: 'manual' });
    expect(answer.headers.get('location')).toMatch(`${world!.upstream.domain}/logout`);
  });

  it('by a link elsewhere can pass for one: the page says only where the browser was sent, and offers it again', async () => {
    const { browser, url } = await leftForFirstHop();
    const page = await browser.get(`${url}/logout/continue`, { headers: FROM_POOL });
    expect(page.text()).toContain('The sign-in service Sent there');
    expect(page.text()).not.toMatch(/has been|came back|Visited/);
    const visitor = world!.browser();
    for (const cookie of browser.cookies(url)) {
      visitor.setCookie(url, `${cookie.cookieString()}; Path=/`);
    }
    const before = world!.pools.requests('oidc-pool-1', '/logout').length;
    const again = await visitor.click(page, 'Visit again');
    expect(world!.pools.requests('oidc-pool-1', '/logout')).toHaveLength(before + 1);
    expect(stepsOf(again)).toEqual({
      'This site': 'done',
      'The sign-in service': 'done',
      'Corporate ID': 'done',
    });
  });

  it('long after the browser was sent there is no return from Cognito', async () => {
    const { browser, url } = await leftForFirstHop();
    world!.pools.clock.advance('3m');
    const late = await browser.get(`${url}/logout/continue`, { headers: FROM_POOL });
    expect(stepsOf(late)).toMatchObject({ 'The sign-in service': 'unfinished' });
  });

  it('before the browser was sent to that hop is no return from it', async () => {
    const { browser, url } = await leftForFirstHop({
      kind: 'oidc',
      endSessionEndpoint: 'https://op.example/end',
    });
    // The first hop is come back from once; the second is left for, and a second visit says nothing
    // of it.
    const second = await browser.get(`${url}/logout/continue`, { headers: FROM_POOL });
    expect(second.url).toContain('https://op.example/end');
    expect(
      stepsOf(await browser.get(`${url}/logout/continue`, { headers: FROM_POOL })),
    ).toMatchObject({
      'The sign-in service': 'done',
      'Corporate ID': 'unfinished',
    });
  });

  it('soon after, by the whole tab, is one; and the page claims no more than that', async () => {
    world = await startWorld();
    const browser = world.browser();
    const page = await browser.click(await world.signIn(browser), 'Sign out');
    expect(stepsOf(page)).toEqual({
      'This site': 'done',
      'Access given to this site': 'done',
      'The sign-in service': 'done',
      'Corporate ID': 'done',
    });
    expect(page.text()).toContain('Corporate ID Sent there');
    expect(page.text()).not.toContain('asks for the password');
  });

  it.each(['', '?state=', '?state=another', '?state=AAAAAAAAAAAAAAAAAAAAAA'])(
    'with "%s" is no return from a provider that speaks OpenID Connect; with its state it is one',
    async (query) => {
      const { browser, url } = await leftForFirstHop({
        kind: 'oidc',
        endSessionEndpoint: 'https://op.example/end',
      });
      const second = await browser.get(`${url}/logout/continue`, { headers: FROM_POOL });
      const state = new URL(second.url).searchParams.get('state')!;
      const stray = await browser.get(`${url}/logout/continue${query}`);
      expect(stepsOf(stray)).toMatchObject({ 'Corporate ID': 'unfinished' });
      const twice = await browser.get(`${url}/logout/continue?state=${state}&state=${state}`);
      expect(stepsOf(twice)).toMatchObject({ 'Corporate ID': 'unfinished' });
      const back = await browser.get(`${url}/logout/continue?state=${state}`);
      expect(stepsOf(back)).toMatchObject({ 'Corporate ID': 'done' });
    },
  );

  it('with the state of an earlier try is no return: each try has its own', async () => {
    const { browser, url } = await leftForFirstHop({
      kind: 'oidc',
      endSessionEndpoint: 'https://op.example/end',
    });
    const second = await browser.get(`${url}/logout/continue`, { headers: FROM_POOL });
    const page = await browser.get(`${url}/signed-out`);
    const again = await browser.click(page, 'Finish signing out');
    const states = [second, again].map((hop) => new URL(hop.url).searchParams.get('state'));
    expect(states[0]).not.toBe(states[1]);
    expect(stepsOf(await browser.get(`${url}/logout/continue?state=${states[0]}`))).toMatchObject({
      'Corporate ID': 'unfinished',
    });
  });
});
