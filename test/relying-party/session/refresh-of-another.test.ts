import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBrowser, type Browser, type Page } from '../../support/browser.js';
import { startHost, type Host } from '../../support/host.js';
import { finishSignIn, hasField } from '../../support/world.js';

/**
 * OpenID Connect Core 1.0 section 12.2: a refreshed ID token is of the same user and the same
 * sign-in.
 */
describe('the ID token of a refresh', () => {
  let host: Host;
  let browser: Browser;
  const failures: object[] = [];
  beforeAll(async () => {
    host = await startHost((app, relyingParty) => {
      app.use(relyingParty.routes);
      app.get('/account', relyingParty.requireSession(), (req, res) => {
        res.send(`${req.auth?.subject} since ${req.auth?.authenticatedAt}`);
      });
      app.get('/transfer', relyingParty.requireSession({ maxAgeSeconds: 300 }), (_req, res) => {
        res.send('transfer');
      });
    });
    host.relyingParty.events.on('session.refresh_failed', (event) => failures.push(event));
  });
  beforeEach(async () => {
    host.pools.reset();
    failures.length = 0;
    browser = createBrowser();
    await finishSignIn(browser, await open('/account'));
  });
  afterAll(() => host.stop());

  const open = (path: string): Promise<Page> => browser.get(host.url + path);
  const requests = (path: string) => host.pools.requests('oidc-pool-1', path);
  const refreshes = () =>
    requests('/oauth2/token').filter(({ body }) => body['grant_type'] === 'refresh_token');
  /** An hour passes, in steps that no idle session ends in. */
  const letTokensExpire = async (pools = host.pools, visit = () => open('/account')) => {
    for (let part = 0; part < 2; part += 1) {
      pools.clock.advance('25m');
      await visit();
    }
    pools.clock.advance('15m');
  };
  const refreshWith = async (claims: Record<string, unknown>): Promise<Page> => {
    await letTokensExpire();
    host.pools.faults.once('oidc-pool-1', 'token', { idToken: { claims } });
    const page = await open('/account');
    // One that failed may have been tried again by now.
    expect(refreshes()).not.toEqual([]);
    return page;
  };

  it.each([
    ['another user', { sub: 'mallory' }],
    ['another sign-in by its nonce', { nonce: 'another' }],
  ])('that is of %s ends the session, and what came is revoked', async (_name, claims) => {
    const page = await refreshWith(claims);
    expect(page.status).toBe(401);
    expect(page.text()).toContain('You have been signed out');
    expect(page.text()).not.toContain('mallory');
    const used = refreshes()[0]!.body['refresh_token'];
    const revoked = requests('/oauth2/revoke').map(({ body }) => body['token']);
    expect(revoked).toContain(used);
    expect(failures).toMatchObject([{ permanent: true }]);

    const again = await browser.get(`${host.url}/account`, { follow: false });
    expect(again.status).toBe(302);
    expect(refreshes()).toHaveLength(1);
  });

  it('that is of another user has the rotated refresh token revoked that came with it', async () => {
    await using rotating = await startRotating();
    const { url, pools, visitor } = rotating;
    await letTokensExpire(pools, () => visitor.get(`${url}/account`));
    pools.faults.once('oidc-pool-1', 'token', { idToken: { claims: { sub: 'mallory' } } });
    expect((await visitor.get(`${url}/account`)).status).toBe(401);
    const revoked = pools
      .requests('oidc-pool-1', '/oauth2/revoke')
      .map(({ body }) => body['token']);
    expect(new Set(revoked).size).toBe(2);
  });

  it('that repeats the first nonce, or has none, is taken', async () => {
    const nonce = requests('/oauth2/authorize')[0]?.query['nonce'];
    expect(nonce).toMatch(/^[\w-]{20,}$/);
    expect((await refreshWith({ nonce })).status).toBe(200);
    await letTokensExpire();
    host.pools.faults.once('oidc-pool-1', 'token', { idToken: { claims: { nonce: null } } });
    expect((await open('/account')).status).toBe(200);
    await letTokensExpire();
    // Also after one that had none: the first nonce is kept, not the last.
    host.pools.faults.once('oidc-pool-1', 'token', { idToken: { claims: { nonce: 'another' } } });
    expect((await open('/account')).status).toBe(401);
  });

  it('whose auth_time has moved on signs nobody out, and makes no sign-in younger', async () => {
    const before = (await open('/account')).text();
    const page = await refreshWith({ auth_time: Math.floor(host.pools.clock.now() / 1000) + 3800 });
    expect(page.text()).toBe(before);
    expect(hasField(await open('/transfer'), 'password')).toBe(true);
  });

  it.each([
    ['of tomorrow', { auth_time: Math.floor(Date.now() / 1000) + 2 * 86_400 }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['for a stranger beside us', { aud: ['CLIENT', 'stranger'], azp: 'CLIENT' }],
  ])('%s is not kept, and no reason to sign anybody out', async (_name, claims) => {
    const { id } = host.pools.pool('oidc-pool-1').client('site');
    const ours = JSON.parse(JSON.stringify(claims).replaceAll('CLIENT', id)) as typeof claims;
    expect((await refreshWith(ours)).status).toBe(200);
    expect(failures).toMatchObject([{ permanent: false }]);
  });

  async function startRotating() {
    const other = await startHost(
      (app, relyingParty) => {
        app.use(relyingParty.routes);
        app.get('/account', relyingParty.requireSession(), (_req, res) => void res.send('account'));
      },
      {
        seed: (seed) => {
          const copy = structuredClone(seed);
          const client = copy.pools[0]?.clients?.find(({ name }) => name === 'site');
          Object.assign(client!, { refreshTokenRotation: { graceSeconds: 60 } });
          return copy;
        },
      },
    );
    const visitor = createBrowser();
    await finishSignIn(visitor, await visitor.get(`${other.url}/account`));
    return { ...other, visitor, [Symbol.asyncDispose]: () => other.stop() };
  }
});
