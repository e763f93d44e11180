import express, { type Express } from 'express';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRelyingParty, type RelyingParty } from '../../../src/index.js';
import { internalsOf } from '../../../src/relying-party/internals.js';
import { MemoryStore } from '../../../src/sessions/stores/memory-store.js';
import type { SessionStore } from '../../../src/sessions/session-store.js';
import type { SessionTokens } from '../../../src/sessions/session.js';
import {
  relyingPartyOptions,
  signedIn,
  startPools,
  type Pools,
  type SignedInUser,
} from '../../../src/testing/index.js';

const SITE = 'http://localhost:3000/callback';
const users = Array.from({ length: 20 }, (_, n) => `user${n}`);

describe('a refresh', () => {
  let pools: Pools;
  beforeAll(async () => {
    const client = {
      callbackUrls: [SITE],
      flows: ['code' as const],
      scopes: ['openid', 'email', 'profile'],
    };
    pools = await startPools({
      keys: 'fixed',
      seed: {
        pools: [
          {
            name: 'oidc-pool-1',
            groups: [{ name: 'admins' }, { name: 'staff' }],
            clients: [
              { ...client, name: 'site', refreshTokenRotation: { graceSeconds: 60 } },
              { ...client, name: 'strict', refreshTokenRotation: { graceSeconds: 0 } },
              { ...client, name: 'unrotated' },
            ],
            users: users.map((username) => ({
              username,
              password: 'Here-I-Am-2026',
              groups: ['admins'],
              attributes: { name: 'Old Name', email: 'a@example.com', email_verified: 'true' },
            })),
          },
        ],
      },
    });
  });
  beforeEach(() => {
    pools.reset();
    pools.faults.clear();
  });
  afterAll(() => pools.close());

  const sites: Site[] = [];
  afterEach(async () => {
    for (const site of sites.splice(0)) {
      site.open();
      await site.relyingParty.close();
    }
  });
  const startSite = (options: SiteOptions = {}): Site => {
    const site = createSite(pools, options);
    sites.push(site);
    return site;
  };
  const master = () => pools.pool('oidc-pool-1');
  const refreshCalls = () =>
    pools
      .requests('oidc-pool-1', '/oauth2/token')
      .filter(({ body }) => body['grant_type'] === 'refresh_token');

  describe('that is due while the access token is good', () => {
    it('is waited for by nobody: pages are answered while the provider hangs', async () => {
      const site = startSite();
      const user = await site.signIn('user0');
      pools.clock.advance('59m');
      site.shut();

      for (let page = 0; page < 3; page += 1) expect(await site.status(user)).toBe(200);
      expect(site.held()).toBe(1);
      site.open();
      await site.sees('session.refreshed');
      expect(await site.status(user)).toBe(200);
      expect(refreshCalls()).toHaveLength(1);
    });

    it('is waited for by nobody, however long they would', async () => {
      const site = startSite();
      const user = await site.signIn('user0');
      pools.clock.advance('59m');
      site.shut();
      const { sessions, refresh } = internalsOf(site.relyingParty);
      const session = await sessions.findByKey(user.session.key);
      expect(await refresh.current(session!, 3_600_000)).toBe(session);
      await expect.poll(() => site.held()).toBe(1);
    });

    it('ends the session when it is refused, and the next page says so', async () => {
      const site = startSite();
      const user = await site.signIn('user0');
      master().globalSignOut('user0');
      pools.clock.advance('59m');

      expect(await site.status(user)).toBe(200);
      await site.sees('session.ended');
      const page = await site.page(user);
      expect(page.status).toBe(401);
      expect(page.text).toContain('You have been signed out');
      expect((await site.page(user)).status).toBe(302);
    });
  });

  describe('when the access token has expired', () => {
    it('is waited for for a second at most, and goes on without its visitor', async () => {
      const site = startSite();
      const user = await site.signIn('user0');
      pools.clock.advance('61m');
      site.shut();

      // Answered although the provider's answer is never let through before it.
      expect(await site.status(user)).toBe(200);
      expect(site.held()).toBe(1);
      site.open();
      await site.sees('session.refreshed');
      expect((await site.tokens(user))?.accessTokenExpiresAt).toBeGreaterThan(pools.clock.now());
    });

    it('does not make the provider’s refusal of the old token an end of the session', async () => {
      const site = startSite();
      const user = await site.signIn('user0');
      pools.clock.advance('61m');
      site.shut();

      const answer = await request(site.app).get('/fresh').set(user.headers);
      expect(answer.status).toBe(503);
      expect(pools.requests('oidc-pool-1', '/oauth2/userInfo')).toEqual([]);
      site.open();
      await site.sees('session.refreshed');
      expect((await request(site.app).get('/fresh').set(user.headers)).status).toBe(200);
    });

    it('is not what a page waits for when only the look at userInfo hangs', async () => {
      const site = startSite();
      const user = await site.signIn('user0');
      pools.faults.always('oidc-pool-1', 'userInfo', { hang: true });
      const answer = await request(site.app).get('/fresh').set(user.headers);
      expect(answer.status).toBe(503);
      expect(answer.text).toContain('provider_unavailable');
      expect(await site.status(user)).toBe(200);
    });

    it('ends the session when userInfo speaks of somebody else', async () => {
      const site = startSite();
      const user = await site.signIn('user0');
      const body = JSON.stringify({ sub: 'somebody-else' });
      pools.faults.always('oidc-pool-1', 'userInfo', { body });
      const answer = await request(site.app).get('/fresh').set(user.headers);
      expect(answer.status).toBe(401);
      expect(answer.text).toContain('session_ended');
      expect(await site.status(user)).toBe(401);
    });
  });

  it('whose answer is lost after rotation signs out none of twenty users, whether or not they come again', async () => {
    const site = startSite();
    const all = await Promise.all(users.map((username) => site.signIn(username)));
    pools.clock.advance('59m');
    site.loseAnswers(all.length);
    for (const user of all) expect(await site.status(user)).toBe(200);
    await site.sees('session.refresh_failed', all.length);

    // Nobody comes meanwhile: the process tries again by itself, within the grace.
    await site.sees('session.refreshed', all.length);
    expect(refreshCalls()).toHaveLength(2 * all.length);
    pools.clock.advance('30m');
    for (const user of all) expect(await site.status(user)).toBe(200);
    // And what it has kept is good for the next one.
    pools.clock.advance('29m');
    for (const user of all) expect(await site.status(user)).toBe(200);
    await site.sees('session.refreshed', 2 * all.length);
  });

  it('whose answer is lost and whose token is refused when the grace is over ends the session', async () => {
    const site = startSite({ client: 'strict' });
    const user = await site.signIn('user0');
    pools.clock.advance('61m');
    site.loseAnswers(1);
    expect(await site.status(user)).toBe(200);
    await site.sees('session.refresh_failed');
    pools.clock.advance('3s');
    await site.status(user);
    await site.sees('session.ended');
    expect(await site.status(user)).toBe(401);
  });

  describe('whose answer has a new refresh token', () => {
    it('keeps it also when the key set cannot be read, and asks for no other', async () => {
      const site = startSite({ client: 'strict' });
      const user = await site.signIn('user0');
      const before = await site.tokens(user);
      await master().rotateKeys();
      pools.faults.always('oidc-pool-1', 'jwks', { status: 503 });
      pools.clock.advance('61m');

      expect(await site.status(user)).toBe(200);
      await site.sees('session.refresh_failed');
      const kept = await site.tokens(user);
      expect(kept?.refreshToken).not.toBe(before?.refreshToken);
      expect(master().isRefreshTokenActive(kept?.refreshToken ?? '')).toBe(true);
      expect(kept?.idToken).toBe(before?.idToken);

      pools.faults.clear();
      await site.sees('session.refreshed');
      expect(refreshCalls()).toHaveLength(1);
      expect((await site.tokens(user))?.idToken).not.toBe(before?.idToken);
    });

    it('lets another process go on with it, should this one be killed before it knows the keys', async () => {
      const store = new MemoryStore({ now: () => pools.clock.now() });
      const site = startSite({ client: 'strict', store });
      const user = await site.signIn('user0');
      await master().rotateKeys();
      pools.faults.always('oidc-pool-1', 'jwks', { status: 503 });
      pools.clock.advance('61m');
      expect(await site.status(user)).toBe(200);
      await site.sees('session.refresh_failed');
      site.shut();

      pools.faults.clear();
      const another = startSite({ client: 'strict', store });
      expect(await another.status(user)).toBe(200);
      await another.sees('session.refreshed');
      expect(refreshCalls()).toHaveLength(2);
      await store.close();
    });

    it.each([
      ['an ID token for another client', { idToken: { claims: { aud: 'another' } } }],
      ['an ID token that is signed by nobody', { idToken: { signature: 'corrupt' } }],
      ['an ID token that has expired', { idToken: { claims: { exp: 1 } } }],
      ['no type of token', { omit: ['token_type'] }],
    ] as const)('keeps it also beside %s, which counts for nothing', async (_what, fault) => {
      const site = startSite({ client: 'strict' });
      const user = await site.signIn('user0');
      pools.faults.once('oidc-pool-1', 'token', fault);
      pools.clock.advance('61m');
      expect(await site.status(user)).toBe(200);
      await site.sees('session.refresh_failed');
      pools.clock.advance('3s');
      expect(await site.status(user)).toBe(200);
      await site.sees('session.refreshed');
      expect(refreshCalls()).toHaveLength(2);
    });

    it('gives it back, when the session was signed out meanwhile', async () => {
      const site = startSite({ client: 'unrotated' });
      const user = await site.signIn('user0');
      const held = (await site.tokens(user))?.refreshToken ?? '';
      pools.clock.advance('59m');
      site.shut();
      expect(await site.status(user)).toBe(200);
      await user.signOutElsewhere();
      site.open();
      await site.relyingParty.close();
      expect(await site.status(user)).toBe(401);
      expect(master().isRefreshTokenActive(held)).toBe(false);
    });
  });

  it.each([
    ['another user', { sub: 'mallory' }, undefined],
    ['another sign-in of the same user', { nonce: 'of another' }, 'of ours'],
  ])(
    'with the tokens of %s ends the session and revokes what came',
    async (_who, claims, nonce) => {
      const site = startSite();
      const user = await site.signIn('user0');
      const tokens = (await site.tokens(user))!;
      await internalsOf(site.relyingParty).sessions.keepTokens(user.session.key, {
        ...tokens,
        nonce,
      });
      pools.faults.once('oidc-pool-1', 'token', { idToken: { claims } });
      pools.clock.advance('61m');

      await site.status(user);
      await site.relyingParty.close();
      expect(await site.status(user)).toBe(401);
      const revoked = pools
        .requests('oidc-pool-1', '/oauth2/revoke')
        .map(({ body }) => body['token']);
      expect(new Set(revoked).size).toBe(2);
      expect(revoked).toContain(tokens.refreshToken);
      expect(master().isRefreshTokenActive(tokens.refreshToken!)).toBe(false);
    },
  );

  it.each([
    ['the same nonce as the first', 'of ours', { nonce: 'of ours' }],
    ['none', 'of ours', {}],
  ])('is taken with %s', async (_what, nonce, claims) => {
    const site = startSite();
    const user = await site.signIn('user0');
    const tokens = (await site.tokens(user))!;
    await internalsOf(site.relyingParty).sessions.keepTokens(user.session.key, {
      ...tokens,
      nonce,
    });
    pools.faults.once('oidc-pool-1', 'token', { idToken: { claims } });
    pools.clock.advance('61m');
    expect(await site.status(user)).toBe(200);
    await site.sees('session.refreshed');
    expect((await site.tokens(user))?.nonce).toBe(nonce);
  });

  it('is refused without harm to the session when somebody else has replaced the token meanwhile', async () => {
    const site = startSite({ client: 'strict' });
    const user = await site.signIn('user0');
    const tokens = (await site.tokens(user))!;
    pools.clock.advance('59m');
    site.shut();
    expect(await site.status(user)).toBe(200);
    // As by a process that had the lock until it was lost in a failover.
    master().globalSignOut('user0');
    const theirs = await master().tokens('user0', { client: 'strict' });
    const { sessions } = internalsOf(site.relyingParty);
    await sessions.replaceTokens(user.session, {
      ...tokens,
      ...theirs,
      accessTokenExpiresAt: pools.clock.now() + 3_600_000,
      refreshDueAt: pools.clock.now() + 3_300_000,
    });
    site.open();
    await expect.poll(() => refreshCalls().length).toBe(1);
    await site.relyingParty.close();
    expect(await site.status(user)).toBe(200);
    expect((await site.tokens(user))?.refreshToken).toBe(theirs.refreshToken);
  });

  it('takes one lock for all requests of a process', async () => {
    const calls: string[] = [];
    const site = startSite({
      store: counting(new MemoryStore({ now: () => pools.clock.now() }), calls),
    });
    const user = await site.signIn('user0');
    pools.clock.advance('59m');
    site.shut();
    for (let page = 0; page < 5; page += 1) expect(await site.status(user)).toBe(200);
    site.open();
    await site.sees('session.refreshed');
    expect(calls.filter((call) => call === 'lock')).toHaveLength(1);
  });

  describe('whose lock is given when', () => {
    /** Two processes; the second gets its lock after `before`. */
    async function race(before: (first: Site, user: SignedInUser) => Promise<unknown>) {
      const store = new MemoryStore({ now: () => pools.clock.now() });
      const first = startSite({ store });
      const user = await first.signIn('user0');
      const second = startSite({
        store: asking(store, async (name) => {
          if (name === 'lock') await before(first, user);
        }),
      });
      pools.clock.advance('59m');
      expect(await second.status(user)).toBe(200);
      // Waits for what is under way.
      await second.relyingParty.close();
      return second;
    }

    it('another process has done it asks for nothing', async () => {
      const second = await race(async (first, user) => {
        await first.status(user);
        await first.sees('session.refreshed');
      });
      expect(refreshCalls()).toHaveLength(1);
      await second.sees('session.refreshed', 0);
    });

    it('the session was ended meanwhile asks for nothing, and is no failure', async () => {
      const second = await race((first, user) =>
        first.relyingParty.endSessionsOf(user.session.subject),
      );
      expect(refreshCalls()).toHaveLength(0);
      await second.sees('session.refresh_failed', 0);
    });
  });

  it('is asked for one session once, when its pause after a failure is over twice', async () => {
    const site = startSite();
    const user = await site.signIn('user0');
    pools.clock.advance('61m');
    pools.faults.once('oidc-pool-1', 'token', { status: 503 });
    expect(await site.status(user)).toBe(200);
    await site.sees('session.refresh_failed');
    // Not before the pause is over.
    expect(await site.status(user)).toBe(200);
    expect(refreshCalls()).toHaveLength(1);
    pools.clock.advance('2s');
    expect(await site.status(user)).toBe(200);
    await site.sees('session.refreshed');
    expect(refreshCalls()).toHaveLength(2);
  });

  it('replaces what the session said: name, address, groups, claims and scopes', async () => {
    const site = startSite({ sessionClaims: ['custom:tenant'] });
    const user = await site.signIn('user0');
    expect(await site.me(user)).toMatchObject({ name: 'Old Name', groups: ['admins'] });
    master().setUserGroups('user0', ['staff']);
    pools.faults.once('oidc-pool-1', 'token', {
      idToken: {
        claims: {
          name: 'New Name',
          email: 'new@example.com',
          'custom:tenant': 'north',
          auth_time: Math.floor(pools.clock.now() / 1000) + 3600,
        },
      },
      accessToken: { claims: { scope: 'openid email orders/read' } },
    });
    pools.clock.advance('61m');
    expect(await site.status(user)).toBe(200);
    await site.sees('session.refreshed');
    expect(await site.me(user)).toMatchObject({
      name: 'New Name',
      email: 'new@example.com',
      groups: ['staff'],
      scopes: ['openid', 'email', 'orders/read'],
      claims: { 'custom:tenant': 'north' },
      // Nobody has given their credentials again.
      authenticatedAt: user.session.authenticatedAt,
      subject: user.session.subject,
    });
    pools.clock.advance('61m');
    expect(await site.status(user)).toBe(200);
    await site.sees('session.refreshed', 2);
    const later = await site.me(user);
    expect(later['name']).toBe('Old Name');
    expect(later['scopes']).toEqual(user.session.scopes);
    expect(later['claims']).not.toHaveProperty('custom:tenant');
  });

  it('takes an address that is not verified any more out of the claims that the session keeps', async () => {
    const site = startSite({ sessionClaims: ['email', 'email_verified'] });
    const user = await site.signIn('user0');
    const kept = { email: 'a@example.com', email_verified: true };
    expect(await site.me(user)).toMatchObject({ kept });
    const claims = { email: 'ceo@example.com', email_verified: false };
    pools.faults.once('oidc-pool-1', 'token', { idToken: { claims } });
    pools.clock.advance('61m');
    expect(await site.status(user)).toBe(200);
    await site.sees('session.refreshed');
    expect((await site.me(user))['kept']).toEqual({ email_verified: false });
  });

  it('takes the rights of a user who was taken out of a group, and not the session', async () => {
    const site = startSite();
    const user = await site.signIn('user0');
    const admins = () => request(site.app).get('/api/admins').set(user.headers);
    expect((await admins()).status).toBe(200);
    master().setUserGroups('user0', []);
    expect((await admins()).status).toBe(200);
    pools.clock.advance('59m');
    await admins();
    await site.sees('session.refreshed');
    expect((await admins()).status).toBe(403);
    expect(await site.status(user)).toBe(200);
  });

  it('without an ID token changes the tokens, and nothing of who it is', async () => {
    const site = startSite();
    const user = await site.signIn('user0');
    const before = await site.me(user);
    pools.faults.once('oidc-pool-1', 'token', { omit: ['id_token'] });
    master().setUserGroups('user0', []);
    pools.clock.advance('61m');
    expect(await site.status(user)).toBe(200);
    await site.sees('session.refreshed');
    expect(await site.me(user)).toEqual(before);
  });

  it('costs a session without a refresh token nothing, however often it asks after its tokens are due', async () => {
    const calls: string[] = [];
    const memory = new MemoryStore({ now: () => pools.clock.now() });
    const site = startSite({ store: counting(memory, calls) });
    const user = await site.signIn('user0', { refreshToken: undefined });
    pools.clock.advance('61m');
    await site.status(user);
    calls.length = 0;
    for (let page = 0; page < 3; page += 1) expect(await site.status(user)).toBe(200);
    expect(calls).toEqual(['read', 'read', 'read']);
    expect(refreshCalls()).toEqual([]);
    await memory.close();
  });

  it('belongs to the process: close waits until its tokens are in the store', async () => {
    const site = startSite({ client: 'strict' });
    const user = await site.signIn('user0');
    const before = await site.tokens(user);
    pools.clock.advance('59m');
    site.shut();
    expect(await site.status(user)).toBe(200);
    await expect.poll(() => site.held()).toBe(1);

    const closed = site.relyingParty.close();
    site.open();
    await closed;
    const after = await site.tokens(user);
    expect(after?.refreshToken).not.toBe(before?.refreshToken);
    const { store } = internalsOf(site.relyingParty).sessions;
    expect(await store.lock(`refresh:${user.session.key}`, 1)).toBeDefined();
  });

  it('belongs to the process: close does not wait for the pause before another try', async () => {
    const site = startSite();
    const user = await site.signIn('user0');
    pools.faults.always('oidc-pool-1', 'token', { status: 503 });
    pools.clock.advance('61m');
    expect(await site.status(user)).toBe(200);
    await site.sees('session.refresh_failed');
    await site.relyingParty.close();
    expect(refreshCalls()).toHaveLength(1);
  });
});

