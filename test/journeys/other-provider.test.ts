import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reservePort, startApp, urlOf, type RunningApp } from '../support/app.js';
import { createBrowser, type Browser, type Page } from '../support/browser.js';
import { startOtherProvider, type OtherProvider } from '../support/other-provider.js';

describe('with an OpenID provider that is not Cognito', () => {
  let provider: OtherProvider;
  let app: RunningApp;

  beforeAll(async () => {
    const server = await reservePort();
    provider = await startOtherProvider(urlOf(server));
    app = await startApp(
      {
        ISSUER: provider.issuer,
        CLIENT_ID: provider.clientId,
        CLIENT_SECRET: provider.clientSecret,
      },
      { server },
    );
  });
  afterAll(async () => {
    await app.stop();
    await provider.stop();
  });

  async function signIn(browser: Browser): Promise<Page> {
    const loginPage = await browser.get(`${app.url}/profile`);
    const consentPage = await browser.submit(loginPage, { login: 'bob', password: 'any' });
    return browser.submit(consentPage);
  }

  it('signs in and lands on the page that was asked for', async () => {
    const page = await signIn(createBrowser());
    expect(page.url).toBe(`${app.url}/profile`);
    expect(page.text()).toContain('Bob Example');
    expect(page.text()).toContain('bob@example.org');
  });

  it('signs out by RP-Initiated Logout, after which the provider asks for the password again', async () => {
    const browser = createBrowser();
    const profile = await signIn(browser);
    const confirmation = await browser.click(profile, 'Sign out');
    expect(confirmation.url).toMatch(new RegExp(`^${provider.issuer}/session/end`));
    expect(confirmation.query.get('id_token_hint')).toMatch(/^eyJ/);

    const signedOut = await browser.submit(confirmation, {}, { button: 'Yes, sign me out' });
    expect(signedOut.url).toBe(`${app.url}/signed-out`);
    expect(signedOut.text()).toContain('signed out');

    const again = await browser.get(`${app.url}/profile`);
    expect(again.url).toMatch(new RegExp(`^${provider.issuer}/interaction/`));
    expect(again.html).toContain('name="password"');
  });

  it('signs out, by back-channel logout, exactly the browser that signed out at the provider', async () => {
    const [first, second] = [createBrowser(), createBrowser()];
    await signIn(first);
    await signIn(second);

    const confirmation = await first.get(`${provider.issuer}/session/end`);
    await first.submit(confirmation, {}, { button: 'Yes, sign me out' });
    const guarded = (browser: Browser): Promise<Page> =>
      browser.get(`${app.url}/api/me`, { headers: { accept: '*/*' } });
    await expect.poll(async () => (await guarded(first)).status).toBe(401);
    expect((await guarded(second)).status).toBe(200);
  });
});
