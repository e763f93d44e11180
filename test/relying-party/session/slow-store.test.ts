import express, { type Express } from 'express';
import request from 'supertest';
import { UnsecuredJWT } from 'jose';
import { afterEach, beforeAll, beforeEach, afterAll, describe, expect, it, vi } from 'vitest';
import { REQUEST_WAIT_MS } from '../../../src/sessions/time-limits.js';
import { createRelyingParty, type RelyingParty } from '../../../src/index.js';
import { internalsOf } from '../../../src/relying-party/internals.js';
import { MemoryStore } from '../../../src/sessions/stores/memory-store.js';
import type { SessionStore } from '../../../src/sessions/session-store.js';
import {
  relyingPartyOptions,
  signedIn,
  startPools,
  type Pools,
} from '../../../src/testing/index.js';

const BROWSER = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

/** Each answer here is given although what hangs never answers before it. */
describe('a request with a live session, while a call of the store hangs', () => {
  let pools: Pools;
  let memory: MemoryStore;
  let hanging: (keyof SessionStore)[] = [];
  let release: (() => void)[] = [];
  let relyingParty: RelyingParty;
  let app: Express;
  beforeAll(async () => {
    const callbackUrls = ['http://localhost:3000/callback'];
    const clients = [{ name: 'site', callbackUrls, flows: ['code' as const] }];
    const users = [{ username: 'bob', password: 'Bob-Is-Here-2' }];
    const seed = { pools: [{ name: 'oidc-pool-1', clients, users }] };
    pools = await startPools({ keys: 'fixed', seed });
    memory = new MemoryStore({ now: () => pools.clock.now() });
    const options = relyingPartyOptions(pools);
    relyingParty = createRelyingParty({
      ...options,
      session: { ...options.session, idleSeconds: 4 * 3600, store: gated() },
    });
    app = express();
    app.use(relyingParty.routes);
    app.get('/page', relyingParty.requireSession(), (_req, res) => void res.send('page'));
  });
  afterEach(() => {
    hanging = [];
    for (const go of release.splice(0)) go();
  });
  afterAll(async () => {
    await relyingParty.close();
    await memory.close();
    await pools.close();
  });

  const gated = (): SessionStore =>
    new Proxy<SessionStore>(memory, {
      get(target, name: keyof SessionStore) {
        const method = target[name] as (...given: unknown[]) => Promise<unknown>;
        return async (...given: unknown[]) => {
          if (hanging.includes(name)) await new Promise<void>((resolve) => release.push(resolve));
          return method.apply(target, given);
        };
      },
    });
  const bob = async () =>
    signedIn(relyingParty, {
      tokens: await pools.pool('oidc-pool-1').tokens('bob', { client: 'site' }),
    });

  it.each([
    ['moving the idle clock', '30m', ['update']],
    ['the lock of a refresh', '61m', ['lock', 'update']],
    ['reading the tokens', '61m', ['readTokens']],
    ['saving a refresh', '61m', ['update']],
  ] as const)('is answered all the same: %s', async (_what, later, calls) => {
    const { headers } = await bob();
    pools.clock.advance(later);
    hanging = [...calls];
    expect((await request(app).get('/page').set(headers)).text).toBe('page');
  });

  it('is told so where the answer is what the store does not say', async () => {
    const { headers } = await bob();
    hanging = ['find'];
    const page = await request(app).get('/sessions').set(headers).set(BROWSER);
    expect(page.status).toBe(503);
    expect(page.text).toContain('session_store_unavailable');
  });

  it('ends other sessions without their visitor', async () => {
    const [mine, other] = [await bob(), await bob()];
    hanging = ['destroy'];
    const answer = await request(app)
      .post('/sessions/end-others')
      .set(mine.headers)
      .set({ ...BROWSER, origin: 'http://localhost:3000' });
    expect(answer.status).toBe(303);
    hanging = [];
    for (const go of release.splice(0)) go();
    const status = async () => (await request(app).get('/page').set(other.headers)).status;
    await expect.poll(status).toBe(401);
  });
});

/**
 * The store did not end the session at the sign-out, and the provider hangs now. No time passes
 * here but what the test lets pass.
 */
describe('the page of who has signed in again, and whose earlier session is still to be ended', () => {
  const issuer = 'https://op.example';
  let store: MemoryStore;
  let relyingParty: RelyingParty;
  let app: Express;
  /** Resolves when the provider is asked there; it never answers. */
  let asked: Record<'/revoke' | '/token', Promise<void>>;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    store = new MemoryStore({ now: Date.now });
    const tell = new Map<string, () => void>();
    const once = (path: string) => new Promise<void>((resolve) => void tell.set(path, resolve));
    asked = { '/revoke': once('/revoke'), '/token': once('/token') };
    relyingParty = createRelyingParty({
      issuer,
      clientId: 'site',
      clientSecret: 'secret',
      baseUrl: 'http://localhost:3000',
      session: { secrets: ['a secret for tests only - more than 32 bytes'], store },
      fetch: async (address) => {
        const path = new URL(address instanceof Request ? address.url : address).pathname;
        if (path.startsWith('/.well-known/')) return Response.json(metadata);
        tell.get(path)?.();
        return new Promise(() => undefined);
      },
    });
    app = express();
    app.get('/page', relyingParty.requireSession(), (_req, res) => void res.send('page'));
  });
  afterEach(async () => {
    vi.useRealTimers();
    await store.close();
  });

  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    jwks_uri: `${issuer}/jwks`,
  };

  /**
   * The browser's cookies: of a session whose access token has expired, and of the sign-out before
   * it.
   */
  async function cookies(): Promise<string> {
    const tokens = {
      idToken: new UnsecuredJWT({ sub: 'alice' }).encode(),
      accessToken: 'access',
      refreshToken: 'refresh',
      expiresIn: 0,
    };
    const { session } = await signedIn(relyingParty, { tokens });
    const signOut = express().get('/', (_req, res) => {
      const { memory } = internalsOf(relyingParty);
      memory.signOut.write(res, { chain: [], unended: [session.key] });
      res.end();
    });
    const [chain] = [(await request(signOut).get('/')).headers['set-cookie'] ?? []].flat();
    return `${(await signedIn(relyingParty, { tokens })).cookie}; ${chain!.split(';')[0]}`;
  }

  const look = async (cookie: string) => request(app).get('/page').set({ cookie });

  it('waits for its revocation and for the refresh at once', async () => {
    const cookie = await cookies();
    const answer = look(cookie);
    await Promise.all([asked['/revoke'], asked['/token']]);
    vi.advanceTimersByTime(REQUEST_WAIT_MS);
    expect((await answer).text).toBe('page');
  });

  it('waits no longer for them where the store has used up some of the time', async () => {
    const cookie = await cookies();
    const destroy = store.destroy.bind(store);
    store.destroy = async (key) => {
      await new Promise((resolve) => {
        setTimeout(resolve, REQUEST_WAIT_MS - 100);
      });
      return destroy(key);
    };
    const answer = look(cookie);
    await asked['/token'];
    vi.advanceTimersByTime(REQUEST_WAIT_MS - 100);
    await asked['/revoke'];
    // Whoever waits for that has begun to.
    await new Promise(setImmediate);
    vi.advanceTimersByTime(100);
    expect((await answer).text).toBe('page');
  });
});
