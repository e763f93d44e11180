import { setTimeout as delay } from 'node:timers/promises';
import { parseRedisUrl } from '../sessions/redis-address.js';
import { RedisCommands } from '../sessions/redis-commands.js';
import type { Finding } from './finding.js';

/** Any key will do: the server that would hold it is asked. */
const KEY = 'lifeguard:1:session:doctor';

/**
 * How a Redis that answers is set up for sessions: what it does when memory runs out, and what it still has after a
 * restart or the loss of a server. Needs INFO; without CONFIG, as at many hosts, snapshots are taken for granted.
 */
export async function redisFindings(url: string): Promise<Finding[]> {
  const address = parseRedisUrl(url);
  const redis = await RedisCommands.open(address);
  try {
    await untilConnected(redis);
    const info = async (section: string): Promise<Record<string, string>> =>
      parse(String(await redis.read(KEY, ['INFO', section])));
    const [memory, persistence, replication] = [
      await info('memory'),
      await info('persistence'),
      await info('replication'),
    ];
    const hasReplica = Number(replication['connected_slaves'] ?? 0) > 0;
    return [
      ...evictionFindings(memory),
      ...(persistence['aof_enabled'] === '1' || hasReplica
        ? []
        : [notDurable(await snapshots(redis))]),
      ...(address.kind === 'single' || hasReplica ? [] : [withoutReplica(address.kind)]),
    ];
  } finally {
    redis.close();
  }
}

/** A connection is made in the background. */
async function untilConnected(redis: RedisCommands): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await redis.ping();
      return;
    } catch (error) {
      if (attempt === 50) throw error;
      await delay(20);
    }
  }
}

const parse = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\r\n')
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );

async function snapshots(redis: RedisCommands): Promise<boolean> {
  try {
    const answer = await redis.read(KEY, ['CONFIG', 'GET', 'save']);
    return !Array.isArray(answer) || String(answer[1] ?? '') !== '';
  } catch {
    return true;
  }
}

function evictionFindings({
  maxmemory = '0',
  maxmemory_policy: policy = 'noeviction',
}: Record<string, string>): Finding[] {
  if (maxmemory === '0' || policy === 'noeviction') return [];
  return [
    {
      code: 'store_evicts',
      what: `Redis has maxmemory-policy ${policy}: when it is full it drops sessions nobody has signed out of.`,
      fix: {
        text: 'Set the policy to noeviction, also in its configuration file, and watch its memory. At ElastiCache, in the parameter group.',
        command: 'redis-cli CONFIG SET maxmemory-policy noeviction',
      },
    },
  ];
}

const notDurable = (hasSnapshots: boolean): Finding => ({
  code: 'store_not_durable',
  what: hasSnapshots
    ? 'Redis keeps sessions over a restart only as of its last snapshot, and has no replica.'
    : 'Redis keeps nothing over a restart, and has no replica.',
  fix: {
    text: 'Switch its append-only file on, also in its configuration file, or give it a replica.',
    command: 'redis-cli CONFIG SET appendonly yes',
  },
});

const withoutReplica = (kind: 'sentinel' | 'cluster'): Finding => ({
  code: 'store_without_replica',
  what: `SESSION_STORE is a ${kind}, and the server that has our sessions has no replica connected.`,
  fix: {
    text: 'Give each server a replica, better two: then one may fail and none waits for the other.',
  },
});
