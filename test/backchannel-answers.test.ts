import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryStore } from '../src/sessions/memory-store.js';
import { openSessionStore } from '../src/sessions/open-session-store.js';
import type { SessionStore } from '../src/sessions/session-store.js';
import { storeUnavailable } from '../src/sessions/store-errors.js';
import { startApp, type RunningApp } from './support/app.js';
import { startBareProvider, type BareProvider } from './support/bare-provider.js';
import { establish } from './support/establish.js';
import { eventually, redisProgram, startRedis } from './support/redis.js';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** What an OP that sends a logout token is told, and what it may do then. */
describe('the answer to a logout token', () => {
  let provider: BareProvider;
  beforeAll(async () => {
    provider = await startBareProvider();
  });
  afterAll(() => provider.stop());

  const startSite = (store: SessionStore, issuer = provider.issuer): Promise<RunningApp> =>
    startApp({ ISSUER: issuer, CLIENT_ID: 'site', CLIENT_SECRET: 'secret' }, { store });
  const logoutToken = (sid: string): Promise<string> => {
    const iat = Math.floor(Date.now() / 1000);
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

  it.skipIf(redisProgram === undefined)(
    'is 200 while Redis is full: the session is over, and that the token was carried out is noted later',
    async () => {
      const redis = await startRedis();
      const store = await openSessionStore(`redis://127.0.0.1:${redis.port}`, { now: Date.now });
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
      const store = await openSessionStore(`redis://127.0.0.1:${redis.port}`, { now: Date.now });
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
