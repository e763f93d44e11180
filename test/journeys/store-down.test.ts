import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConnected } from '../support/open-connected.js';
import type { SessionStore } from '../../src/sessions/session-store.js';
import { startApp, type RunningApp } from '../support/app.js';
import { establish } from '../support/establish.js';
import { eventually, redisProgram, startRedis, type RedisProcess } from '../support/redis.js';

const BROWSER = { accept: 'text/html' };

describe.skipIf(redisProgram === undefined)('while the session store is down', () => {
  let redis: RedisProcess;
  let store: SessionStore;
  let app: RunningApp;
  beforeAll(async () => {
    redis = await startRedis();
    store = await openConnected(`redis://127.0.0.1:${redis.port}`, { now: Date.now });
    app = await startApp(
      {
        ISSUER: 'http://127.0.0.1:9/eu-west-1_Nowhere01',
        CLIENT_ID: 'site',
        CLIENT_SECRET: 'secret',
      },
      { store },
    );
  });
  afterAll(async () => {
    await app.stop();
    await store.close();
    await redis.stop();
  });

  const get = (path: string, headers: Record<string, string>): Promise<Response> =>
    fetch(app.url + path, { headers, redirect: 'manual' });

  /** What is promised while nobody can tell who is signed in. */
  async function expectUnavailable(cookie: string): Promise<void> {
    const api = await get('/api/me', { cookie });
    expect(api.status).toBe(503);
    expect(api.headers.get('retry-after')).toBe('30');
    // It is no answer to what the caller showed.
    expect(api.headers.get('www-authenticate')).toBeNull();
    expect(await api.json()).toMatchObject({ code: 'session_store_unavailable' });

    const page = await get('/profile', { ...BROWSER, cookie });
    expect(page.status).toBe(503);
    expect(page.headers.get('set-cookie')).toBeNull();
    expect(await page.text()).toContain('You are not signed out');

    const home = await get('/', { ...BROWSER, cookie });
    expect(home.status).toBe(200);
    const told = await Promise.all([
      home.text(),
      ...['/profile', '/nowhere', '/logout', '/signed-out'].map(async (path) =>
        (await get(path, { ...BROWSER, cookie })).text(),
      ),
    ]);
    for (const text of told) {
      expect(text).not.toContain('/login');
      expect(text).not.toMatch(
        /You are signed (?:in|out)|<title>Signed out|Nobody is signed in|Alice/,
      );
      expect(text).toMatch(/>Sign out<\/(?:a|button)>/);
    }
    expect((await get('/readyz', {})).status).toBe(503);
    expect((await get('/healthz', {})).status).toBe(200);
  }

  const recovers = (cookie: string): Promise<void> =>
    eventually(async () => (await get('/api/me', { cookie })).status === 200);

  it('stalled: says so with 503, signs nobody out, and goes on by itself', async () => {
    const { cookie } = await establish({ ...app, store });
    redis.signal('SIGSTOP');
    await expectUnavailable(cookie);
    redis.signal('SIGCONT');
    await recovers(cookie);
  });

  it('stopped: the same; restarted empty, people are asked to sign in again', async () => {
    const { cookie } = await establish({ ...app, store });
    await redis.kill();
    await expectUnavailable(cookie);
    await redis.restart();
    await eventually(async () => {
      const page = await get('/profile', { ...BROWSER, cookie });
      return page.headers.get('location') === '/login?return_to=%2Fprofile';
    });
  });
});
