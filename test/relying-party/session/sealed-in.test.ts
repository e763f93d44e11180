import express from 'express';
import { UnsecuredJWT } from 'jose';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelyingParty, type RelyingParty } from '../../../src/index.js';
import { internalsOf } from '../../../src/relying-party/internals.js';
import { MemoryStore } from '../../../src/sessions/stores/memory-store.js';
import { sealingSecrets } from '../../../src/sessions/sealing/sealing-secrets.js';
import {
  relyingPartyOptions,
  signedIn,
  startPools,
  type Pools,
} from '../../../src/testing/index.js';

const OURS = { issuer: 'https://op.example', clientId: 'site', cookieNamespace: '' };

describe('two relying parties with one store and one secret', () => {
  let pools: Pools;
  const store = new MemoryStore({ now: () => pools.clock.now() });
  beforeAll(async () => {
    pools = await startPools({ keys: 'fixed' });
  });
  afterAll(async () => {
    await store.close();
    await pools.close();
  });

  const relyingParty = (other: Partial<typeof OURS> = {}, basePath = ''): RelyingParty => {
    const options = relyingPartyOptions(pools);
    return createRelyingParty({
      ...options,
      ...other,
      basePath,
      session: { ...options.session, store },
    });
  };
  const page = (rp: RelyingParty) => {
    const app = express();
    app.get('/page', rp.requireSession(), (_req, res) => void res.send('in'));
    app.use(rp.routes);
    return app;
  };
  const others = [
    ['another issuer', { issuer: 'https://op.example/other' }],
    ['another client', { clientId: 'another-client' }],
  ] as const;

  it.each(others)('of %s do not let in each other’s sessions', async (_name, other) => {
    const theirs = await signedIn(relyingParty(other));
    const get = (rp: RelyingParty) =>
      request(page(rp)).get('/page').set('cookie', theirs.cookie).set('accept', 'text/html');
    expect((await get(relyingParty(other))).status).toBe(200);
    expect((await get(relyingParty())).status).toBe(302);
  });

  it.each(others)('of %s do not read each other’s tokens', async (_name, other) => {
    const { session } = await signedIn(relyingParty(other));
    expect(await internalsOf(relyingParty(other)).sessions.tokens(session)).toBeDefined();
    expect(await internalsOf(relyingParty()).sessions.tokens(session)).toBeUndefined();
  });

  it.each(others)('of %s do not end each other’s sessions', async (_name, other) => {
    const theirs = await signedIn(relyingParty(other), { claims: { sub: 'carol', sid: 'sid-1' } });
    const mine = await signedIn(relyingParty(), { claims: { sub: 'carol', sid: 'sid-1' } });
    const ended = await request(page(relyingParty()))
      .post('/sessions/end-others')
      .set(mine.headers);
    expect(ended.status).toBe(303);
    expect(await relyingParty().endSessionsOf('carol')).toBe(1);
    const app = page(relyingParty(other));
    expect((await request(app).get('/page').set('cookie', theirs.cookie)).status).toBe(200);
    expect(await relyingParty(other).endSessionsOf('carol')).toBe(1);
  });

  it('of one client at two paths end what their user has at that client', async () => {
    const at = (basePath: string): RelyingParty => relyingParty({}, basePath);
    const theirs = await signedIn(at('/b'), { claims: { sub: 'dave' } });
    const { sessions } = internalsOf(at('/a'));
    // Another key seals it, so here it is only a name.
    expect(await sessions.ofSubject(theirs.session.issuer, 'dave')).toEqual([]);
    expect(await at('/a').endSessionsOf('dave')).toBe(1);
    expect(await internalsOf(at('/b')).sessions.findByKey(theirs.session.key)).toBeUndefined();
  });

  it.each(others)('of %s do not take up each other’s logins', async (_name, other) => {
    const login = (rp: RelyingParty) => {
      const { transactions } = internalsOf(rp);
      const app = express();
      app.get('/begin', (req, res) => void res.send(transactions.begin(req, res, '/a', {}).state));
      app.get('/take/:state', (req, res) => {
        res.json({ returnTo: transactions.take(req, res, req.params.state)?.returnTo ?? null });
      });
      return request(app);
    };
    const begun = await login(relyingParty(other)).get('/begin');
    const cookie = String(begun.headers['set-cookie']).split(';')[0]!;
    const take = (rp: RelyingParty) => login(rp).get(`/take/${begun.text}`).set({ cookie });
    expect((await take(relyingParty(other))).body).toEqual({ returnTo: '/a' });
    expect((await take(relyingParty())).body).toEqual({ returnTo: null });
  });

  it.each(others)('of %s do not take up each other’s sign-outs', async (_name, other) => {
    const theirs = page(relyingParty(other));
    const user = await signedIn(relyingParty(other));
    const left = await request(theirs)
      .post('/logout')
      .set({ cookie: user.cookie, accept: 'text/html', origin: 'http://localhost:3000' });
    const chain = [left.headers['set-cookie'] ?? []]
      .flat()
      .map(String)
      .find((line) => line.startsWith('lg-logout='));
    const cookie = chain!.split(';')[0]!;
    const told = async (app: express.Express) =>
      (await request(app).get('/signed-out').set({ cookie, accept: 'text/html' })).text;
    expect(await told(theirs)).toContain('The sign-in service');
    expect(await told(page(relyingParty()))).not.toContain('The sign-in service');
  });

  describe('in one app', () => {
    const BROWSER = {
      accept: 'text/html',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    /** A middleware asks who is signed in at one, and the page is the other's or its own. */
    const site = (asked: RelyingParty, other: RelyingParty, locals = {}) => {
      const app = express();
      app.use(async (req, res, next) => {
        Object.assign(res.locals, locals);
        await asked.currentSession(req, res);
        next();
      });
      app.get('/own', asked.requireSession(), (_req, res) => void res.send('in'));
      app.get('/other', other.requireSession(), (_req, res) => void res.send('in'));
      return app;
    };
    const look = (app: express.Express, path: string, cookie: string) =>
      request(app).get(path).set({ cookie }).set(BROWSER);

    it('do not answer for each other’s sessions that the provider has ended', async () => {
      const [mine, other] = [relyingParty(), relyingParty({ clientId: 'another-client' }, '/b')];
      const tokens = {
        idToken: new UnsecuredJWT({ sub: 'alice' }).encode(),
        accessToken: 'access',
        refreshToken: 'of nobody',
        expiresIn: 0,
      };
      const first = await signedIn(mine, { tokens });
      const own = await look(site(mine, other), '/own', first.cookie);
      expect([own.status, own.text.includes('session_ended')]).toEqual([401, true]);
      const second = await signedIn(mine, { tokens });
      const theirs = await look(site(mine, other), '/other', second.cookie);
      expect(theirs.status).toBe(302);
      expect(theirs.headers['location']).toBe('/b/login?return_to=%2Fother');
    });

    it('do not answer for each other’s sessions that got lost', async () => {
      const [mine, other] = [relyingParty(), relyingParty({ clientId: 'another-client' }, '/b')];
      const { lostSessions } = internalsOf(mine);
      const app = site(mine, other);
      let marker = '';
      /** Signs in, and the store forgets it. */
      const lose = async (): Promise<string> => {
        const { session, cookie } = await signedIn(mine);
        const begin = express().get('/', (req, res) => {
          lostSessions.noteBegun(req, res, session);
          res.end();
        });
        const begun = await request(begin).get('/').set('cookie', marker);
        await store.destroy(session.key);
        marker = String(begun.headers['set-cookie']).split(';')[0]!;
        return cookie;
      };
      const once = await look(app, '/own', `${await lose()}; ${marker}`);
      expect(once.status).toBe(302);
      marker = String(once.headers['set-cookie']).split(';')[0]!;
      const cookie = `${await lose()}; ${marker}`;
      expect((await look(app, '/own', cookie)).text).toContain('session_lost');
      expect((await look(app, '/other', cookie)).status).toBe(302);
    });

    it('believe nothing that the host has noted for itself', async () => {
      const mine = relyingParty();
      const app = site(mine, mine, { sessionEnded: true, sessionLost: true });
      expect((await look(app, '/own', '')).status).toBe(302);
    });
  });

  it('have no key in common unless issuer, client and namespace are all the same', () => {
    const secret = ['s'.repeat(32)];
    const alike = [
      OURS,
      { ...OURS, issuer: 'https://op.example","site' },
      { ...OURS, clientId: 'site","' },
      { ...OURS, clientId: 'sit', cookieNamespace: 'e' },
      { ...OURS, clientId: '', cookieNamespace: 'site' },
      { ...OURS, issuer: 'https://op.examplesite', clientId: '' },
      { ...OURS, issuer: 'x'.repeat(5000) },
    ];
    const keys = alike.map((owner) => sealingSecrets(secret, owner)[0]);
    expect(new Set(keys).size).toBe(alike.length);
    expect(sealingSecrets(secret, { ...OURS })).toEqual(sealingSecrets(secret, OURS));
    expect(sealingSecrets(['n'.repeat(32), ...secret], OURS)[1]).toBe(keys[0]);
    expect(keys).not.toContain(secret[0]);
  });

  it('of the same one are replicas, and let in each other’s sessions', async () => {
    const { cookie } = await signedIn(relyingParty());
    const answer = await request(page(relyingParty())).get('/page').set('cookie', cookie);
    expect(answer.status).toBe(200);
  });
});
