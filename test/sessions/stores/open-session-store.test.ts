import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/errors/config-error.js';
import { openSessionStore } from '../../../src/sessions/stores/open-session-store.js';
import { redisProgram, startRedis, type RedisProcess } from '../../support/redis.js';
import { newSession, randomKey } from './support/new-session.js';

const now = Date.now;

describe('the session store’s URL', () => {
  it.each([
    ['an unknown form', 'mongodb://user:hunter2@db/sessions'],
    ['a file without a name', 'file:'],
    ['a file on another machine', 'file://server/share/sessions'],
    ['no host', 'redis://'],
    ['two hosts of which neither is a cluster', 'redis://one,two'],
    ['a database that is no number', 'redis://user:hunter2@one/sessions'],
    ['a port that is none', 'redis://user:hunter2@one:99999'],
    ['a password with a bare %', 'redis://user:hunter2%@one'],
    [
      'sentinels without the name of their master',
      'redis+sentinel://user:hunter2@one:26379,two:26379',
    ],
    ['a cluster with a database', 'redis+cluster://user:hunter2@one,two/1'],
    ['another kind of Redis', 'redis+proxy://user:hunter2@one'],
  ])('is refused with its name and a fix when it is %s', async (_, url) => {
    const error: unknown = await openSessionStore(url, { now }).catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).problems).toEqual([
      { option: 'session.store', problem: expect.any(String), fix: expect.any(String) },
    ]);
    expect((error as ConfigError).message).not.toContain('hunter2');
  });

  it('is a slip of the program when it is nothing', async () => {
    await expect(openSessionStore('', { now })).rejects.toThrow(TypeError);
  });
});

it.each([
  'redis://127.0.0.1:1',
  'redis+sentinel://127.0.0.1:1,127.0.0.1:2/mymaster',
  'redis+cluster://127.0.0.1:1',
])(
  'opens %s though nobody is there, says "unavailable", and closes while it still tries',
  async (url) => {
    const store = await openSessionStore(url, { now });

    // Of the connection, and not of what our own code stumbles over.
    const message = expect.stringMatching(
      /: (?:there is no connection|connect ECONNREFUSED|the sentinels name no master|no server of the cluster|All the root nodes|.*Socket)/,
    ) as string;
    const unavailable = { code: 'session_store_unavailable', message };
    await expect(store.read(randomKey())).rejects.toMatchObject(unavailable);
    await expect(store.ping()).rejects.toMatchObject(unavailable);
    await store.close();
    await expect(store.read(randomKey())).rejects.toMatchObject(unavailable);
  },
);

describe.skipIf(redisProgram === undefined)('a redis:// URL', () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis([
      'requirepass "p@ss:w/rd%"',
      'user limited on >secret +@all ~lifeguard:*',
    ]);
  });
  afterAll(() => redis.stop());
  const at = (user: string, database = ''): string =>
    `redis://${user}@127.0.0.1:${redis.port}/${database}`;

  it('carries a percent-encoded password, and a user', async () => {
    for (const user of [':p%40ss%3Aw%2Frd%25', 'default:p%40ss%3Aw%2Frd%25', 'limited:secret']) {
      const store = await openSessionStore(at(user), { now });
      await store.create(randomKey(), newSession(now(), { indexes: ['sub'] }));
      await store.close();
    }
  });

  it.each([':hunter2', 'nobody:hunter2', ':'])(
    'is refused when Redis refuses the credentials "%s"',
    async (user) => {
      const error: unknown = await openSessionStore(at(user), { now }).catch(
        (reason: unknown) => reason,
      );

      expect(error).toBeInstanceOf(ConfigError);
      expect((error as ConfigError).message).toMatch(/^session\.store /);
      expect((error as ConfigError).message).not.toContain('hunter2');
    },
  );

  it('chooses a database', async () => {
    const key = randomKey();
    const second = await openSessionStore(at('limited:secret', '2'), { now });
    const first = await openSessionStore(at('limited:secret'), { now });
    await second.create(key, newSession(now()));

    expect(await second.read(key)).toBeDefined();
    expect(await first.read(key)).toBeUndefined();
    await Promise.all([first.close(), second.close()]);
  });
});

describe.skipIf(redisProgram === undefined)('a rediss:// URL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeguard-tls-'));
  const certificate = join(folder, 'certificate.pem');
  let redis: RedisProcess;
  beforeAll(async () => {
    const key = join(folder, 'key.pem');
    const request =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost';
    const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate];
    execFileSync('openssl', [...request.split(' '), ...names], { stdio: 'ignore' });
    redis = await startRedis([
      'tls-auth-clients no',
      `tls-cert-file ${certificate}`,
      `tls-key-file ${key}`,
      `tls-ca-cert-file ${certificate}`,
    ]);
  });
  afterAll(async () => {
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('works with a certificate the process trusts, and not with another', async () => {
    const url = `rediss://127.0.0.1:${redis.port}`;
    const worker = new URL('support/ping-worker.ts', import.meta.url).pathname;
    const ping = (environment: NodeJS.ProcessEnv): string =>
      execFileSync(process.execPath, ['--import', 'tsx', worker, url], {
        env: { ...process.env, ...environment },
        encoding: 'utf8',
      });

    expect(ping({ NODE_EXTRA_CA_CERTS: certificate })).toBe('works');
    expect(ping({})).toBe('session_store_unavailable');
  });
});
