import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryStore } from '../../src/sessions/stores/memory-store.js';
import type { SessionStore } from '../../src/sessions/session-store.js';
import type { Browser, Page } from '../support/browser.js';
import { startWorld, type World } from '../support/world.js';

const LIMIT = 5;
const image = { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors', accept: 'image/*' };

describe('the rate limit', () => {
  let world: World;
  let store: SessionStore;
  const asked: string[] = [];
  beforeEach(async () => {
    asked.length = 0;
    world = await startWorld({
      environment: { RATE_LIMIT_PER_MINUTE: String(LIMIT) },
      store: (now) => (store = noting(new MemoryStore({ now }), asked)),
    });
  });
  afterEach(async () => {
    await world.stop();
    await store.close();
  });

  const statuses = async (path: string, headers: Record<string, string>): Promise<number[]> => {
    const seen: number[] = [];
    for (let turn = 0; turn < LIMIT + 1; turn += 1) {
      const answer = await fetch(world.app.url + path, { headers, redirect: 'manual' });
      seen.push(answer.status);
    }
    return seen;
  };
  const useUp = () => statuses('/login', { accept: 'text/html' });
  const sessionCookies = (browser: Browser): string[] =>
    browser
      .cookies(world.app.url)
      .filter(({ key }) => key === 'lifeguard')
      .map(String);

  it.each(['/login', '/callback?code=x&state=y'])(
    'on %s counts what a browser fetches by itself apart from people, so images elsewhere cost nobody a sign-in',
    async (path) => {
      expect((await statuses(path, image)).at(-1)).toBe(429);
      const profile = await world.signIn(world.browser());
      expect(profile.url).toBe(`${world.app.url}/profile`);
    },
  );

  it.each(['/login', '/callback?code=x&state=y'])('holds on %s for people', async (path) => {
    expect((await statuses(path, { accept: 'text/html' })).at(-1)).toBe(429);
  });

  it('never stands in the way of signing out: session, cookie, tokens and every hop', async () => {
    const browser = world.browser();
    const profile = await world.signIn(browser);
    const [cookie] = sessionCookies(browser);
    expect((await useUp()).at(-1)).toBe(429);

    const asks: Page = await browser.get(`${world.app.url}/logout`);
    expect(asks.status).toBe(200);
    const page = await browser.click(profile, 'Sign out');
    expect(page.url).toBe(`${world.app.url}/signed-out`);
    expect(sessionCookies(browser)).toEqual([]);
    for (const pool of ['oidc-pool-1', 'oidc-pool-2']) {
      expect(world.pools.requests(pool, '/logout').map(({ status }) => status)).toEqual([302]);
    }
    expect(world.pools.requests('oidc-pool-1', '/oauth2/revoke')).toHaveLength(1);
    const api = await fetch(`${world.app.url}/api/me`, { headers: { cookie: cookie! } });
    expect(api.status).toBe(401);
  });

  it('is not needed against sign-outs with forged cookies: each costs one look at the store, and the pools nothing', async () => {
    const before = world.pools.requests('oidc-pool-1').length;
    asked.length = 0;
    for (let turn = 0; turn < 10 * LIMIT; turn += 1) {
      const answer = await fetch(`${world.app.url}/logout`, {
        method: 'POST',
        headers: { origin: world.app.url, cookie: `lifeguard=${String(turn).padStart(43, 'x')}` },
      });
      expect(answer.status).toBe(200);
    }
    expect(asked.filter((method) => method === 'destroy')).toHaveLength(10 * LIMIT);
    expect(asked.filter((method) => !['destroy', 'read'].includes(method))).toEqual([]);
    expect(asked.length).toBeLessThanOrEqual(20 * LIMIT);
    const news = world.pools.requests('oidc-pool-1').slice(before);
    // Looks whether somebody is there, a second apart at the least, and what discovery reads once.
    expect(news.filter(({ path }) => /token|revoke|logout/.test(path))).toEqual([]);
  });
});

/** The store, with the names of what was asked of it written down. */
function noting(store: SessionStore, asked: string[]): SessionStore {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        asked.push(String(name));
        return Reflect.apply(member, target, given) as unknown;
      };
    },
  });
}
