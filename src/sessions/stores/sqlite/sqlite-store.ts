import { randomUUID } from 'node:crypto';
import type {
  NewStoredSession,
  SessionStore,
  StoredSession,
  StoredSessionChange,
} from '../../session-store.js';
import { openSqliteFile, transaction, untilNotBusy, type SqliteFile } from './file.js';
import type { Database } from './load-sqlite.js';
import { STORE_ANSWER_MS } from '../../time-limits.js';
import { storeUnavailable } from '../../store-errors.js';
import { reasonOf } from '../../store-fault.js';

const SWEEP_MS = 60_000;
const SWEEP_ROWS = 500;

/**
 * Opens a store in a SQLite file, shared by the processes of one machine; it survives their
 * crashes. A power failure may lose the last moments before it, never the file.
 *
 * @param path see `openSqliteFile`
 * @param options.now the time in epoch milliseconds
 * @throws {ConfigError} when the file cannot be used
 */
export async function openSqliteStore(
  path: string,
  options: { now: () => number },
): Promise<SessionStore> {
  return new SqliteStore(path, await openSqliteFile(path), options.now);
}

class SqliteStore implements SessionStore {
  readonly #path: string;
  readonly #now: () => number;
  #file: SqliteFile;
  #statements: Statements;
  /** A damaged page may still be in memory after it was mended on the disk. */
  #isDamaged = false;
  #sweeping: NodeJS.Timeout;

  constructor(path: string, file: SqliteFile, now: () => number) {
    this.#path = path;
    this.#file = file;
    this.#now = now;
    this.#statements = prepareStatements(file.database);
    this.#sweeping = setTimeout(() => this.#sweep(), Math.random() * SWEEP_MS).unref();
  }

