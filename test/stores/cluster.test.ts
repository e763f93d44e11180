import { afterAll, beforeAll, describe, it } from 'vitest';
import { openSessionStore } from '../../src/sessions/open-session-store.js';
import { redisProgram, startCluster, type RedisSet } from '../support/redis.js';
import { itKeepsTheContract } from './contract.js';
import {
  expectNothingAcknowledgedWithoutReplica,
  expectNothingLostInFailover,
} from './support/failover.js';

describe.skipIf(redisProgram === undefined)('the store in a Redis Cluster', () => {
  let redis: RedisSet;
  beforeAll(async () => {
    redis = await startCluster();
  });
  afterAll(() => redis.stop());

  itKeepsTheContract((now) => openSessionStore(redis.url, { now }), { isShared: true });

  it('acknowledges nothing that no replica has', () =>
    expectNothingAcknowledgedWithoutReplica(redis, redis.servers.slice(3)));

  it('loses nothing it acknowledged when a primary is killed under load', () =>
    expectNothingLostInFailover(redis));
});
