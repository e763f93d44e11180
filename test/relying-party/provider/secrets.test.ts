import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../support/world.js';

const SESSION_SECRET = 'grep-for-this-session-secret-0123456789';

describe('what must stay secret', () => {
  let world: World;
  /**
   * Everything the site said: pages, headers but for our own cookies, the addresses of ours it sent
   * the browser to, log, metrics.
   */
  let said: string;
  /** Everything it must not have said. */
  let secrets: string[];

  beforeAll(async () => {
    world = await startWorld({ environment: { SESSION_SECRET } });
    const { app, pools } = world;
    const browser = world.browser();
    const pages = [await world.signIn(browser)];
    for (const path of [
      '/',
      '/profile',
      '/api/me',
      '/logout',
      '/nowhere',
      '/callback?code=a&state=b',
    ]) {
      pages.push(await browser.get(app.url + path));
    }
    pools.clock.advance('65m');
    pages.push(await world.signIn(browser));
    pages.push(await browser.click(pages.at(-1)!, 'Sign out'));
    for (const fault of [
      { status: 500 },
      { idToken: { signature: 'corrupt' } },
      { reset: true },
    ] as const) {
      pools.faults.once('oidc-pool-1', 'token', fault);
      pages.push(await world.signIn(browser));
    }
    const bad = {
      authorization: 'Bearer eyJhbGciOiJSUzI1NiJ9.eyJzZWNyZXQiOiJwYXlsb2FkIn0.c2lnbmF0dXJl',
    };
    pages.push(await browser.get(`${app.url}/api/me`, { headers: bad }));
    const metrics = await browser.get(`${app.url}/metrics`);
    expect(metrics.status).toBe(200);

    // The browser brings code and state to /callback itself; the other addresses are of our making.
    const hops = browser.history.filter(({ url }) => url.startsWith(app.url));
    const ours = hops.map(({ url }) => (url.includes('/callback?') ? '' : url));
    const headers = hops.flatMap((hop) =>
      Object.entries(hop.headers).map((header) => header.join(': ')),
    );
    const toOurselves = headers.filter((line) => !line.startsWith('location: http://127.0.0.1'));
    said = [
      ...pages.map(({ html }) => html),
      metrics.html,
      ...ours,
      ...toOurselves,
      ...app.log,
    ].join('\n');

    const tokenRequests = pools.requests('oidc-pool-1', '/oauth2/token');
    const authorizations = pools.requests('oidc-pool-1', '/oauth2/authorize');
    secrets = [
      ...tokenRequests.flatMap(({ body }) => [
        body['code'],
        body['code_verifier'],
        body['refresh_token'],
      ]),
      ...pools.requests('oidc-pool-1', '/oauth2/revoke').map(({ body }) => body['token']),
      ...authorizations.flatMap(({ query }) => [query['state'], query['nonce']]),
      ...hops.flatMap(({ setCookies }) => setCookies.map((line) => /=([^;]{20,})/.exec(line)?.[1])),
      world.master.client('site').secret,
      SESSION_SECRET,
      bad.authorization.slice('Bearer '.length),
    ]
      .filter((secret) => secret !== undefined)
      .filter((secret) => secret !== '');
  });
  afterAll(() => world.stop());

  it('is looked for in everything the journey produced, and there is something to look for', () => {
    expect(secrets.length).toBeGreaterThan(20);
    expect(said).toContain('login.succeeded');
    expect(said).toContain('Alice Example');
  });

  it('appears in no page, header, address, log line or metric', () => {
    expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
  });

  it('is not there in the form of any other token either', () => {
    expect(said).not.toMatch(/eyJ[\w-]{10,}\./);
  });

  it('is not there as a stack trace', () => {
    const pages = said.slice(0, said.indexOf('# HELP'));
    expect(pages).not.toMatch(/\.[jt]s:\d+:\d+/);
  });
});
