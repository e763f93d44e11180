import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { STORE_ANSWER_MS, withinTimeLimit } from '../../time-limits.js';
import type { ConfigError } from '../../../errors/config-error.js';
import { parseRedisUrl } from './address.js';
import { RedisCommands } from './commands.js';
import { redisKey } from './keys.js';
import * as scripts from './scripts.js';
import type {
  NewStoredSession,
  SessionStore,
  StoredSession,
  StoredSessionChange,
} from '../../session-store.js';
import { storeMisconfigured, storeUnavailable } from '../../store-errors.js';

/**
 * Redis forgets this much later than we do: our clock decides what has expired, Redis only clears
 * up.
 */
const CLEAR_UP_MS = 60_000;

/**
 * Opens a store in Redis, shared by any number of machines. While Redis is down it opens all the
 * same, answers "unavailable", and recovers by itself.
 *
 * With sentinels or a cluster, a new session, a replaced refresh token and a remembered value are
 * acknowledged only once a replica has them as well, if one is connected; so they survive a
 * failover. (While the only replica of a master hangs, these are refused, until Redis lets go of
 * it: have two.) Locks may be lost in a failover. A plain `redis://` server keeps over a crash what
 * its own persistence settings keep.
 *
 * @param url see `parseRedisUrl`
 * @param options.now the time in epoch milliseconds
 * @throws {ConfigError} when the URL or the password is wrong, or the package `redis` is not
 *   installed
 */
export async function openRedisStore(
  url: string,
  options: { now: () => number },
): Promise<SessionStore> {
  const address = parseRedisUrl(url);
  const place = address.hosts.map(({ host, port }) => `${host}:${port}`).join(', ');
  const store = new RedisStore(await RedisCommands.open(address), place, options.now);
  const deadline = performance.now() + STORE_ANSWER_MS;
  for (;;) {
    try {
      await store.ping();
      return store;
    } catch (error) {
      if (/WRONGPASS|NOAUTH|NOPERM/.test(String(error))) {
        await store.close();
        throw refused(error);
      }
      if (performance.now() > deadline) return store;
      await delay(20);
    }
  }
}

const refused = (error: unknown): ConfigError =>
  String(error).includes('NOPERM')
    ? storeMisconfigured(
        'names a user of Redis who may not do even PING',
        'give that user the rights that "lifeguard doctor" lists',
        error,
      )
    : storeMisconfigured(
        'has no user name and password that Redis accepts',
        'write them as redis://user:password@host:6379',
        error,
      );

class RedisStore implements SessionStore {
  readonly #redis: RedisCommands;
  readonly #place: string;
  readonly #now: () => number;

  /** @param place for messages */
  constructor(redis: RedisCommands, place: string, now: () => number) {
    this.#redis = redis;
    this.#place = place;
    this.#now = now;
  }

