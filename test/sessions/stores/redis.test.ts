import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSessionStore } from '../../../src/sessions/stores/open-session-store.js';
import { SOON_MS } from '../../support/limits.js';
import { openConnected } from '../../support/open-connected.js';
import type { SessionStore } from '../../../src/sessions/session-store.js';
import { eventually, redisProgram, startRedis, type RedisProcess } from '../../support/redis.js';
import { itKeepsTheContract } from './contract.js';
import { newSession, randomKey } from './support/new-session.js';

const unavailable = { code: 'session_store_unavailable' };

describe.skipIf(redisProgram === undefined)('the Redis store', () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  const url = (): string => `redis://127.0.0.1:${redis.port}`;

  itKeepsTheContract((now) => openConnected(url(), { now }), { isShared: true });

  describe('keeps in Redis, by its own clock', () => {
    const MINUTE = 60_000;
    /** Redis keeps a minute longer than we do; a test may take some seconds of that. */
    const CLEAR_UP = MINUTE;
    let store: SessionStore;
    let time = 0;
    beforeEach(async () => {
      await redis.command('FLUSHALL');
      time = Date.now();
      store = await openConnected(url(), { now: () => time });
    });
    afterEach(() => store.close());

    const msToLive = async (kind: string): Promise<number> => {
      const [name] = (await redis.command('KEYS', `lifeguard:*:${kind}:*`)) as Buffer[];
      return Number(await redis.command('PTTL', String(name)));
    };
    const expectMsToLive = async (kind: string, expected: number): Promise<void> => {
      const ms = await msToLive(kind);
      expect(ms).toBeGreaterThan(expected - 20_000);
      expect(ms).toBeLessThanOrEqual(expected);
    };

    it('a session and its index entries a minute longer than they last, the index twice that', async () => {
      const session = { indexes: ['sub'], expiresAt: time + 10 * MINUTE };
      await store.create(randomKey(), newSession(time, session));
      await expectMsToLive('session', 10 * MINUTE + CLEAR_UP);
      await expectMsToLive('index', 2 * (10 * MINUTE + CLEAR_UP));
    });

    it('both of them longer when the session is extended, also after our clock has moved', async () => {
      const key = randomKey();
      const session = { indexes: ['sub'], expiresAt: time + 10 * MINUTE };
      await store.create(key, newSession(time, session));
      time += 5 * MINUTE;
      await store.update(key, { expiresAt: time + 60 * MINUTE });
      await expectMsToLive('session', 60 * MINUTE + CLEAR_UP);
      await expectMsToLive('index', 2 * (60 * MINUTE + CLEAR_UP));
      await store.update(key, { session: new Uint8Array(3) });
      await expectMsToLive('session', 60 * MINUTE + CLEAR_UP);
    });

    it('an index as long as its longest session, whichever came last', async () => {
      const long = { indexes: ['sub'], expiresAt: time + 60 * MINUTE };
      const short = { indexes: ['sub'], expiresAt: time + MINUTE };
      await store.create(randomKey(), newSession(time, long));
      await store.create(randomKey(), newSession(time, short));
      await expectMsToLive('index', 2 * (60 * MINUTE + CLEAR_UP));
    });

    it('a lock for its time, longer when it is renewed, and a remembered value until its time', async () => {
      const proof = await store.lock('refresh', 10 * MINUTE);
      await expectMsToLive('lock', 10 * MINUTE);
      await store.renewLock('refresh', proof!, 30 * MINUTE);
      await expectMsToLive('lock', 30 * MINUTE);
      await store.remember('jti', time + 20 * MINUTE);
      await expectMsToLive('remembered', 20 * MINUTE);
    });

    it('no entry in an index of a session that was ended, or that Redis has dropped itself', async () => {
      const [kept, ended, dropped] = [randomKey(), randomKey(), randomKey()];
      for (const key of [kept, ended, dropped]) {
        await store.create(key, newSession(time, { indexes: ['sub'] }));
      }
      const entries = async (): Promise<string[]> => {
        const [index] = (await redis.command('KEYS', 'lifeguard:*:index:*')) as Buffer[];
        return ((await redis.command('ZRANGE', String(index), '0', '-1')) as Buffer[]).map(String);
      };
      await store.destroy(ended);
      expect((await entries()).toSorted()).toEqual([kept, dropped].toSorted());
      const [name] = (await redis.command('KEYS', `*${dropped}*`)) as Buffer[];
      await redis.command('DEL', String(name));
      expect(await store.find('sub')).toEqual([kept]);
      expect(await entries()).toEqual([kept]);
    });

    it('nothing for ever', async () => {
      const key = randomKey();
      await store.create(key, newSession(time, { indexes: ['sub', 'sid'] }));
      await store.update(key, { tokens: new Uint8Array(3), expiresAt: time + MINUTE });
      await store.lock('refresh', MINUTE);
      await store.remember('jti', time + MINUTE);
      const names = (await redis.command('KEYS', '*')) as Buffer[];
      expect(names).toHaveLength(5);
      for (const name of names) {
        expect(Number(await redis.command('PTTL', String(name)))).toBeGreaterThan(0);
      }
    });
  });

  describe('while Redis fails', () => {
    let store: SessionStore;
    let key: string;
    beforeEach(async () => {
      store = await openConnected(url(), { now: Date.now });
      key = randomKey();
      await store.create(key, newSession(Date.now(), { indexes: ['sub'] }));
    });
    afterEach(() => store.close());

    /** Each call is answered within a second or so, and never with "no such session". */
    const expectEveryCallToFail = async (): Promise<void> => {
      const startedAt = performance.now();
      const calls = [
        store.read(key),
        store.readTokens(key),
        store.find('sub'),
        store.update(key, { tokens: new Uint8Array(3) }),
        store.create(randomKey(), newSession(Date.now())),
        store.destroy(key),
        store.lock(randomKey(), 1000),
        store.remember(randomKey(), Date.now() + 1000),
        store.ping(),
      ];
      for (const result of await Promise.allSettled(calls)) {
        expect(result).toMatchObject({ status: 'rejected', reason: unavailable });
      }
      expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
    };
    const isUp = (): Promise<boolean> => store.ping().then(() => true);

    it('says "unavailable" when it is stopped, and recovers when it is back', async () => {
      await redis.kill();
      await expectEveryCallToFail();
      await expectEveryCallToFail();

      await redis.restart();
      await eventually(isUp);
      expect(await store.read(key)).toBeUndefined();
      await store.create(key, newSession(Date.now()));
      expect(await store.read(key)).toBeDefined();
    });

    it('says "unavailable" when it hangs, and recovers with the sessions when it goes on', async () => {
      const other = randomKey();
      await store.create(other, newSession(Date.now()));
      redis.signal('SIGSTOP');
      try {
        await expectEveryCallToFail();
        await expectEveryCallToFail();
      } finally {
        redis.signal('SIGCONT');
      }

      await eventually(isUp);
      expect(await store.read(other)).toBeDefined();
    });

    it('waits for it when it is slow, but not for more than a second', async () => {
      await redis.command('CLIENT', 'PAUSE', '100');
      expect(await store.read(key)).toBeDefined();

      await redis.command('CLIENT', 'PAUSE', '2500');
      await expectEveryCallToFail();
      await eventually(isUp);
    });

    it('refuses new sessions when Redis is full, and keeps and ends the others', async () => {
      await redis.command('CONFIG', 'SET', 'maxmemory', '1');
      try {
        await expect(store.create(randomKey(), newSession(Date.now()))).rejects.toMatchObject(
          unavailable,
        );
        await expect(store.update(key, { tokens: new Uint8Array(9) })).rejects.toMatchObject(
          unavailable,
        );
        expect(await store.read(key)).toBeDefined();
        expect(await store.destroy(key)).toBeDefined();
      } finally {
        await redis.command('CONFIG', 'SET', 'maxmemory', '0');
      }
    });
  });

  it('opens while Redis is down, and works once it is up', async () => {
    await redis.kill();
    const store = await openSessionStore(url(), { now: Date.now });
    await expect(store.read(randomKey())).rejects.toMatchObject(unavailable);

    await redis.restart();
    await eventually(() => store.read(randomKey()).then(() => true));
    await store.close();
  });
});
