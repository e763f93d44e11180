import { afterEach, describe, expect, it } from 'vitest';
import { createBrowser } from '../../support/browser.js';
import { finishSignIn, startWorld, type World } from '../../support/world.js';

const ADVICE = 'Sign out at your company’s start page too.';

describe('signing out of an upstream', () => {
  let world: World | undefined;
  afterEach(() => world?.stop());

  async function signOutWith(signOut: object) {
    const provider = { name: 'oidc-pool-2', label: 'Corporate ID', emailDomains: [], signOut };
    world = await startWorld({ environment: { IDENTITY_PROVIDERS: JSON.stringify([provider]) } });
    const browser = createBrowser({ stopAt: 'https://op.example' });
    const page = await browser.click(await world.signIn(browser), 'Sign out');
    return { page, url: world.app.url, browser };
  }

  it('that speaks OpenID Connect goes to its end session endpoint, and comes back to the same URL', async () => {
    const { page, url, browser } = await signOutWith({
      kind: 'oidc',
      endSessionEndpoint: 'https://op.example/end?tenant=a',
      clientId: 'master-at-op',
    });
    const hop = new URL(page.url);
    expect(hop.origin + hop.pathname).toBe('https://op.example/end');
    const { state, ...others } = Object.fromEntries(hop.searchParams);
    expect(others).toEqual({
      tenant: 'a',
      client_id: 'master-at-op',
      post_logout_redirect_uri: `${url}/logout/continue`,
    });
    expect(state).toMatch(/^[\w-]{22}$/);
    const signedOut = await browser.get(`${url}/logout/continue?state=${state}`);
    expect(signedOut.url).toBe(`${url}/signed-out`);
    expect(signedOut.text()).toContain('You are signed out');
    expect(signedOut.text()).not.toContain('not everywhere');
  });

  it('that has no sign-out address tells the user what to do instead', async () => {
    const { page, url } = await signOutWith({ kind: 'none', advice: ADVICE });
    expect(page.url).toBe(`${url}/signed-out`);
    expect(page.text()).toContain(ADVICE);
    expect(page.text()).toContain('Not possible from here');
    // Visiting again leads to where the browser was, and only there.
    expect(page.document.querySelector('form[action*=visit]')?.getAttribute('action')).toBe(
      '/logout?visit=',
    );
  });

  it('that the configuration does not know says so instead of claiming success', async () => {
    world = await startWorld({ environment: { IDENTITY_PROVIDERS: '[]' } });
    const browser = world.browser();
    const chooser = await browser.get(`${world.app.url}/profile`);
    const form = await browser.click(chooser, 'provider-oidc-pool-2');
    const page = await browser.click(await finishSignIn(browser, form), 'Sign out');
    expect(page.text()).toContain('oidc-pool-2');
    expect(page.text()).toContain('Close the browser to be safe');
  });
});

describe('a request that is no visit', () => {
  it.each([
    ['an image', '/profile', { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' }, 401],
    ['fetch()', '/profile', { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' }, 401],
    ['a prefetch', '/profile', { 'sec-purpose': 'prefetch' }, 401],
    ['robots.txt', '/robots.txt', {}, 404],
  ])('never starts a login: %s', async (_name, path, headers, status) => {
    const world = await startWorld();
    const answer = await world.browser().get(world.app.url + path, { headers, follow: false });
    expect(answer.status).toBe(status);
    expect(answer.setCookies).toEqual([]);
    expect(answer.location).toBeUndefined();
    await world.stop();
  });
});
