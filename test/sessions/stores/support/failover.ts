import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'vitest';
import { openConnected } from '../../../support/open-connected.js';
import type { SessionStore } from '../../../../src/sessions/session-store.js';
import { eventually, type RedisProcess, type RedisSet } from '../../../support/redis.js';
import { newSession, randomKey } from './new-session.js';

const PEOPLE = 8;
const BACK_WITHIN_MS = 10_000;

/**
 * Kills the first server of `redis` while people sign in, refresh and sign out, and checks what the
 * store has acknowledged: it works again by itself within ten seconds, and no session that was
 * acknowledged is lost or revived.
 */
export async function expectNothingLostInFailover(redis: RedisSet): Promise<void> {
  const store = await openConnected(redis.url, { now: Date.now });
  const acknowledged = new Map<string, 'created' | 'refreshed' | 'destroyed'>();
  const failures: unknown[] = [];
  const over = new AbortController();

  const person = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const key = randomKey();
      try {
        await store.create(key, newSession(Date.now(), { indexes: ['sub'] }));
        acknowledged.set(key, 'created');
        if (await store.update(key, { tokens: Buffer.from('refreshed') }))
          acknowledged.set(key, 'refreshed');
        if (Math.random() < 0.7) continue;
        // Until the answer is here, it may have ended or not.
        acknowledged.delete(key);
        if ((await store.destroy(key)) !== undefined) acknowledged.set(key, 'destroyed');
      } catch (error) {
        failures.push(error);
      }
      // Refusals come without any waiting, and a loop of them would leave no time for anything
      // else.
      await nextTurn();
    }
  };

  const people = Array.from({ length: PEOPLE }, person);
  const anotherHundred = (): Promise<void> => {
    const enough = acknowledged.size + 100;
    return eventually(async () => acknowledged.size > enough, BACK_WITHIN_MS);
  };
  await anotherHundred();
  await redis.servers[0]?.kill();
  await eventually(async () => failures.length > 0);
  // Enough keys to meet every part of a cluster, also the one whose primary is gone.
  const keys = Array.from({ length: 40 }, randomKey);
  await Promise.all(keys.map((key) => eventually(() => worksFor(store, key), BACK_WITHIN_MS)));
  await anotherHundred();
  over.abort();
  await Promise.all(people);

  expect(
    failures.filter((error) => (error as { code?: string }).code !== 'session_store_unavailable'),
  ).toEqual([]);
  expect(await lost(store, acknowledged)).toEqual([]);
  await store.close();
}

/**
 * Hangs the replicas, and checks that what would be lost with the master is refused, that nobody
 * who only reads waits for it, and that all works again when they do.
 */
export async function expectNothingAcknowledgedWithoutReplica(
  redis: RedisSet,
  replicas: readonly RedisProcess[],
): Promise<void> {
  const store = await openConnected(redis.url, { now: Date.now });
  const keys = Array.from({ length: 10 }, randomKey);
  await Promise.all(keys.map((key) => store.create(key, newSession(Date.now()))));
  for (const replica of replicas) replica.signal('SIGSTOP');
  try {
    const settled: string[] = [];
    const changes = keys.flatMap((key) => [
      store.create(randomKey(), newSession(Date.now())),
      store.update(key, { tokens: Buffer.from('refreshed') }),
      store.remember(randomKey(), Date.now() + 1000),
    ]);
    const refused = changes.map(async (change) => {
      await expect(change).rejects.toMatchObject({ code: 'session_store_unavailable' });
      settled.push('refused');
    });
    const reads = keys.map(async (key) => {
      expect(await store.read(key)).toBeDefined();
      settled.push('read');
    });
    await Promise.all([...refused, ...reads]);
    expect(settled.slice(0, keys.length)).toEqual(keys.map(() => 'read'));
  } finally {
    for (const replica of replicas) replica.signal('SIGCONT');
  }
  await Promise.all(
    keys.map((key) => eventually(() => store.update(key, { tokens: Buffer.from('again') }))),
  );
  await store.close();
}

async function worksFor(store: SessionStore, key: string): Promise<boolean> {
  await store.create(key, newSession(Date.now(), { indexes: [key] }));
  return (await store.find(key)).includes(key);
}

async function lost(
  store: SessionStore,
  acknowledged: ReadonlyMap<string, string>,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const [key, state] of acknowledged) {
    const tokens = await store.readTokens(key);
    const isRight =
      state === 'destroyed'
        ? tokens === undefined
        : state === 'refreshed'
          ? String(tokens) === 'refreshed'
          : tokens !== undefined;
    if (!isRight) wrong.push(`${state} ${key}: ${String(tokens)}`);
  }
  return wrong;
}
