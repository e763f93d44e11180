import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSessionStore } from '../../../src/sessions/stores/open-session-store.js';
import { openConnected } from '../../support/open-connected.js';
import {
  redisProgram,
  startCluster,
  type RedisProcess,
  type RedisSet,
} from '../../support/redis.js';
import { itKeepsTheContract } from './contract.js';
import {
  expectNothingAcknowledgedWithoutReplica,
  expectNothingLostInFailover,
} from './support/failover.js';
import { newSession, randomKey } from './support/new-session.js';

describe.skipIf(redisProgram === undefined)('the store in a Redis Cluster', () => {
  let redis: RedisSet;
  beforeAll(async () => {
    redis = await startCluster();
  });
  afterAll(() => redis.stop());

  itKeepsTheContract((now) => openSessionStore(redis.url, { now }), { isShared: true });

  it('follows a part of the cluster that has moved to another server', async () => {
    const store = await openConnected(redis.url, { now: Date.now });
    const primaries = redis.servers.slice(0, 3);
    const key = randomKey();
    await store.create(key, newSession(Date.now()));
    const names = await Promise.all(primaries.map((each) => each.command('KEYS', '*')));
    const from = names.findIndex((each) => String(each).includes(key));
    const [name] = (names[from] as string[]).filter((each) => each.includes(key));
    // Nothing is in the way of a move.
    await Promise.all(primaries.map((each) => each.command('FLUSHALL')));

    const slot = String(await primaries[from]!.command('CLUSTER', 'KEYSLOT', name!));
    const [source, target] = [primaries[from]!, primaries[(from + 1) % 3]!];
    const ids = await Promise.all(
      [source, target].map(async (each) => String(await each.command('CLUSTER', 'MYID'))),
    );
    const move = (server: RedisProcess, ...change: string[]): Promise<unknown> =>
      server.command('CLUSTER', 'SETSLOT', slot, ...change);
    // As the cluster specification has it; the new owner first, so that nobody is left with it
    // meanwhile.
    await move(target, 'IMPORTING', ids[0]!);
    await move(source, 'MIGRATING', ids[1]!);
    for (const server of [target, source]) await move(server, 'NODE', ids[1]!);

    await store.create(key, newSession(Date.now()));
    expect(await store.read(key)).toBeDefined();
    expect(String(await target.command('KEYS', '*'))).toContain(key);
    await store.close();
  });

  it('acknowledges nothing that no replica has', () =>
    expectNothingAcknowledgedWithoutReplica(redis, redis.servers.slice(3)));

  it('loses nothing it acknowledged when a primary is killed under load', () =>
    expectNothingLostInFailover(redis));
});
