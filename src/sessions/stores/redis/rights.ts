import { randomUUID } from 'node:crypto';
import type { RedisAddress } from './address.js';
import type { RedisCommand, RedisCommands } from './commands.js';
import { redisKey, redisKeyKinds } from './keys.js';

/** What the user of the store's URL may not do in Redis, and needs. */
export interface MissingRights {
  /** Commands, in capitals, in the order they are tried. */
  readonly commands: readonly string[];
  /** Our keys are not among those it may use. */
  readonly keys: boolean;
}

/**
 * Every command we send, also from inside a script, as it is harmless at a key that is nobody's.
 */
const ofEveryStore = (key: string): readonly RedisCommand[] => [
  ['PING'],
  ['EVAL', 'return 1', '1', key],
  ['HSET', key, 'field', 'value'],
  ['PEXPIRE', key, '60000'],
  ['PTTL', key],
  ['HGET', key, 'field'],
  ['HMGET', key, 'field'],
  ['EXISTS', key],
  ['DEL', key],
  ['ZADD', key, '1', 'member'],
  ['ZRANGE', key, '0', '-1'],
  ['ZREMRANGEBYSCORE', key, '-inf', '0'],
  ['ZREM', key, 'member'],
  ['SET', key, '', 'NX', 'PX', '1000'],
  ['GET', key],
  ['TIME'],
  ['DEL', key],
];

/** Where there are replicas, a change is waited for. */
const ofReplicated: readonly RedisCommand[] = [
  ['INFO', 'replication'],
  ['WAIT', '0', '1'],
];

const neededFor = ({ kind }: Pick<RedisAddress, 'kind'>, key: string): readonly RedisCommand[] => [
  ...ofEveryStore(key),
  ...(kind === 'single' ? [] : ofReplicated),
  ...(kind === 'sentinel' ? [['ROLE']] : []),
];

/** The names of all commands that a store of this kind sends. */
export const commandsNeeded = (address: Pick<RedisAddress, 'kind'>): string[] => [
  ...new Set(neededFor(address, '').map(nameOf)),
];

/**
 * Tries each command by itself, so that all that is missing is known at once: inside a script Redis
 * does not say which.
 */
export async function missingRights(
  redis: RedisCommands,
  address: Pick<RedisAddress, 'kind'>,
): Promise<MissingRights> {
  const name = `doctor-${randomUUID()}`;
  const refused = new Set<string>();
  let areKeysRefused = false;
  const attempt = async (key: string, command: RedisCommand): Promise<void> => {
    try {
      await redis.write(key, command);
    } catch (error) {
      const words = String(error);
      if (!words.includes('NOPERM')) return;
      if (/\bkeys?\b/i.test(words)) areKeysRefused = true;
      else refused.add(nameOf(command));
    }
  };
  const key = redisKey('session', name);
  for (const command of neededFor(address, key)) await attempt(key, command);
  for (const kind of redisKeyKinds) {
    const each = redisKey(kind, name);
    await attempt(each, ['EXISTS', each]);
  }
  return { commands: [...refused], keys: areKeysRefused };
}

const nameOf = (command: RedisCommand): string => String(command[0]);
