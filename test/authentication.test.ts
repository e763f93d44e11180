import express from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelyingParty, requireApiAccess, type RelyingParty } from '../src/index.js';
import {
  bearer,
  relyingPartyOptions,
  signedIn,
  startPools,
  type Pools,
} from '../src/testing/index.js';

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
    app.get('/', requireApiAccess(rp), (req, res) => void res.json(req.auth));
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
