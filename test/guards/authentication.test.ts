import express from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelyingParty, type RelyingParty } from '../../src/index.js';
import {
  bearer,
  relyingPartyOptions,
  signedIn,
  startPools,
  type Pools,
} from '../../src/testing/index.js';
import { MemoryStore } from '../../src/sessions/stores/memory-store.js';
import { createBrowser } from '../support/browser.js';
import { startHost } from '../support/host.js';
import { finishSignIn } from '../support/world.js';

/** What a handler behind a guard is told of its caller, every member of it. */
describe('req.auth', () => {
  let pools: Pools;
  let rp: RelyingParty;
  let app: express.Express;
  beforeAll(async () => {
    pools = await startPools({ keys: 'fixed' });
    const options = relyingPartyOptions(pools);
    rp = createRelyingParty({
      ...options,
      session: { ...options.session, claims: ['custom:tenant'] },
      api: { clientIds: [pools.pool('oidc-pool-1').client('machine').id] },
    });
    app = express().use(rp.resourceMetadata);
    app.get('/', rp.requireApiAccess(), (req, res) => void res.json(req.auth));
  });
  afterAll(async () => {
    await rp.close();
    await pools.close();
  });

  it('of a session has who it is, what they may do, and the claims by their names', async () => {
    const authenticatedAt = Math.floor(pools.clock.now() / 1000) * 1000 - 5000;
    const user = await signedIn(rp, {
      claims: {
        sub: 'u-1',
        'cognito:username': 'corp_u1',
        name: 'Ann Example',
        email: 'ann@example.com',
        email_verified: true,
        auth_time: authenticatedAt / 1000,
        acr: 'gold',
        'custom:tenant': 'north',
      },
      groups: ['staff'],
      scopes: ['openid', 'email'],
    });
    const { body } = await request(app).get('/').set(user.headers);
    const { session, ...auth } = body as { session: { key: string } };
    expect(session.key).toBe(user.session.key);
    const { issuer } = pools.pool('oidc-pool-1');
    expect(auth).toEqual({
      via: 'session',
      issuer,
      subject: 'u-1',
      username: 'corp_u1',
      name: 'Ann Example',
      email: 'ann@example.com',
      groups: ['staff'],
      scopes: ['openid', 'email'],
      authenticatedAt,
      claims: expect.objectContaining({
        iss: issuer,
        sub: 'u-1',
        username: 'corp_u1',
        'cognito:username': 'corp_u1',
        name: 'Ann Example',
        email: 'ann@example.com',
        email_verified: true,
        'cognito:groups': ['staff'],
        scope: 'openid email',
        auth_time: authenticatedAt / 1000,
        acr: 'gold',
        'custom:tenant': 'north',
      }) as object,
    });
  });

  it('of a session without any scope has none', async () => {
    const user = await signedIn(rp, { scopes: [] });
    const { body } = await request(app).get('/').set(user.headers);
    expect(body).toMatchObject({ scopes: [], claims: { scope: '' } });
  });

  it('of a session that keeps no claims has those that say who it is, all the same', async () => {
    const host = await startHost((server, relyingParty) => {
      server.use(relyingParty.routes);
      server.get('/me', relyingParty.requireApiAccess(), (req, res) => void res.json(req.auth));
    });
    const browser = createBrowser();
    await finishSignIn(browser, await browser.get(`${host.url}/login`));
    const auth = JSON.parse((await browser.get(`${host.url}/me`)).text()) as {
      session: object;
      subject: string;
      claims: { auth_time: number };
    };
    expect(auth.session).not.toHaveProperty('claims');
    const authenticatedAt = auth.claims.auth_time * 1000;
    expect(Math.abs(host.pools.clock.now() - authenticatedAt)).toBeLessThan(60_000);
    const username = expect.stringMatching(/^oidc-pool-2_/) as string;
    expect(auth).toMatchObject({ username, authenticatedAt });
    expect(auth.claims).toEqual({
      iss: host.pools.pool('oidc-pool-1').issuer,
      sub: auth.subject,
      username,
      'cognito:username': username,
      name: 'Alice Example',
      email: 'alice@example.com',
      email_verified: true,
      'cognito:groups': expect.any(Array) as unknown[],
      scope: 'openid email profile',
      auth_time: authenticatedAt / 1000,
    });
    await host.stop();
  });

  it('of a session that keeps claims has those, and no others', async () => {
    const secrets = ['a secret for tests only - more than 32 bytes'];
    const store = new MemoryStore({ now: Date.now });
    const host = await startHost(
      (server, relyingParty) => {
        server.use(relyingParty.routes);
        server.get('/me', relyingParty.requireApiAccess(), (req, res) => void res.json(req.auth));
      },
      { options: { session: { secrets, store, claims: ['token_use', 'identities', 'none'] } } },
    );
    const browser = createBrowser();
    await finishSignIn(browser, await browser.get(`${host.url}/login`));
    const auth = JSON.parse((await browser.get(`${host.url}/me`)).text()) as {
      session: { claims: object };
      claims: object;
    };
    const identities = [expect.objectContaining({ providerName: 'oidc-pool-2' })];
    expect(auth.session.claims).toEqual({ token_use: 'id', identities });
    expect(auth.claims).toMatchObject({ token_use: 'id', identities, sub: expect.any(String) });
    await host.stop();
  });

  it('of a session whose address nobody has verified has it under that name alone', async () => {
    const claims = { email: 'ann@example.com', email_verified: false };
    const { body } = await request(app)
      .get('/')
      .set((await signedIn(rp, { claims })).headers);
    const auth = body as { claims: object };
    expect(auth).toMatchObject({ unverifiedEmail: 'ann@example.com' });
    expect(auth).not.toHaveProperty('email');
    expect(auth.claims).toMatchObject({ email_verified: false });
    expect(auth.claims).not.toHaveProperty('email');
  });

  it('of a session without an address says nothing of one', async () => {
    const claims = { email: null };
    const { body } = await request(app)
      .get('/')
      .set((await signedIn(rp, { claims })).headers);
    const auth = body as { claims: object };
    for (const name of ['email', 'unverifiedEmail']) expect(auth).not.toHaveProperty(name);
    for (const name of ['email', 'email_verified']) expect(auth.claims).not.toHaveProperty(name);
  });

  it('of a machine has its client, and no name, no address and no session', async () => {
    const pool = pools.pool('oidc-pool-1');
    const headers = await bearer(pool, { client: 'machine', scope: 'orders/read' });
    const { body } = await request(app).get('/').set(headers);
    const { claims, authenticatedAt, ...auth } = body as Record<string, unknown>;
    const { id } = pool.client('machine');
    expect(auth).toEqual({
      via: 'bearer',
      issuer: pool.issuer,
      subject: id,
      groups: [],
      scopes: ['orders/read'],
    });
    expect(authenticatedAt).toBe((claims as { iat: number }).iat * 1000);
    expect(claims).toMatchObject({ client_id: id, token_use: 'access', scope: 'orders/read' });
  });
});
