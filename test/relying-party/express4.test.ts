import createApp from 'express4';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRelyingParty, type RelyingParty } from '../../src/index.js';
import {
  federatedPoolsSeed,
  relyingPartyOptions,
  signedIn,
  startPools,
  upstreamProvider,
  type Pools,
  type PoolsSeed,
} from '../../src/testing/index.js';
import { reservePort, urlOf } from '../support/app.js';
import { createBrowser } from '../support/browser.js';
import { finishSignIn } from '../support/world.js';

/*
 * Express 4 looks at no promise, and its request and answer are other objects than those of Express
 * 5.
 */

const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

const below = (basePath: string, seed: PoolsSeed): PoolsSeed =>
  JSON.parse(JSON.stringify(seed).replaceAll(/\/(callback|logout\/continue)"/g, `${basePath}/$1"`));

let unhandled: unknown[] = [];
const keep = (reason: unknown): void => void unhandled.push(reason);
beforeAll(() => void process.on('unhandledRejection', keep));
afterEach(() => {
  expect(unhandled).toEqual([]);
  unhandled = [];
});
afterAll(() => void process.off('unhandledRejection', keep));

describe.each(['', '/auth'])('an Express 4 app with the routes at "%s"', (basePath) => {
  let pools: Pools;
  let rp: RelyingParty;
  let url: string;
  let app: Express;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const server = await reservePort();
    url = urlOf(server);
    const seed = federatedPoolsSeed({ baseUrl: url });
    pools = await startPools({
      seed: basePath === '' ? seed : below(basePath, seed),
      keys: 'fixed',
    });
    rp = createRelyingParty(
      relyingPartyOptions(pools, {
        baseUrl: url,
        basePath,
        identityProviders: [upstreamProvider(pools)],
      }),
    );
    app = createApp();
    expect(app).toHaveProperty('lazyrouter'); // it is Express 4
    app.set('query parser', 'extended');
    if (basePath === '') app.use(rp.routes);
    else app.use(basePath, rp.routes);
    const say: RequestHandler = (req, res) => void res.send(`${req.auth?.name}`);
    app.all('/account', rp.requireSession(), say);
    app.get('/fresh', rp.requireSession({ fresh: true }), say);
    app.all('/api', rp.requireApiAccess(), say);
    app.get('/api/throws', rp.requireApiAccess({ claim: failing }), say);
    app.get('/api/admin', rp.requireApiAccess({ group: 'admins' }), say);
    app.get('/fails', rp.requireSession(), () => {
      throw new Error('of the host');
    });
    app.use(((error, _req, res, _next) => {
      res.status(500).send(`host: ${(error as Error).message}`);
    }) as ErrorRequestHandler);
    server.on('request', app);
    stop = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rp.close();
      await pools.close();
    };
  });
  afterAll(() => stop());

  const failing = (): never => {
    throw new Error('the claim function failed');
  };

  it('signs in, shows and ends other sessions, and signs out everywhere', async () => {
    const browser = createBrowser();
    const account = await finishSignIn(browser, await browser.get(`${url}/account?a[b]=c`));
    expect(account.url).toBe(`${url}/account?a[b]=c`);
    expect(account.text()).toContain('Alice Example');
    const other = createBrowser();
    await finishSignIn(other, await other.get(`${url}/account`));
    const sessions = await browser.get(`${url}${basePath}/sessions`);
    const ended = await browser.click(sessions, 'End this session');
    expect(ended.status).toBe(200);
    expect((await other.get(`${url}/account`, { follow: false })).status).toBe(302);
    const out = await browser.click(await browser.get(`${url}${basePath}/sessions`), 'Sign out');
    expect(out.text()).toContain('You are signed out');
    expect((await browser.get(`${url}/account`)).html).toContain('type="password"');
  });

  it('answers what its guards refuse, as with Express 5', async () => {
    const alice = await signedIn(rp);
    expect((await request(app).get('/api')).status).toBe(401);
    expect((await request(app).get('/api/admin').set(alice.headers)).status).toBe(403);
    expect((await request(app).get('/account').set(page)).headers['location']).toBe(
      `${basePath}/login?return_to=%2Faccount`,
    );
    const sibling = { cookie: alice.cookie, 'sec-fetch-site': 'same-site' };
    for (const path of ['/account', '/api']) {
      expect((await request(app).post(path).set(sibling)).status).toBe(403);
      expect((await request(app).post(path).set(alice.headers)).status).toBe(200);
    }
  });

  it('has in its own error handler what fails in a check, and goes on', async () => {
    const { headers } = await signedIn(rp);
    const answer = await request(app).get('/api/throws').set(headers);
    expect([answer.status, answer.text]).toEqual([500, 'host: the claim function failed']);
    expect((await request(app).get('/fails').set(headers)).text).toBe('host: of the host');
    expect((await request(app).get('/api').set(headers)).status).toBe(200);
  });

  it('has the pages of errors, and assets', async () => {
    const stray = await request(app).get(`${basePath}/callback?state=a&code=b`).set(page);
    expect([stray.status, stray.type]).toEqual([400, 'text/html']);
    const [, asset] = /href="([^"]*\.css)"/.exec(stray.text) ?? [];
    expect((await request(app).get(asset!)).status).toBe(200);
    const head = await request(app).head(`${basePath}/login`);
    expect(head.status).toBe(405);
  });
});
