import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { internalsOf } from '../../../src/relying-party/internals.js';
import { MemoryStore } from '../../../src/sessions/stores/memory-store.js';
import { openConnected } from '../../support/open-connected.js';
import type { SessionStore } from '../../../src/sessions/session-store.js';
import { storeUnavailable } from '../../../src/sessions/store-errors.js';
import { startApp, type RunningApp } from '../../support/app.js';
import { startBareProvider, type BareProvider } from '../../support/bare-provider.js';
import { establish } from '../../support/establish.js';
import { eventually, redisProgram, startRedis } from '../../support/redis.js';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** What an OP that sends a logout token is told, and what it may do then. */
describe('the answer to a logout token', () => {
  let provider: BareProvider;
  beforeAll(async () => {
    provider = await startBareProvider();
  });
  afterAll(() => provider.stop());

  const startSite = (
    store: SessionStore,
    environment: Record<string, string> = {},
    now = Date.now,
  ): Promise<RunningApp> =>
    startApp(
      { ISSUER: provider.issuer, CLIENT_ID: 'site', CLIENT_SECRET: 'secret', ...environment },
      { store, now },
    );
  const logoutToken = (
    sid: string | undefined,
    { now = Date.now, ...claims }: { now?: () => number; aud?: string; sub?: string } = {},
  ): Promise<string> => {
    const iat = Math.floor(now() / 1000);
    const jti = randomUUID();
    const events = { [EVENT]: {} };
    return provider.sign({
      iss: provider.issuer,
      aud: 'site',
      iat,
      exp: iat + 120,
      jti,
      sid,
      events,
      ...claims,
    });
  };
  const post = (site: RunningApp, token: string): Promise<Response> =>
    fetch(`${site.url}/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: token }),
    });
  const isSignedIn = async (site: RunningApp, cookie: string): Promise<boolean> =>
    (await fetch(`${site.url}/api/me`, { headers: { cookie } })).status === 200;

  async function expectTryAgain(answer: Response, code: string): Promise<void> {
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toMatchObject({ code });
  }

  it('is 503 when a session could not be ended, and the same token is taken again', async () => {
    const store = new MemoryStore({ now: Date.now });
    let isBroken = false;
    const destroy = store.destroy.bind(store);
    store.destroy = async (key) => {
      if (isBroken) throw storeUnavailable(new Error('broken'));
      return destroy(key);
    };
    const site = await startSite(store);
    const { cookie } = await establish(site, { sid: 'sid-1' });
    const token = await logoutToken('sid-1');
    isBroken = true;
    await expectTryAgain(await post(site, token), 'session_store_unavailable');
    isBroken = false;
    expect((await post(site, token)).status).toBe(200);
    expect(await isSignedIn(site, cookie)).toBe(false);
    expect((await post(site, token)).status).toBe(400);
    await site.stop();
    await store.close();
  });

  it('is 503 when the issuer’s keys cannot be read, and the same token is taken again', async () => {
    const store = new MemoryStore({ now: Date.now });
    const site = await startSite(store);
    const { cookie } = await establish(site, { sid: 'sid-2' });
    provider.answers.set('/jwks', 500);
    const token = await logoutToken('sid-2');
    await expectTryAgain(await post(site, token), 'provider_unavailable');
    expect(await isSignedIn(site, cookie)).toBe(true);
    provider.answers.clear();
    expect((await post(site, token)).status).toBe(200);
    expect(await isSignedIn(site, cookie)).toBe(false);
    await site.stop();
    await store.close();
  });

  it('is 503 when discovery fails', async () => {
    const store = new MemoryStore({ now: Date.now });
    const site = await startSite(store);
    provider.answers.set('/.well-known/openid-configuration', 500);
    await expectTryAgain(await post(site, await logoutToken('x')), 'provider_unavailable');
    provider.answers.clear();
    await site.stop();
    await store.close();
  });

  const OTHER_SECRET = { SESSION_SECRET: 'another secret - more than 32 bytes long' };
  const ahead = (): number => Date.now() + 45 * 60_000;
  const replicas = [
    ['has another secret', OTHER_SECRET, Date.now],
    ['has a clock that is 45 minutes ahead', {}, ahead],
  ] as const;

  describe.each(replicas)('at a replica that %s', (_what, environment, clock) => {
    it.each([
      ['sid', 'sid-5', {}],
      ['sub', undefined, { sub: 'alice' }],
      ['sid and sub', 'sid-5', { sub: 'alice' }],
    ])(
      'is 200 only because the session that %s names is over for everybody',
      async (_name, sid, claims) => {
        const store = new MemoryStore({ now: Date.now });
        const site = await startSite(store);
        const replica = await startSite(store, environment, clock);
        const ended: number[] = [];
        replica.relyingParty.events.on('logout.backchannel', ({ sessionsEnded }) =>
          ended.push(sessionsEnded),
        );
        const { cookie } = await establish(site, { sid: 'sid-5' });
        expect(await isSignedIn(site, cookie)).toBe(true);
        const token = await logoutToken(sid, { now: clock, ...claims });
        expect((await post(replica, token)).status).toBe(200);
        expect(await isSignedIn(site, cookie)).toBe(false);
        expect(ended).toEqual([1]);
        for (const each of [site, replica]) await each.stop();
        await store.close();
      },
    );

    it('is 200 for one of another client, whose sessions stay as they are', async () => {
      const store = new MemoryStore({ now: Date.now });
      const site = await startSite(store);
      const replica = await startSite(store, { ...environment, CLIENT_ID: 'another' }, clock);
      const { cookie } = await establish(site, { sid: 'sid-6' });
      for (const claims of [{}, { sub: 'alice' }]) {
        const token = await logoutToken('sid-6', { now: clock, aud: 'another', ...claims });
        expect((await post(replica, token)).status).toBe(200);
      }
      const bySub = await logoutToken(undefined, { now: clock, aud: 'another', sub: 'alice' });
      expect((await post(replica, bySub)).status).toBe(200);
      expect(await replica.relyingParty.endSessionsOf('alice')).toBe(0);
      expect(await isSignedIn(site, cookie)).toBe(true);
      for (const each of [site, replica]) await each.stop();
      await store.close();
    });
  });

  it('at a replica with another secret ends the access tokens of that sid too', async () => {
    const store = new MemoryStore({ now: Date.now });
    const site = await startSite(store);
    const replica = await startSite(store, OTHER_SECRET);
    await establish(site, { sid: 'sid-7' });
    expect((await post(replica, await logoutToken('sid-7'))).status).toBe(200);
    const { revokedSignIns } = internalsOf(site.relyingParty);
    const { issuer } = provider;
    const names = { issuer, originJti: undefined, sid: 'sid-7' };
    expect(await revokedSignIns.has({ ...names, issuedAt: Date.now() - 1000 })).toBe(true);
    for (const each of [site, replica]) await each.stop();
    await store.close();
  });

  it('by the clock of an OP that is ahead ends what that has issued until then', async () => {
    const store = new MemoryStore({ now: Date.now });
    const site = await startSite(store);
    await establish(site, { sid: 'sid-8' });
    const opNow = (): number => Date.now() + 30_000;
    expect((await post(site, await logoutToken('sid-8', { now: opNow }))).status).toBe(200);
    const { revokedSignIns } = internalsOf(site.relyingParty);
    const { issuer } = provider;
    const names = { issuer, originJti: undefined, sid: 'sid-8' };
    expect(await revokedSignIns.has({ ...names, issuedAt: opNow() - 10_000 })).toBe(true);
    await site.stop();
    await store.close();
  });

  it('is 503 at a replica with another secret where the session could not be ended', async () => {
    const store = new MemoryStore({ now: Date.now });
    const site = await startSite(store);
    const replica = await startSite(store, OTHER_SECRET);
    const { cookie } = await establish(site, { sid: 'sid-9' });
    const destroy = store.destroy.bind(store);
    store.destroy = () => Promise.reject(storeUnavailable(new Error('broken')));
    const token = await logoutToken('sid-9');
    await expectTryAgain(await post(replica, token), 'session_store_unavailable');
    store.destroy = destroy;
    expect((await post(replica, token)).status).toBe(200);
    expect(await isSignedIn(site, cookie)).toBe(false);
    for (const each of [site, replica]) await each.stop();
    await store.close();
  });

  it.skipIf(redisProgram === undefined)(
    'is 200 while Redis is full: the session is over, and that the token was carried out is noted later',
    async () => {
      const redis = await startRedis();
      const store = await openConnected(`redis://127.0.0.1:${redis.port}`, { now: Date.now });
      const site = await startSite(store);
      const { cookie } = await establish(site, { sid: 'sid-4' });
      const token = await logoutToken('sid-4');
      await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
      await redis.command('CONFIG', 'SET', 'maxmemory', '1');
      expect((await post(site, token)).status).toBe(200);
      expect(await isSignedIn(site, cookie)).toBe(false);
      await redis.command('CONFIG', 'SET', 'maxmemory', '0');
      await eventually(async () => (await post(site, token)).status === 400);
      await site.stop();
      await store.close();
      await redis.stop();
    },
  );

  it.skipIf(redisProgram === undefined)(
    'is 503 while the session store is down, and the same token is taken once it is back',
    async () => {
      const redis = await startRedis();
      const store = await openConnected(`redis://127.0.0.1:${redis.port}`, { now: Date.now });
      const site = await startSite(store);
      const { cookie } = await establish(site, { sid: 'sid-3' });
      const token = await logoutToken('sid-3');
      redis.signal('SIGSTOP');
      await expectTryAgain(await post(site, token), 'session_store_unavailable');
      redis.signal('SIGCONT');
      await eventually(async () => (await post(site, token)).status === 200);
      expect(await isSignedIn(site, cookie)).toBe(false);
      await site.stop();
      await store.close();
      await redis.stop();
    },
  );
});
