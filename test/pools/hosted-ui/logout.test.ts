import { describe, expect, it } from 'vitest';
import type { Browser } from '../../support/browser.js';
import {
  asksForPassword,
  authorizeUrl,
  codeIn,
  openBrowser,
  type Parameters,
  parametersOf,
  signIn,
  signInThroughUpstream,
  submitCredentials,
} from '../journeys.js';
import { afterLogout, alice, app, callback, uma } from '../seed.js';
import { exchangeCode, refresh, tokensIn } from '../token-endpoint.js';
import { useWorld } from '../world.js';

const world = useWorld();

const logoutUrl = (parameters: Parameters = {}): string =>
  `${world.members.domain}/logout?${parametersOf({
    client_id: world.members.client('site').id,
    logout_uri: afterLogout,
    ...parameters,
  })}`;

async function openSignedInBrowser(): Promise<Browser> {
  const browser = openBrowser();
  codeIn(await signIn(browser, world.members, 'site', alice));
  return browser;
}

async function isSignedIn(browser: Browser): Promise<boolean> {
  const page = await browser.get(authorizeUrl(world.members, 'site'));
  return page.url.startsWith(`${callback}?code=`);
}

describe('signing out with logout_uri', () => {
  it('sends the browser to exactly that address, and asks for the password next time', async () => {
    const browser = await openSignedInBrowser();
    expect(await isSignedIn(browser)).toBe(true);
    const page = await browser.get(logoutUrl());

    expect(page.status).toBe(302);
    expect(page.url).toBe(afterLogout);
    const next = await browser.get(authorizeUrl(world.members, 'site'));
    expect(asksForPassword(next)).toBe(true);
  });

  it('ends the session at the pool: the cookie it had is worth nothing any more', async () => {
    const browser = await openSignedInBrowser();
    const url = `${world.members.domain}/login`;
    const before = browser.cookies(url).map((cookie) => cookie.cookieString());
    await browser.get(logoutUrl());

    const replay = await fetch(authorizeUrl(world.members, 'site'), {
      redirect: 'manual',
      headers: { cookie: before.join('; ') },
    });
    expect(replay.headers.get('location')).toMatch(`${world.members.domain}/login?`);
    expect(browser.cookies(url).filter(({ key }) => /^cognito(?!-fl)/.test(key))).toEqual([]);
  });

  it('returns no state and takes no notice of the parameters of OpenID Connect', async () => {
    const browser = await openSignedInBrowser();
    const page = await browser.get(
      logoutUrl({
        state: 'st-1',
        post_logout_redirect_uri: 'http://evil.example/',
        id_token_hint: 'x',
        redirect_uri: callback,
        response_type: 'code',
      }),
    );
    expect(page.url).toBe(afterLogout);
  });

  it('works for a browser that has no session', async () => {
    expect((await openBrowser().get(logoutUrl())).url).toBe(afterLogout);
  });

  it('signs out this browser alone', async () => {
    const [here, elsewhere] = [await openSignedInBrowser(), await openSignedInBrowser()];
    await here.get(logoutUrl());
    expect(await isSignedIn(elsewhere)).toBe(true);
  });

  it('leaves the tokens alone', async () => {
    const browser = openBrowser();
    const page = await signIn(browser, world.members, 'site', alice);
    const tokens = tokensIn(await exchangeCode(world.members, 'site', codeIn(page)));
    await browser.get(logoutUrl());
    expect((await refresh(world.members, 'site', tokens.refresh_token)).status).toBe(200);
  });
});