  /** A sign-in that nobody else would find is none. */
  create(key: string, session: NewStoredSession): Promise<void> {
    return this.#answer(({ createSession, createTokens, createIndexEntry }, file) => {
      file.requireThere();
      transaction(file.database, () => {
        createSession.run(key, session.session, session.expiresAt);
        createTokens.run(key, session.tokens);
        for (const index of session.indexes) createIndexEntry.run(index, key);
      });
    });
  }

  read(key: string): Promise<StoredSession | undefined> {
    return this.#answer(({ read }) => read.get(key, this.#now()));
  }

  readTokens(key: string): Promise<Uint8Array | undefined> {
    return this.#answer(({ readTokens }) => readTokens.get(key, this.#now())?.tokens);
  }

  update(
    key: string,
    { session, tokens, expiresAt, expected }: StoredSessionChange,
  ): Promise<boolean> {
    const now = this.#now();
    const values = [session ?? null, expiresAt ?? null, key, now, expected ?? null] as const;
    return this.#answer(({ updateSession, updateTokens }, { database }) => {
      const change = (): boolean => updateSession.run(...values).changes === 1;
      if (tokens === undefined) return change();
      return transaction(database, () => change() && updateTokens.run(tokens, key).changes === 1);
    });
  }

  /**
   * What the file that is put back still holds is not destroyed yet, so this fails for now, but
   * nobody is let in meanwhile.
   */
  destroy(key: string): Promise<Uint8Array | undefined> {
    return this.#answer(({ tokensToRemove, destroySession }, file) => {
      const tokens = transaction(file.database, () => {
        const row = tokensToRemove.get(key);
        destroySession.run(key);
        return row?.tokens;
      });
      file.requireThere();
      return tokens;
    });
  }

  find(index: string): Promise<string[]> {
    return this.#answer(({ find }) => find.all(index).map(({ key }) => key));
  }

  lock(name: string, ttlMs: number): Promise<string | undefined> {
    return this.#answer(({ lock }) => {
      const proof = randomUUID();
      const now = this.#now();
      return lock.run(name, proof, now + ttlMs, now).changes === 1 ? proof : undefined;
    });
  }

  renewLock(name: string, proof: string, ttlMs: number): Promise<boolean> {
    return this.#answer(({ renewLock }) => {
      const now = this.#now();
      return renewLock.run(now + ttlMs, name, proof, now).changes === 1;
    });
  }

  unlock(name: string, proof: string): Promise<void> {
    return this.#answer(({ unlock }) => {
      unlock.run(name, proof);
    });
  }

  remember(value: string, expiresAt: number): Promise<boolean> {
    return this.#answer(
      ({ remember }) => remember.run(value, expiresAt, this.#now()).changes === 1,
    );
  }

  async ping(): Promise<void> {
    try {
      if (this.#isDamaged || this.#file.isReplaced()) await this.#openAgain();
      this.#file.check();
    } catch (error) {
      throw storeUnavailable(error, this.#path);
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#sweeping);
    this.#file.close();
  }

  /**
   * After the file was put back from a copy: until then we had the one that was there before,
   * unseen by others.
   */
  async #openAgain(): Promise<void> {
    const before = this.#file;
    const file = await openSqliteFile(this.#path);
    if (this.#file !== before) return file.close();
    this.#file = file;
    this.#isDamaged = false;
    this.#statements = prepareStatements(file.database);
    before.close();
  }

  async #answer<Answer>(
    step: (statements: Statements, file: SqliteFile) => Answer,
  ): Promise<Answer> {
    try {
      if (this.#file.isReplaced()) await this.#openAgain();
      return await untilNotBusy(STORE_ANSWER_MS, () => step(this.#statements, this.#file));
    } catch (error) {
      if (reasonOf(error) === 'damaged') this.#isDamaged = true;
      throw storeUnavailable(error, this.#path);
    }
  }

  /** Deletes what has expired, a bounded number of rows at a time so that nobody waits for it. */
  #sweep(): void {
    let isFinished = true;
    try {
      const now = this.#now();
      for (const sweep of this.#statements.sweeps) {
        if (sweep.run(now, SWEEP_ROWS).changes === SWEEP_ROWS) isFinished = false;
      }
    } catch {
      // Expired rows are hidden from every read anyway; the next sweep takes them.
    }
    const pause = isFinished ? SWEEP_MS * (0.75 + Math.random() / 2) : 10;
    this.#sweeping = setTimeout(() => this.#sweep(), pause).unref();
  }
}

type Statements = ReturnType<typeof prepareStatements>;

/** Each statement takes its values in the order of its question marks. */
function prepareStatements(database: Database) {
  return {
    createSession: database.prepare(
      'INSERT INTO sessions (key, session, expires_at) VALUES (?, ?, ?)',
    ),
    createTokens: database.prepare('INSERT INTO tokens (key, tokens) VALUES (?, ?)'),
    createIndexEntry: database.prepare(
      'INSERT OR IGNORE INTO session_index (name, key) VALUES (?, ?)',
    ),
    read: database.prepare<StoredSession>(
      'SELECT session, expires_at AS expiresAt FROM sessions WHERE key = ? AND expires_at > ?',
    ),
    readTokens: database.prepare<{ tokens: Uint8Array }>(
      'SELECT tokens FROM sessions JOIN tokens USING (key) WHERE key = ? AND expires_at > ?',
    ),
    updateSession: database.prepare(
      `UPDATE sessions SET session = coalesce(?, session), expires_at = coalesce(?, expires_at)
       WHERE key = ? AND expires_at > ? AND session = coalesce(?, session)`,
    ),
    updateTokens: database.prepare('UPDATE tokens SET tokens = ? WHERE key = ?'),
    tokensToRemove: database.prepare<{ tokens: Uint8Array }>(
      'SELECT tokens FROM tokens WHERE key = ?',
    ),
    destroySession: database.prepare('DELETE FROM sessions WHERE key = ?'),
    find: database.prepare<{ key: string }>(
      'SELECT key FROM session_index JOIN sessions USING (key) WHERE name = ?',
    ),
    lock: database.prepare(
      `INSERT INTO locks (name, proof, expires_at) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET proof = excluded.proof, expires_at = excluded.expires_at WHERE locks.expires_at <= ?`,
    ),
    renewLock: database.prepare(
      'UPDATE locks SET expires_at = ? WHERE name = ? AND proof = ? AND expires_at > ?',
    ),
    unlock: database.prepare('DELETE FROM locks WHERE name = ? AND proof = ?'),
    remember: database.prepare(
      `INSERT INTO remembered (value, expires_at) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at WHERE remembered.expires_at <= ?`,
    ),
    sweeps: [
      'DELETE FROM sessions WHERE key IN (SELECT key FROM sessions WHERE expires_at <= ? LIMIT ?)',
      'DELETE FROM locks WHERE name IN (SELECT name FROM locks WHERE expires_at <= ? LIMIT ?)',
      'DELETE FROM remembered WHERE value IN (SELECT value FROM remembered WHERE expires_at <= ? LIMIT ?)',
    ].map((sql) => database.prepare(sql)),
  };
}
