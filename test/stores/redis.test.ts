import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSessionStore } from '../../src/sessions/open-session-store.js';
import type { SessionStore } from '../../src/sessions/session-store.js';
import { eventually, redisProgram, startRedis, type RedisProcess } from '../support/redis.js';
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

  itKeepsTheContract((now) => openSessionStore(url(), { now }), { isShared: true });

  describe('while Redis fails', () => {
    let store: SessionStore;
    let key: string;
    beforeEach(async () => {
      store = await openSessionStore(url(), { now: Date.now });
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
      expect(performance.now() - startedAt).toBeLessThan(2000);
    };
    const isUp = (): Promise<boolean> => store.ping().then(() => true);

    it('says "unavailable" when it is stopped, and recovers when it is back', async () => {
      await redis.kill();
      await expectEveryCallToFail();
      await expectEveryCallToFail();

      await redis.restart();
      await eventually(isUp, 5000);
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

      await eventually(isUp, 5000);
      expect(await store.read(other)).toBeDefined();
    });

    it('waits for it when it is slow, but not for more than a second', async () => {
      await redis.command('CLIENT', 'PAUSE', '300');
      expect(await store.read(key)).toBeDefined();

      await redis.command('CLIENT', 'PAUSE', '2500');
      await expectEveryCallToFail();
      await eventually(isUp, 5000);
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
    await eventually(() => store.read(randomKey()).then(() => true), 5000);
    await store.close();
  });
});