describe('signing out with redirect_uri and response_type', () => {
  it('goes to the login page with these parameters, every scope of the client filled in', async () => {
    const browser = await openSignedInBrowser();
    const page = await browser.get(
      logoutUrl({
        logout_uri: undefined,
        redirect_uri: callback,
        response_type: 'code',
        state: 'st-2',
        nonce: 'n-2',
      }),
    );
    expect(page.url).toMatch(`${world.members.domain}/login?`);
    expect(Object.fromEntries(page.query)).toMatchObject({
      client_id: world.members.client('site').id,
      redirect_uri: callback,
      response_type: 'code',
      state: 'st-2',
      nonce: 'n-2',
    });
    expect(page.query.get('scope')?.split(' ').toSorted()).toEqual(
      ['openid', 'email', 'profile', 'orders/read'].toSorted(),
    );
    expect(asksForPassword(page)).toBe(true);
    expect((await submitCredentials(browser, page, alice)).query.get('state')).toBe('st-2');
  });

  it('keeps the scope that was given', async () => {
    const page = await openBrowser().get(
      logoutUrl({
        logout_uri: undefined,
        redirect_uri: callback,
        response_type: 'code',
        scope: 'openid',
      }),
    );
    expect(page.query.get('scope')).toBe('openid');
  });

  it('refuses a redirect_uri that is no callback URL', async () => {
    const page = await openBrowser().get(
      logoutUrl({
        logout_uri: undefined,
        redirect_uri: 'http://evil.example/',
        response_type: 'code',
      }),
    );
    expect(page.visited).toBe(true);
    expect(page.status).toBe(400);
    expect(page.query.get('error')).toBe('redirect_mismatch');
  });
});

describe('a sign-out that goes nowhere', () => {
  it.each<[string, string | undefined]>([
    ['is missing', undefined],
    ['is not registered', 'http://evil.example/'],
    ['has a trailing slash too many', `${afterLogout}/`],
    ['has a query', `${afterLogout}?a=b`],
    ['belongs to another client', `${app}/shop/bye`],
    ['is a callback URL', callback],
  ])(
    'ends on a 400 page when logout_uri %s; the session is gone nevertheless',
    async (_, logoutUri) => {
      const browser = await openSignedInBrowser();
      const page = await browser.get(logoutUrl({ logout_uri: logoutUri }));
      expect(page.visited).toBe(true);
      expect(page.status).toBe(400);
      expect(page.text()).toContain("Required String parameter 'redirect_uri' is not present");
      expect(await isSignedIn(browser)).toBe(false);
    },
  );

  it('ends on a 400 page when client_id is missing', async () => {
    const page = await openBrowser().get(logoutUrl({ client_id: undefined }));
    expect(page.status).toBe(400);
    expect(page.text()).toContain("Required String parameter 'client_id' is not present");
  });

  it('ends on a 400 page for an unknown client', async () => {
    const page = await openBrowser().get(logoutUrl({ client_id: '0nobody0000000000000000000' }));
    expect(page.visited).toBe(true);
    expect(page.status).toBe(400);
  });

  it('is not done by POST', async () => {
    const answer = await fetch(logoutUrl(), { method: 'POST', redirect: 'manual' });
    expect([404, 405]).toContain(answer.status);
  });
});

describe('the other pools of this browser', () => {
  it('keep their sessions', async () => {
    const browser = await openSignedInBrowser();
    const localUma = { username: 'local-uma', password: uma.password };
    codeIn(await signIn(browser, world.master, 'mixed', localUma));
    await browser.get(logoutUrl());
    const next = await browser.get(authorizeUrl(world.master, 'mixed'));
    expect(next.url).toMatch(`${callback}?code=`);
  });

  it("among them the upstream pool: the provider's button signs in again without a password", async () => {
    const browser = openBrowser();
    codeIn(await signInThroughUpstream(browser, world.master, 'site', uma));
    const { id } = world.master.client('site');
    await browser.get(`${world.master.domain}/logout?client_id=${id}&logout_uri=${afterLogout}`);

    const chooser = await browser.get(authorizeUrl(world.master, 'site'));
    expect(chooser.url).toMatch(`${world.master.domain}/login?`);
    const bounced = await browser.click(chooser, 'oidc-pool-2');
    expect(bounced.url).toMatch(`${callback}?code=`);
  });

  it('and the upstream pool asks for the password once it was signed out there as well', async () => {
    const browser = openBrowser();
    codeIn(await signInThroughUpstream(browser, world.master, 'site', uma));
    for (const [pool, client] of [
      [world.master, 'site'],
      [world.upstream, 'master-pool'],
    ] as const) {
      const { id } = pool.client(client);
      await browser.get(`${pool.domain}/logout?client_id=${id}&logout_uri=${afterLogout}`);
    }
    const chooser = await browser.get(authorizeUrl(world.master, 'site'));
    const page = await browser.click(chooser, 'oidc-pool-2');
    expect(page.url).toMatch(`${world.upstream.domain}/login?`);
    expect(asksForPassword(page)).toBe(true);
  });
});
