import express, { type Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRelyingParty, type RelyingParty } from '../../src/index.js';
import {
  bearer,
  relyingPartyOptions,
  signedIn,
  startPools,
  type Pools,
} from '../../src/testing/index.js';

describe('the test kit', () => {
  let pools: Pools;
  let relyingParty: RelyingParty;
  let app: Express;
  beforeAll(async () => {
    pools = await startPools({
      keys: 'fixed',
      seed: {
        pools: [
          {
            name: 'oidc-pool-1',
            groups: [{ name: 'admins' }],
            clients: [
              { name: 'site', callbackUrls: ['http://localhost:3000/callback'], flows: ['code'] },
            ],
            users: [{ username: 'bob', password: 'Bob-Is-Here-2', groups: ['admins'] }],
          },
        ],
      },
    });
    relyingParty = createRelyingParty(relyingPartyOptions(pools, { scope: 'openid' }));
    app = express();
    app.use(relyingParty.routes);
    app.get('/page', relyingParty.requireSession(), (req, res) => {
      res.send(`hello ${req.auth?.name}`);
    });
    const access = { group: 'admins', scope: 'orders/read', claim: { 'custom:tenant': 'north' } };
    app.get('/api/strict', relyingParty.requireApiAccess(access), (req, res) => {
      res.json({ sub: req.auth?.subject, via: req.auth?.via });
    });
    app.get('/api/any', relyingParty.requireApiAccess(), (req, res) => {
      res.json({ sub: req.auth?.subject, username: req.auth?.username });
    });
  });
  beforeEach(() => pools.reset());
  afterAll(async () => {
    await relyingParty.close();
    await pools.close();
  });

  it('signs somebody in with three lines', async () => {
    const alice = await signedIn(relyingParty, { claims: { name: 'Alice' } });
    const page = await request(app).get('/page').set(alice.headers);
    expect(page.text).toBe('hello Alice');
  });

  it('signs an agent in for all its requests', async () => {
    const agent = request.agent(app);
    await signedIn(relyingParty, {}, agent);
    expect((await agent.get('/page')).status).toBe(200);
    expect((await agent.get('/api/any')).status).toBe(200);
  });

  it('gives the groups, scopes and claims a guard asks for, and no others', async () => {
    const claims = { 'custom:tenant': 'north' };
    const may = await signedIn(relyingParty, {
      claims,
      groups: ['admins'],
      scopes: ['orders/read'],
    });
    const answer = await request(app).get('/api/strict').set(may.headers);
    expect(answer.body).toEqual({ sub: 'alice', via: 'session' });

    for (const less of [
      { claims, groups: ['admins'] },
      { claims, scopes: ['orders/read'] },
      { groups: ['admins'], scopes: ['orders/read'] },
    ]) {
      const mayNot = await signedIn(relyingParty, less);
      expect((await request(app).get('/api/strict').set(mayNot.headers)).status).toBe(403);
    }
  });

  it('asks the pool for nothing', async () => {
    await request(app)
      .get('/page')
      .set((await signedIn(relyingParty)).headers);
    expect(pools.requests('oidc-pool-1')).toEqual([]);
  });

  it('signs out elsewhere', async () => {
    const alice = await signedIn(relyingParty);
    await alice.signOutElsewhere();
    expect((await request(app).get('/api/any').set(alice.headers)).status).toBe(401);
  });

  it('lets sessions run out by the one clock of site and pools', async () => {
    const alice = await signedIn(relyingParty);
    pools.clock.advance('29m');
    expect((await request(app).get('/api/any').set(alice.headers)).status).toBe(200);
    pools.clock.advance('31m');
    expect((await request(app).get('/api/any').set(alice.headers)).status).toBe(401);
  });

  it('signs in a user of the pool, whose tokens are really refreshed when they expire', async () => {
    const master = pools.pool('oidc-pool-1');
    const tokens = await master.tokens('bob', { client: 'site' });
    const bob = await signedIn(relyingParty, { tokens });
    expect(bob.session).toMatchObject({ username: 'bob', groups: ['admins'] });
    await bob.expireTokens();
    expect((await request(app).get('/api/any').set(bob.headers)).status).toBe(200);
    expect(pools.requests('oidc-pool-1', '/oauth2/token')).toHaveLength(1);
    await bob.expireTokens();
    master.globalSignOut('bob');
    expect((await request(app).get('/api/any').set(bob.headers)).status).toBe(401);
  });

  it('makes bearer tokens with chosen claims', async () => {
    const master = pools.pool('oidc-pool-1');
    const bob = await bearer(master, { user: 'bob', client: 'site' });
    const answer = await request(app).get('/api/any').set(bob);
    expect(answer.body).toMatchObject({ username: 'bob' });
    const late = await bearer(master, { user: 'bob', client: 'site', claims: { exp: 1 } });
    expect((await request(app).get('/api/any').set(late)).body).toMatchObject({
      code: 'access_token_expired',
    });
  });

  it('refuses a relying party it did not make', async () => {
    await expect(signedIn({ ...relyingParty })).rejects.toThrow(TypeError);
  });
});
