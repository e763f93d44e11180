import type { RedisCommand } from './commands.js';

/*
 * What must happen in one step inside Redis. Each script touches one key, so all of them work in a
 * cluster. A session is a hash of `session`, `tokens`, `expires_at` (epoch ms) and `indexes` (JSON
 * array of names).
 */

/** ARGV: ms to live, then fields and values. */
export const createSession = `
  redis.call('HSET', KEYS[1], unpack(ARGV, 2))
  redis.call('PEXPIRE', KEYS[1], ARGV[1])`;

/**
 * ARGV: now, ms to live or '', the expected record or '', then fields and values. Answers the
 * indexes, or nothing if there is no live session or its record is another.
 */
export const updateSession = `
  local expires_at = redis.call('HGET', KEYS[1], 'expires_at')
  if not expires_at or tonumber(expires_at) <= tonumber(ARGV[1]) then return false end
  if ARGV[3] ~= '' and redis.call('HGET', KEYS[1], 'session') ~= ARGV[3] then return false end
  if ARGV[4] then redis.call('HSET', KEYS[1], unpack(ARGV, 4)) end
  if ARGV[2] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return redis.call('HGET', KEYS[1], 'indexes')`;

/**
 * Answers tokens and indexes of the session it removed, or nothing if there was none. Works when
 * memory is full.
 */
export const destroySession = `
  local found = redis.call('HMGET', KEYS[1], 'tokens', 'indexes')
  redis.call('DEL', KEYS[1])
  if not found[1] then return false end
  return found`;

/**
 * An index entry is a set of session keys, each with the time after which it may be dropped: by the
 * clock of Redis, since a process whose clock is ahead would drop what lives at others. ARGV:
 * session key, ms until that time. Drops what is past its time, and lives as long as its last
 * member.
 */
export const addToIndex = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local ttl = tonumber(ARGV[2])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
  redis.call('ZADD', KEYS[1], now + ttl, ARGV[1])
  if redis.call('PTTL', KEYS[1]) < ttl then redis.call('PEXPIRE', KEYS[1], ttl) end`;

/**
 * ARGV: the proof the lock was given out with, ms to live. Answers whether that proof still holds
 * it.
 */
export const renewLock = `
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** ARGV: the proof the lock was given out with. */
export const unlock = `
  if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`;

export type ScriptArgument = string | number | Uint8Array;

/** The command that runs a script at a key. */
export function evaluate(script: string, key: string, ...values: ScriptArgument[]): RedisCommand {
  const given = values.map((value) =>
    typeof value === 'object' ? Buffer.from(value) : String(value),
  );
  return ['EVAL', script, '1', key, ...given];
}
