import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/program/doctor/findings/finding.js';
import { redis as kind } from '../../../src/program/doctor/stores/redis.js';
import { eventually, redisProgram, type RedisProcess, startRedis } from '../../support/redis.js';
import { follow } from './follow.js';
import { whole } from './whole.js';

async function redisFindings(url: string): Promise<readonly Finding[]> {
  const findings = (await kind.lookFurther?.(url))?.findings ?? [];
  return whole({ findings }).findings;
}

const codes = async (url: string): Promise<string[]> =>
  (await redisFindings(url)).map(({ code }) => code);

describe.skipIf(redisProgram === undefined)('doctor, about Redis', () => {
  let redis: RedisProcess;
  let url: string;
  beforeAll(async () => {
    redis = await startRedis();
    url = `redis://127.0.0.1:${redis.port}`;
  });
  afterAll(() => redis.stop());

  it('warns that nothing outlives a restart, until the append-only file is on', async () => {
    const [finding] = await redisFindings(url);
    expect(finding?.code).toBe('store_not_durable');
    expect(finding?.what).toContain('keeps nothing over a restart');
    await redis.command('CONFIG', 'SET', 'save', '3600 1');
    const [withSnapshots] = await redisFindings(url);
    expect(withSnapshots?.what).toContain('as of its last snapshot');
    expect(follow(withSnapshots)).toBe('OK');
    expect(await codes(url)).toEqual([]);
  });

  it('says that sessions will be dropped when memory runs out, until the policy is noeviction', async () => {
    await redis.command('CONFIG', 'SET', 'maxmemory', '100mb');
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const [finding] = await redisFindings(url);
    expect(finding?.code).toBe('store_evicts');
    expect(finding?.what).toContain('allkeys-lru');
    expect(follow(finding)).toBe('OK');
    expect(await codes(url)).toEqual([]);
  });

  it('wants a replica behind sentinels', async () => {
    const sentinel = await startRedis([`sentinel monitor mymaster 127.0.0.1 ${redis.port} 1`]);
    const address = `redis+sentinel://127.0.0.1:${sentinel.port}/mymaster`;
    try {
      expect(await codes(address)).toEqual(['store_without_replica']);
      const replica = await startRedis([`replicaof 127.0.0.1 ${redis.port}`]);
      try {
        await eventually(async () => (await codes(address)).length === 0);
        await redis.command('CONFIG', 'SET', 'appendonly', 'no');
        expect(await codes(address)).toEqual([]);
      } finally {
        await replica.stop();
      }
    } finally {
      await sentinel.stop();
    }
  });
});