interface SiteOptions {
  readonly client?: string;
  readonly store?: SessionStore;
  readonly sessionClaims?: readonly string[];
}

/**
 * A host whose calls to the token endpoint, for refreshes, a test can hold back or lose on their
 * way back.
 */
interface Site {
  readonly app: Express;
  readonly relyingParty: RelyingParty;
  signIn(username: string, tokens?: { refreshToken: undefined }): Promise<SignedInUser>;
  /** Holds calls back. */
  shut(): void;
  /** So many, from now on. */
  loseAnswers(count: number): void;
  open(): void;
  /** How many calls are held back. */
  held(): number;
  sees(event: string, times?: number): Promise<void>;
  status(user: SignedInUser): Promise<number>;
  page(user: SignedInUser): Promise<request.Response>;
  me(user: SignedInUser): Promise<Record<string, unknown>>;
  tokens(user: SignedInUser): Promise<SessionTokens | undefined>;
}

function createSite(pools: Pools, { client = 'site', store, sessionClaims }: SiteOptions): Site {
  let isShut = false;
  let toLose = 0;
  let held = 0;
  const waiting: (() => void)[] = [];
  const gated = async (url: string, init?: RequestInit): Promise<Response> => {
    const form = init?.body instanceof URLSearchParams ? init.body : undefined;
    const isRefresh = form?.get('grant_type') === 'refresh_token';
    if (isRefresh && isShut) {
      held += 1;
      await new Promise<void>((resolve) => waiting.push(resolve));
      // Held back on the way there; its own time limit, which has run on, is not what is looked at.
      return fetch(url, { ...init, signal: null });
    }
    const answer = await fetch(url, init);
    if (isRefresh && toLose > 0) {
      toLose -= 1;
      throw new TypeError('fetch failed', { cause: new Error('lost') });
    }
    return answer;
  };
  const options = relyingPartyOptions(pools, { client, fetch: gated as typeof fetch });
  const relyingParty = createRelyingParty({
    ...options,
    session: {
      ...options.session,
      ...(store && { store }),
      idleSeconds: 4 * 3600,
      ...(sessionClaims && { claims: sessionClaims }),
    },
  });
  const seen: string[] = [];
  const events = ['session.refreshed', 'session.refresh_failed', 'session.ended'] as const;
  for (const event of events) relyingParty.events.on(event, () => seen.push(event));

  const app = express();
  app.use(relyingParty.routes);
  app.get('/fresh', relyingParty.requireSession({ fresh: true }), (_req, res) => {
    res.send('fresh');
  });
  app.get('/page', relyingParty.requireSession(), (_req, res) => {
    res.send('page');
  });
  app.get('/api/admins', relyingParty.requireApiAccess({ group: 'admins' }), (_req, res) => {
    res.send('admin');
  });
  app.get('/api/me', relyingParty.requireApiAccess(), (req, res) => {
    const { subject, name, email, groups, scopes, claims, authenticatedAt, session } = req.auth!;
    const kept = session?.claims;
    res.json({ subject, name, email, groups, scopes, claims, authenticatedAt, kept });
  });
  const get = (path: string, user: SignedInUser) => request(app).get(path).set(user.headers);
  return {
    app,
    relyingParty,
    signIn: async (username, change) => {
      const tokens = await pools.pool('oidc-pool-1').tokens(username, { client });
      const user = await signedIn(relyingParty, { tokens });
      // Due some time before they expire, as after a sign-in.
      const { sessions } = internalsOf(relyingParty);
      const before = (await sessions.tokens(user.session))!;
      const refreshDueAt = before.accessTokenExpiresAt - 120_000;
      await sessions.replaceTokens(user.session, { ...before, refreshDueAt, ...change });
      return user;
    },
    shut: () => {
      isShut = true;
    },
    loseAnswers: (count) => {
      toLose = count;
    },
    open: () => {
      isShut = false;
      for (const release of waiting.splice(0)) release();
    },
    held: () => held,
    sees: (event, times = 1) =>
      expect.poll(() => seen.filter((each) => each === event).length).toBe(times),
    status: async (user) => (await get('/api/me', user)).status,
    page: async (user) =>
      get('/page', user).set({
        accept: 'text/html',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      }),
    me: async (user) => (await get('/api/me', user)).body as Record<string, unknown>,
    tokens: (user) => internalsOf(relyingParty).sessions.tokens(user.session),
  };
}

/** A store that says what it was asked. */
const counting = (store: SessionStore, calls: string[]): SessionStore =>
  asking(store, (name) => void calls.push(name));

/** A store before each call of which something happens. */
function asking(
  store: SessionStore,
  before: (name: keyof SessionStore) => Promise<void> | void,
): SessionStore {
  return new Proxy(store, {
    get(target, name: keyof SessionStore) {
      const method = target[name] as (...given: unknown[]) => unknown;
      return async (...given: unknown[]) => {
        await before(name);
        return method.apply(target, given);
      };
    },
  });
}
