import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from 'redis';
import { freePort } from './free-port.js';
import { findRedisServer } from './redis-server.js';

/**
 * The program, or `undefined` when this machine has none: what needs it is then skipped, which has
 * been said aloud.
 */
export const redisProgram: string | undefined = findRedisServer();

/** A redis-server process of our own on 127.0.0.1, that keeps no sessions on disk. */
export interface RedisProcess {
  readonly port: number;
  /** Sends one command over a connection of its own. */
  command(...words: string[]): Promise<unknown>;
  /** SIGSTOP makes it hang, SIGCONT lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, on the same port and empty. */
  restart(): Promise<void>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** Several of them that belong together. */
export interface RedisSet {
  /** For `openSessionStore`. */
  readonly url: string;
  /** Those that hold sessions. */
  readonly servers: readonly RedisProcess[];
  stop(): Promise<void>;
}

/**
 * Starts a server on a free port. One that asks for a password, or for TLS, may need a moment more.
 * @param settings lines of its configuration; `sentinel` lines make it a sentinel
 */
export async function startRedis(settings: readonly string[] = []): Promise<RedisProcess> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'lifeguard-redis-'));
  const isTls = settings.some((line) => line.startsWith('tls-'));
  const isClosed = isTls || settings.some((line) => line.startsWith('requirepass '));
  const isSentinel = settings.some((line) => line.startsWith('sentinel '));
  const common = [
    'bind 127.0.0.1',
    `dir ${folder}`,
    isTls ? `port 0\ntls-port ${port}` : `port ${port}`,
  ];
  writeFileSync(
    join(folder, 'redis.conf'),
    [...common, ...(isSentinel ? [] : ['save ""', 'repl-diskless-sync-delay 0']), ...settings].join(
      '\n',
    ),
  );

  const command = async (...words: string[]): Promise<unknown> => {
    const client = createClient({
      RESP: 2,
      // A machine that is busy may take its time; what does not listen refuses at once.
      socket: { host: '127.0.0.1', port, reconnectStrategy: false, connectTimeout: 15_000 },
    });
    client.on('error', () => {});
    await client.connect();
    try {
      return await client.sendCommand(words);
    } finally {
      client.destroy();
    }
  };
  let running = spawnServer();
  await untilItAnswers();

  function spawnServer(): ChildProcess {
    const words = [join(folder, 'redis.conf'), ...(isSentinel ? ['--sentinel'] : [])];
    return spawn(redisProgram ?? 'redis-server', words, { stdio: 'ignore' });
  }
  async function untilItAnswers(): Promise<void> {
    if (isClosed) return;
    try {
      await eventually(async () => (await command('PING')) === 'PONG');
    } catch (error) {
      await kill();
      throw error;
    }
  }
  async function kill(): Promise<void> {
    if (running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  }
  return {
    port,
    command,
    signal: (signal) => running.kill(signal),
    kill,
    restart: async () => {
      running = spawnServer();
      await untilItAnswers();
    },
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A master (the first of `servers`) with two replicas, and three sentinels that give up on it after
 * a second.
 */
export async function startSentinelSet(): Promise<RedisSet> {
  const master = await startRedis();
  const replicaOf = [`replicaof 127.0.0.1 ${master.port}`];
  const replicas = await Promise.all([startRedis(replicaOf), startRedis(replicaOf)]);
  const settings = [
    `sentinel monitor mymaster 127.0.0.1 ${master.port} 2`,
    'sentinel down-after-milliseconds mymaster 1000',
    'sentinel failover-timeout mymaster 3000',
  ];
  const sentinels = await Promise.all([
    startRedis(settings),
    startRedis(settings),
    startRedis(settings),
  ]);
  await Promise.all(
    sentinels.map((sentinel) =>
      eventually(async () => {
        const state = (await sentinel.command('SENTINEL', 'MASTER', 'mymaster')) as string[];
        const valueOf = (field: string): string | undefined => state[state.indexOf(field) + 1];
        return valueOf('num-slaves') === '2' && valueOf('num-other-sentinels') === '2';
      }),
    ),
  );
  return {
    url: `redis+sentinel://${hosts(sentinels)}/mymaster`,
    servers: [master, ...replicas],
    stop: () => stopAll([...sentinels, ...replicas, master]),
  };
}

/** Three primaries (the first of `servers`) with a replica each. */
export async function startCluster(): Promise<RedisSet> {
  const servers = await Promise.all(
    Array.from({ length: 6 }, async () =>
      startRedis([
        'cluster-enabled yes',
        'cluster-node-timeout 1000',
        `cluster-port ${await freePort()}`,
      ]),
    ),
  );
  const [first, ...others] = servers;
  const busPort = async (server: RedisProcess): Promise<string> =>
    ((await server.command('CONFIG', 'GET', 'cluster-port')) as string[])[1] ?? '';
  await Promise.all(
    servers.map((server, n) => server.command('CLUSTER', 'SET-CONFIG-EPOCH', String(n + 1))),
  );
  const [primaries, replicas] = [servers.slice(0, 3), servers.slice(3)];
  const slots = [0, 5461, 10_923, 16_384];
  await Promise.all(
    primaries.map((primary, n) =>
      primary.command(
        'CLUSTER',
        'ADDSLOTSRANGE',
        String(slots[n]),
        String((slots[n + 1] ?? 0) - 1),
      ),
    ),
  );
  for (const other of others) {
    await first?.command('CLUSTER', 'MEET', '127.0.0.1', String(other.port), await busPort(other));
  }
  const knowAll = (server: RedisProcess, line: string): Promise<void> =>
    eventually(async () => String(await server.command('CLUSTER', 'INFO')).includes(line));
  await Promise.all(servers.map((server) => knowAll(server, 'cluster_known_nodes:6')));
  await Promise.all(
    replicas.map(async (replica, n) => {
      const primaryId = String(await primaries[n]?.command('CLUSTER', 'MYID'));
      await eventually(
        async () => (await replica.command('CLUSTER', 'REPLICATE', primaryId)) === 'OK',
      );
      await eventually(async () =>
        String(await replica.command('INFO', 'replication')).includes('master_link_status:up'),
      );
    }),
  );
  await Promise.all(servers.map((server) => knowAll(server, 'cluster_state:ok')));
  return { url: `redis+cluster://${hosts(servers)}`, servers, stop: () => stopAll(servers) };
}

/** Waits until `isSo` answers `true`; what it throws counts as not yet. */
export async function eventually(isSo: () => Promise<boolean>, timeout = 15_000): Promise<void> {
  const until = performance.now() + timeout;
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > until) throw new Error(`not so within ${timeout} ms: ${String(isSo)}`);
    await wait(20);
  }
}

function hosts(servers: readonly RedisProcess[]): string {
  return servers.map(({ port }) => `127.0.0.1:${port}`).join(',');
}

async function stopAll(servers: readonly RedisProcess[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}
