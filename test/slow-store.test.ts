import express, { type Express } from 'express';
import request from 'supertest';
import { afterEach, beforeAll, afterAll, describe, expect, it } from 'vitest';
import { createRelyingParty, requireSession, type RelyingParty } from '../src/index.js';
import { MemoryStore } from '../src/sessions/memory-store.js';
import type { SessionStore } from '../src/sessions/session-store.js';
import { relyingPartyOptions, signedIn, startPools, type Pools } from '../src/testing/index.js';

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
    app.get('/page', requireSession(relyingParty), (_req, res) => void res.send('page'));
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