  create(key: string, { session, tokens, expiresAt, indexes }: NewStoredSession): Promise<void> {
    return this.#inTime(async () => {
      const fields = { session, tokens, expires_at: expiresAt, indexes: JSON.stringify(indexes) };
      const command = scripts.evaluate(
        scripts.createSession,
        redisKey('session', key),
        this.#ttl(expiresAt),
        ...pairs(fields),
      );
      // The session first: whoever reads the index in between would drop a name without a session
      // from it.
      await this.#redis.writeToReplica(redisKey('session', key), command);
      await this.#addToIndexes(key, indexes, expiresAt);
    });
  }

  read(key: string): Promise<StoredSession | undefined> {
    return this.#inTime(async () => {
      const [session, expiresAt] = await this.#liveFields(key, 'session');
      return session && { session, expiresAt };
    });
  }

  readTokens(key: string): Promise<Uint8Array | undefined> {
    return this.#inTime(async () => (await this.#liveFields(key, 'tokens'))[0]);
  }

  update(
    key: string,
    { session, tokens, expiresAt, expected }: StoredSessionChange,
  ): Promise<boolean> {
    return this.#inTime(async () => {
      const name = redisKey('session', key);
      const ttl = expiresAt === undefined ? '' : this.#ttl(expiresAt);
      const fields = pairs({ session, tokens, expires_at: expiresAt });
      const given = [this.#now(), ttl, expected ?? '', ...fields];
      const command = scripts.evaluate(scripts.updateSession, name, ...given);
      const indexes = await (tokens === undefined
        ? this.#redis.write(name, command)
        : this.#redis.writeToReplica(name, command));
      if (indexes === null) return false;
      if (expiresAt !== undefined) await this.#addToIndexes(key, namesIn(indexes), expiresAt);
      return true;
    });
  }

  destroy(key: string): Promise<Uint8Array | undefined> {
    return this.#inTime(async () => {
      const name = redisKey('session', key);
      const command = scripts.evaluate(scripts.destroySession, name);
      // Answered in any case, because nobody else will get the tokens and revoke them.
      const removed = await this.#redis.writeAndTryReplica(name, command);
      if (!Array.isArray(removed)) return undefined;
      await Promise.allSettled(
        namesIn(removed[1]).map((index) => this.#dropFromIndex(index, [key])),
      );
      return removed[0] as Buffer;
    });
  }

  find(index: string): Promise<string[]> {
    return this.#inTime(async () => {
      const name = redisKey('index', index);
      const keys = ((await this.#redis.read(name, ['ZRANGE', name, '0', '-1'])) as Buffer[]).map(
        String,
      );
      const isThere = await Promise.all(keys.map((key) => this.#exists(key)));
      const gone = keys.filter((_, n) => isThere[n] === false);
      if (gone.length > 0) await Promise.allSettled([this.#dropFromIndex(index, gone)]);
      return keys.filter((_, n) => isThere[n] === true);
    });
  }

  lock(name: string, ttlMs: number): Promise<string | undefined> {
    return this.#inTime(async () => {
      const proof = randomUUID();
      const key = redisKey('lock', name);
      const taken = await this.#redis.write(key, ['SET', key, proof, 'NX', 'PX', String(ttlMs)]);
      return taken === null ? undefined : proof;
    });
  }

  renewLock(name: string, proof: string, ttlMs: number): Promise<boolean> {
    return this.#inTime(async () => {
      const key = redisKey('lock', name);
      const command = scripts.evaluate(scripts.renewLock, key, proof, ttlMs);
      return (await this.#redis.write(key, command)) === 1;
    });
  }

  unlock(name: string, proof: string): Promise<void> {
    return this.#inTime(async () => {
      const key = redisKey('lock', name);
      await this.#redis.write(key, scripts.evaluate(scripts.unlock, key, proof));
    });
  }

  remember(value: string, expiresAt: number): Promise<boolean> {
    return this.#inTime(async () => {
      const key = redisKey('remembered', value);
      const ttl = String(Math.max(1, expiresAt - this.#now()));
      return (await this.#redis.writeToReplica(key, ['SET', key, '', 'NX', 'PX', ttl])) !== null;
    });
  }

  ping(): Promise<void> {
    return this.#inTime(() => this.#redis.ping());
  }

  async close(): Promise<void> {
    this.#redis.close();
  }

  async #liveFields(key: string, field: string): Promise<[Buffer | undefined, number]> {
    const name = redisKey('session', key);
    const command = ['HMGET', name, field, 'expires_at'];
    const [value, expiresAt] = (await this.#redis.read(name, command)) as (Buffer | null)[];
    const isLive = Number(expiresAt) > this.#now();
    return [isLive ? (value ?? undefined) : undefined, Number(expiresAt)];
  }

  async #exists(key: string): Promise<boolean> {
    const name = redisKey('session', key);
    return (await this.#redis.read(name, ['EXISTS', name])) === 1;
  }

  async #addToIndexes(key: string, indexes: readonly string[], expiresAt: number): Promise<void> {
    // Twice as long as the session has: if one extension does not get here, the next one is still
    // in time.
    const ttl = 2 * this.#ttl(expiresAt);
    await Promise.all(
      indexes.map((index) => {
        const name = redisKey('index', index);
        return this.#redis.writeToReplica(
          name,
          scripts.evaluate(scripts.addToIndex, name, key, ttl),
        );
      }),
    );
  }

  #dropFromIndex(index: string, keys: string[]): Promise<unknown> {
    const name = redisKey('index', index);
    return this.#redis.write(name, ['ZREM', name, ...keys]);
  }

  #ttl(expiresAt: number): number {
    return Math.max(0, expiresAt - this.#now()) + CLEAR_UP_MS;
  }

  async #inTime<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await withinTimeLimit(work(), STORE_ANSWER_MS);
    } catch (error) {
      throw storeUnavailable(error, this.#place);
    }
  }
}

function pairs(
  fields: Record<string, scripts.ScriptArgument | undefined>,
): scripts.ScriptArgument[] {
  return Object.entries(fields).flatMap(([field, value]) =>
    value === undefined ? [] : [field, value],
  );
}

function namesIn(json: unknown): string[] {
  return JSON.parse(String(json)) as string[];
}
