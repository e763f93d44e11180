import { afterEach, describe, expect, it } from 'vitest';
import { createBrowser, type Browser, type Page } from './support/browser.js';
import { startWorld, type World } from './support/world.js';

const NOT_DONE = 'Not done yet';

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
  ])('by %s is no return from Cognito', async (_name, headers) => {
    const { browser, url } = await leftForFirstHop();
    const stray = await browser.get(`${url}/logout/continue`, { headers, follow: false });
    expect(stray.location).toBe('/signed-out');
    const page = await browser.get(`${url}/signed-out`);
    expect(page.text()).toContain(NOT_DONE);
    expect(stepsOf(page)).toMatchObject({
      'The sign-in service': 'unfinished',
      'Corporate ID': 'unfinished',
    });
  });

  it('long after the browser was sent there is no return from Cognito', async () => {
    const { browser, url } = await leftForFirstHop();
    world!.pools.clock.advance('3m');
    const late = await browser.get(`${url}/logout/continue`);
    expect(stepsOf(late)).toMatchObject({ 'The sign-in service': 'unfinished' });
  });

  it('before the browser was sent to that hop is no return from it', async () => {
    const { browser, url } = await leftForFirstHop({
      kind: 'oidc',
      endSessionEndpoint: 'https://op.example/end',
    });
    // The first hop is come back from once; the second is left for, and a second visit says nothing of it.
    const second = await browser.get(`${url}/logout/continue`);
    expect(second.url).toContain('https://op.example/end');
    expect(stepsOf(await browser.get(`${url}/logout/continue`))).toMatchObject({
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
    expect(page.text()).toContain('Corporate ID Visited');
    expect(page.text()).not.toContain('asks for the password');
  });

  it.each(['', '?state=', '?state=another', '?state=AAAAAAAAAAAAAAAAAAAAAA'])(
    'with "%s" is no return from a provider that speaks OpenID Connect; with its state it is one',
    async (query) => {
      const { browser, url } = await leftForFirstHop({
        kind: 'oidc',
        endSessionEndpoint: 'https://op.example/end',
      });
      const second = await browser.get(`${url}/logout/continue`);
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
    const second = await browser.get(`${url}/logout/continue`);
    const page = await browser.get(`${url}/signed-out`);
    const again = await browser.click(page, 'Finish signing out');
    const states = [second, again].map((hop) => new URL(hop.url).searchParams.get('state'));
    expect(states[0]).not.toBe(states[1]);
    expect(stepsOf(await browser.get(`${url}/logout/continue?state=${states[0]}`))).toMatchObject({
      'Corporate ID': 'unfinished',
    });
  });
});
