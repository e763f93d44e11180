import express, { type Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelyingParty, type ApiAccess, type RelyingParty } from '../../src/index.js';
import {
  bearer,
  relyingPartyOptions,
  signedIn,
  startPools,
  type Pools,
} from '../../src/testing/index.js';

const METADATA = 'resource_metadata="http://localhost:3000/.well-known/oauth-protected-resource"';

describe('an API guard', () => {
  let pools: Pools;
  let rp: RelyingParty;
  beforeAll(async () => {
    pools = await startPools({
      keys: 'fixed',
      seed: {
        pools: [
          {
            name: 'oidc-pool-1',
            clients: [
              { name: 'site', callbackUrls: ['http://localhost:3000/callback'], flows: ['code'] },
            ],
            users: [{ username: 'bob', password: 'Bob-Is-Here-2' }],
          },
        ],
      },
    });
    const options = relyingPartyOptions(pools);
    rp = createRelyingParty({
      ...options,
      session: { ...options.session, claims: ['custom:tenant'] },
    });
  });
  afterAll(async () => {
    await rp.close();
    await pools.close();
  });

  const guarded = (...access: ApiAccess[]): Express => {
    const app = express();
    app.all('/', ...access.map((each) => rp.requireApiAccess(each)), (req, res) => {
      res.json({ via: req.auth?.via, claims: req.auth?.claims });
    });
    return app;
  };
  const token = (claims: Record<string, unknown> = {}): Promise<Record<string, string>> =>
    bearer(pools.pool('oidc-pool-1'), { user: 'bob', client: 'site', claims });
  const secondsAgo = (seconds: number): number => Math.floor(pools.clock.now() / 1000) - seconds;

  const cases: [string, ApiAccess, Record<string, unknown>, string | undefined][] = [
    ['its scope', { scope: 'a/r' }, { scope: 'a/r b' }, undefined],
    ['another scope', { scope: 'a/r' }, { scope: 'a/rw' }, 'scope_insufficient'],
    ['all of its scopes', { scope: ['a', 'b'] }, { scope: 'b a' }, undefined],
    ['one of its scopes', { scope: ['a', 'b'] }, { scope: 'a' }, 'scope_insufficient'],
    ['one of its groups', { group: ['x', 'y'] }, { 'cognito:groups': ['y'] }, undefined],
    ['none of its groups', { group: ['x', 'y'] }, { 'cognito:groups': ['z'] }, 'group_required'],
    ['groups as text', { group: 'x' }, { 'cognito:groups': 'x' }, 'group_required'],
    ['its claim', { claim: { tenant: 'n' } }, { tenant: 'n' }, undefined],
    ['its claim among others', { claim: { tenant: 'n' } }, { tenant: ['m', 'n'] }, undefined],
    ['another claim', { claim: { tenant: 'n' } }, { tenant: 'm' }, 'claim_required'],
    ['a claim that is true as text', { claim: { ok: true } }, { ok: 'true' }, 'claim_required'],
    ['no claim', { claim: { tenant: 'n' } }, {}, 'claim_required'],
    ['a claim every object has', { claim: { constructor: 'Object' } }, {}, 'claim_required'],
    ['a claim its function takes', { claim: (c) => c['level'] === 3 }, { level: 3 }, undefined],
    ['a claim its function refuses', { claim: () => false }, {}, 'claim_required'],
    [
      'a function that promises',
      { claim: (() => Promise.resolve(true)) as never },
      {},
      'claim_required',
    ],
    ['a recent sign-in', { maxAgeSeconds: 300 }, { auth_time: 'AGO300' }, undefined],
    ['an old sign-in', { maxAgeSeconds: 300 }, { auth_time: 'AGO400' }, 'authentication_too_old'],
    // Every refresh brings one that was issued now.
    [
      'no time but of its issue',
      { maxAgeSeconds: 300 },
      { auth_time: null },
      'authentication_too_old',
    ],
    ['everything', { scope: 'a', group: 'x' }, { scope: 'a', 'cognito:groups': ['x'] }, undefined],
    ['one thing missing', { scope: 'a', group: 'x' }, { scope: 'a' }, 'group_required'],
  ];

  it.each(cases)('answers a token with %s', async (_name, access, claims, code) => {
    const text = JSON.stringify(claims).replace(/"AGO(\d+)"/, (_all, age: string) =>
      String(secondsAgo(Number(age))),
    );
    const headers = await token(JSON.parse(text) as Record<string, unknown>);
    const answer = await request(guarded(access)).get('/').set(headers);
    expect([answer.status, (answer.body as { code?: string }).code]).toEqual(
      code === undefined ? [200, undefined] : [code === 'authentication_too_old' ? 401 : 403, code],
    );
  });

  it.each<[ApiAccess, string]>([
    [{ scope: ['a', 'b', 'c'] }, 'scope a c is missing'],
    [{ group: 'admins' }, 'group admins is missing'],
    [{ group: ['admins', 'staff'] }, 'group admins or staff is missing'],
  ])('for %j tells the operator what is missing', async (access, what) => {
    const told: unknown[] = [];
    const listener = ({ err }: { err: unknown }): void => void told.push((err as Error).message);
    rp.events.on('request.failed', listener);
    const answer = await request(guarded(access))
      .get('/')
      .set(await token({ scope: 'b' }));
    rp.events.off('request.failed', listener);
    expect(answer.status).toBe(403);
    expect(told).toEqual([what]);
  });

  it('asks a client’s own token when it was issued, since nobody signs in for it', async () => {
    const { id } = pools.pool('oidc-pool-1').client('site');
    const own = { sub: id, username: null, origin_jti: null, auth_time: null };
    const statusOf = async (claims: Record<string, unknown>): Promise<number> => {
      const answer = request(guarded({ maxAgeSeconds: 300 })).get('/');
      return (await answer.set(await token({ ...own, ...claims }))).status;
    };
    expect(await statusOf({})).toBe(200);
    expect(await statusOf({ iat: secondsAgo(400) })).toBe(401);
    expect(await statusOf({ iat: null })).toBe(401);
  });

  it('holds sessions to the same', async () => {
    const app = guarded({
      scope: 'a',
      group: 'x',
      claim: { 'custom:tenant': 'n' },
      maxAgeSeconds: 300,
    });
    const may = { groups: ['x'], scopes: ['a'], claims: { 'custom:tenant': 'n' } };
    const alice = await signedIn(rp, may);
    expect((await request(app).get('/').set(alice.headers)).status).toBe(200);
    const claims = { ...may.claims, auth_time: secondsAgo(400) };
    const early = await signedIn(rp, { ...may, claims });
    const answer = await request(app).get('/').set(early.headers);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer error="insufficient_user_authentication", scope="a", max_age="300", ${METADATA}`,
    );
  });

  it('names what is missing, and where the API describes itself', async () => {
    const answer = await request(guarded({ scope: ['a', 'b'] }))
      .get('/')
      .set(await token());
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer error="insufficient_scope", scope="a b", ${METADATA}`,
    );
  });

  it('can stand behind another: both must be passed', async () => {
    const app = guarded({ scope: 'a' }, { group: 'x' });
    const both = await token({ scope: 'a', 'cognito:groups': ['x'] });
    expect((await request(app).get('/').set(both)).status).toBe(200);
    const one = await token({ scope: 'a' });
    expect((await request(app).get('/').set(one)).status).toBe(403);
  });

  it('can want a session, or a token, and nothing else', async () => {
    const alice = await signedIn(rp);
    const bob = await token();
    const wantsSession = guarded({ via: 'session' });
    expect((await request(wantsSession).get('/').set(alice.headers)).status).toBe(200);
    const answer = await request(wantsSession).get('/').set(bob);
    expect(answer.body).toMatchObject({ status: 403, code: 'access_token_not_taken' });

    const wantsToken = guarded({ via: 'bearer' });
    expect((await request(wantsToken).get('/').set(bob)).status).toBe(200);
    expect((await request(wantsToken).get('/').set(alice.headers)).status).toBe(401);
  });

  it('lets the token alone decide when a session comes along', async () => {
    const alice = await signedIn(rp, { groups: ['x'] });
    const app = guarded({ group: 'x' });
    expect((await request(app).get('/').set(alice.headers)).status).toBe(200);
    const both = await request(app)
      .get('/')
      .set({ ...alice.headers, ...(await token()) });
    expect(both.status).toBe(403);
    const stranger = { ...alice.headers, authorization: 'Bearer nonsense' };
    expect((await request(app).get('/').set(stranger)).status).toBe(401);
  });

  it('shows handlers the claims, by their names on the wire', async () => {
    const bob = await request(guarded({}))
      .get('/')
      .set(await token({ level: 3 }));
    expect(bob.body).toMatchObject({ via: 'bearer', claims: { level: 3, token_use: 'access' } });
    const claims = { 'custom:tenant': 'n', sub: 'a' };
    const alice = await signedIn(rp, { claims, scopes: ['a', 'b'], groups: ['x'] });
    const answer = await request(guarded({})).get('/').set(alice.headers);
    expect(answer.body).toMatchObject({
      via: 'session',
      claims: { sub: 'a', 'custom:tenant': 'n', scope: 'a b', 'cognito:groups': ['x'] },
    });
  });

  describe('with a session, for a request that changes something', () => {
    const post = async (headers: Record<string, string>): Promise<unknown> => {
      const alice = await signedIn(rp);
      const answer = await request(guarded({}))
        .post('/')
        .set({ cookie: alice.cookie, ...headers });
      return answer.status === 200 ? 200 : (answer.body as { code: string }).code;
    };

    it.each([
      ['its own pages', { 'sec-fetch-site': 'same-origin' }, 200],
      ['its own pages, in an old browser', { origin: 'http://localhost:3000' }, 200],
      ['another site', { 'sec-fetch-site': 'cross-site' }, 'csrf_refused'],
      ['a sibling subdomain', { 'sec-fetch-site': 'same-site' }, 'csrf_refused'],
      ['another origin, in an old browser', { origin: 'https://evil.example' }, 'csrf_refused'],
      ['nobody knows where', {}, 'csrf_refused'],
    ])('asks where it comes from: %s', async (_name, headers, outcome) => {
      expect(await post(headers)).toBe(outcome);
    });

    it('does not ask a bearer token, which no other site can send', async () => {
      const headers = { ...(await token()), 'sec-fetch-site': 'cross-site' };
      expect((await request(guarded({})).post('/').set(headers)).status).toBe(200);
    });
  });
});
