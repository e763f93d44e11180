import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSessionStore } from '../../../src/sessions/stores/open-session-store.js';
import { openConnected } from '../../support/open-connected.js';
import { eventually, redisProgram, startSentinelSet, type RedisSet } from '../../support/redis.js';
import { itKeepsTheContract } from './contract.js';
import {
  expectNothingAcknowledgedWithoutReplica,
  expectNothingLostInFailover,
} from './support/failover.js';
import { newSession, randomKey } from './support/new-session.js';

describe.skipIf(redisProgram === undefined)(
  'the store in a Redis master that sentinels name',
  () => {
    let redis: RedisSet;
    beforeAll(async () => {
      redis = await startSentinelSet();
    });
    afterAll(() => redis.stop());

    itKeepsTheContract((now) => openSessionStore(redis.url, { now }), { isShared: true });

    it('works while sentinels are away, whichever of them', async () => {
      const [start, name] = redis.url.split(/\/(?=\w+$)/) as [string, string];
      const hosts = start.replace('redis+sentinel://', '');
      const away = '127.0.0.1:1,127.0.0.1:2';
      for (const all of [`${away},${hosts}`, `${hosts},${away}`]) {
        const store = await openConnected(`redis+sentinel://${all}/${name}`, { now: Date.now });
        const key = randomKey();
        await store.create(key, newSession(Date.now()));
        expect(await store.read(key)).toBeDefined();
        await store.close();
      }
    });

    it('acknowledges nothing that no replica has', () =>
      expectNothingAcknowledgedWithoutReplica(redis, redis.servers.slice(1)));

    it('loses nothing it acknowledged when the master is killed under load', () =>
      expectNothingLostInFailover(redis));

    it('follows them while one of those it was told hangs', async () => {
      const another = await startSentinelSet();
      const hanging = createServer().listen(0, '127.0.0.1');
      await once(hanging, 'listening');
      const { port } = hanging.address() as AddressInfo;
      const url = another.url.replace('://', `://127.0.0.1:${port},`);
      const store = await openConnected(url, { now: Date.now });
      const works = (): Promise<boolean> =>
        store.remember(randomKey(), Date.now() + 60_000).catch(() => false);
      await eventually(works);
      await another.servers[0]?.kill();
      await eventually(async () => !(await works()));
      await eventually(works);
      await store.close();
      hanging.close();
      await another.stop();
    });
  },
);
