import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBrowser, type Browser, type Page } from '../support/browser.js';
import { startHost, type Host } from '../support/host.js';
import { finishSignIn, hasField } from '../support/world.js';

describe('a route that asks for more than a session', () => {
  let host: Host;
  let browser: Browser;
  beforeAll(async () => {
    host = await startHost((app, relyingParty) => {
      app.use(relyingParty.routes);
      const say =
        (text: string) =>
        (_req: unknown, res: { send(text: string): void }): void =>
          res.send(text);
      app.get('/account', relyingParty.requireSession(), say('account'));
      app.get('/payments', relyingParty.requireSession({ fresh: true }), say('payments'));
      app.get('/transfer', relyingParty.requireSession({ maxAgeSeconds: 300 }), say('transfer'));
      app.get('/vault', relyingParty.requireSession({ acrValues: 'gold' }), say('vault'));
    });
  });
  beforeEach(async () => {
    host.pools.reset();
    browser = createBrowser();
    await finishSignIn(browser, await open('/account'));
  });
  afterAll(() => host.stop());

  const open = (path: string, headers = {}): Promise<Page> =>
    browser.get(host.url + path, { headers });
  const master = () => host.pools.pool('oidc-pool-1');
  const tokenRequests = () =>
    host.pools
      .requests('oidc-pool-1', '/oauth2/token')
      .map(({ body, status }) => `${body['grant_type']} ${status}`);

  it('and is fresh: lets in whom the pool still knows', async () => {
    expect((await open('/payments')).text()).toBe('payments');
    expect(host.pools.requests('oidc-pool-1', '/oauth2/userInfo')).toHaveLength(1);
  });

  it('and is fresh: turns away at once a user who was signed out everywhere at the pool', async () => {
    const [user] = master().users();
    master().globalSignOut(user?.username ?? '');
    expect((await open('/account')).text()).toBe('account');

    const page = await open('/payments');
    expect(page.status).toBe(401);
    expect(page.text()).toContain('You have been signed out');
    expect((await browser.get(`${host.url}/account`, { follow: false })).status).toBe(302);
  });

  it('and is fresh: neither lets in nor signs out while the pool cannot say', async () => {
    host.pools.faults.always('oidc-pool-1', 'userInfo', { status: 503 });
    expect((await open('/payments')).status).toBe(503);
    host.pools.faults.clear();
    expect((await open('/payments')).text()).toBe('payments');
  });

  it('and wants a recent sign-in: lets one in that is', async () => {
    expect((await open('/transfer')).text()).toBe('transfer');
  });

  it('and wants a recent sign-in: asks for the password again after that time, and only then', async () => {
    host.pools.clock.advance('7m');
    expect((await open('/account')).text()).toBe('account');
    const again = await open('/transfer');
    expect(hasField(again, 'password')).toBe(true);
    const page = await finishSignIn(browser, again);
    expect(page.url).toBe(`${host.url}/transfer`);
    expect(page.text()).toBe('transfer');
  });

  it('and wants a recent sign-in: allows for clocks that differ by a minute, and no more', async () => {
    host.pools.clock.advance('5m');
    host.pools.clock.advance('55s');
    expect((await open('/transfer')).text()).toBe('transfer');
    host.pools.clock.advance('10s');
    expect(hasField(await open('/transfer'), 'password')).toBe(true);
  });

  it.each(['0', '1'])('max_age=%s in the address asks for the password once', async (maxAge) => {
    const asks = await open(`/login?max_age=${maxAge}&return_to=/account`);
    expect(hasField(asks, 'password')).toBe(true);
    const page = await finishSignIn(browser, asks);
    expect(page.url).toBe(`${host.url}/account`);
    expect(page.text()).toBe('account');
    expect((await open('/account')).text()).toBe('account');
  });

  it.each([
    ['to give the password', '4m', '0s'],
    ['to come back', '0s', '4m'],
  ])('max_age=0 is met however long the person takes %s', async (_what, before, after) => {
    browser = createBrowser({ stopAt: `${host.url}/callback` });
    const asks = await open('/login?max_age=0&return_to=/account');
    host.pools.clock.advance(before);
    const signedIn = await finishSignIn(browser, asks);
    host.pools.clock.advance(after);
    const answer = await browser.get(signedIn.url, { follow: false });
    expect(answer.location).toBe('/account');
  });

  it('max_age=0 is not met by a sign-in of before, nor by one of tomorrow', async () => {
    for (const difference of [-120, 86_400]) {
      const asks = await open('/login?max_age=0&return_to=/account');
      const authTime = Math.floor(host.pools.clock.now() / 1000) + difference;
      host.pools.faults.once('oidc-pool-1', 'token', {
        idToken: { claims: { auth_time: authTime } },
      });
      const page = await finishSignIn(browser, asks);
      expect(page.text()).toMatch(/step_up_not_done|id_token_issued_in_future/);
    }
  });

  it('and wants a recent sign-in: does not believe a pool that did not ask again', async () => {
    host.pools.clock.advance('7m');
    const again = await open('/transfer');
    const old = Math.floor(host.pools.clock.now() / 1000) - 3600;
    host.pools.faults.once('oidc-pool-1', 'token', { idToken: { claims: { auth_time: old } } });
    const page = await finishSignIn(browser, again);
    expect(page.status).toBe(403);
    expect(page.text()).toContain('step_up_not_done');
    // What the pool issued all the same is given back; the session before keeps what it has.
    const revocations = () => host.pools.requests('oidc-pool-1', '/oauth2/revoke');
    await expect.poll(() => revocations().map(({ status }) => status)).toEqual([200]);
    for (let minutes = 0; minutes < 60; minutes += 20) {
      host.pools.clock.advance('20m');
      expect((await open('/account')).text()).toBe('account');
    }
    expect(tokenRequests().slice(-1)).toEqual(['refresh_token 200']);
  });

  it('and wants an acr: lets in only whose ID token has it', async () => {
    const refused = await finishSignIn(browser, await open('/vault'));
    expect(refused.text()).toContain('step_up_not_done');
    host.pools.faults.once('oidc-pool-1', 'token', { idToken: { claims: { acr: 'gold' } } });
    const page = await finishSignIn(browser, await open('/vault'));
    expect(page.text()).toBe('vault');
    const [request] = host.pools.requests('oidc-pool-1', '/oauth2/authorize').slice(-1);
    expect(request?.query['acr_values']).toBe('gold');
  });

  it('answers a program with 401 and never a redirect', async () => {
    host.pools.clock.advance('7m');
    const answer = await open('/transfer', {
      accept: 'application/json',
      'sec-fetch-mode': 'cors',
    });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.html)).toMatchObject({ code: 'authentication_too_old' });
    expect(answer.headers['www-authenticate']).toMatch(
      /^Bearer error="insufficient_user_authentication", max_age="\d+", resource_metadata="[^"]+"$/,
    );
  });

  it('tells a program which acr is wanted, and no age where none is', async () => {
    const program = { accept: 'application/json', 'sec-fetch-mode': 'cors' };
    const answer = await open('/vault', program);
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.html)).toMatchObject({ code: 'authentication_too_old' });
    expect(answer.headers['www-authenticate']).toMatch(
      /^Bearer error="insufficient_user_authentication", acr_values="gold", resource_metadata="[^"]+"$/,
    );
  });
});
