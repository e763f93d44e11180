import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../../../src/errors/config-error.js';
import { openSessionStore } from '../../../src/sessions/stores/open-session-store.js';
import type { SessionStore } from '../../../src/sessions/session-store.js';
import { smallDisk } from '../../faults/log-output.js';
import { openSqliteFile } from '../../../src/sessions/stores/sqlite/file.js';
import type { Database } from '../../../src/sessions/stores/sqlite/load-sqlite.js';
import { SOON_MS } from '../../support/limits.js';
import { itKeepsTheContract } from './contract.js';
import { newSession, randomKey } from './support/new-session.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lifeguard-sqlite-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the SQLite store', () => {
  itKeepsTheContract((now) => openSessionStore(`file:${folder}`, { now }), { isShared: true });

  it('keeps sessions over a restart', async () => {
    const key = randomKey();
    const before = await open();
    await before.create(key, newSession(Date.now()));
    await before.close();

    const after = await open();
    expect(await after.read(key)).toBeDefined();
    await after.close();
  });

  it('makes folder and file for its own user only', async () => {
    const store = await openSessionStore(`file:${folder}/data/sessions`, { now: Date.now });
    await store.create(randomKey(), newSession(Date.now()));

    expect(modeOf('data')).toBe('700');
    expect(modeOf('data/sessions')).toBe('700');
    for (const file of ['sessions.db', 'sessions.db-wal', 'sessions.db-shm']) {
      expect([file, modeOf(`data/sessions/${file}`)]).toEqual([file, '600']);
    }
    await store.close();
  });

  it('takes a file name as well as a folder', async () => {
    const store = await openSessionStore(`file://${folder}/my%20sessions.db`, { now: Date.now });
    expect(statSync(join(folder, 'my sessions.db')).isFile()).toBe(true);
    await store.close();
  });

  it.each(['n older', ' newer'])(
    'signs people out, and works on, after a%s version wrote the file',
    async (age) => {
      const [key, newKey] = [randomKey(), randomKey()];
      const before = await open();
      await before.create(key, newSession(Date.now()));
      await before.close();
      await withDatabase((database) => {
        database.exec(`ALTER TABLE sessions RENAME COLUMN session TO was_called_something_else`);
        database.exec(
          `CREATE TABLE something_else (x); PRAGMA user_version = ${age === 'n older' ? 0 : 99}`,
        );
      });

      const after = await open();
      expect(await after.read(key)).toBeUndefined();
      await after.create(newKey, newSession(Date.now(), { indexes: ['sub'] }));
      expect(await after.find('sub')).toEqual([newKey]);
      await after.close();
    },
  );

  it("refuses another program's database and leaves it alone", async () => {
    await withDatabase((database) =>
      database.exec('PRAGMA application_id = 0; PRAGMA user_version = 7'),
    );

    await expect(open()).rejects.toThrow("session.store names another program's database");
    const { DatabaseSync } = await import('@photostructure/sqlite');
    const database = new DatabaseSync(join(folder, 'sessions.db'));
    expect(database.prepare('SELECT count(*) AS n FROM sessions').get()).toEqual({ n: 0 });
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 7 });
    database.close();
  });

  it('refuses a file that is no database, and a folder that cannot be made', async () => {
    writeFileSync(join(folder, 'sessions.db'), 'x'.repeat(5000));

    await expect(open()).rejects.toThrow(
      `session.store names a file that cannot be used (${folder}): `,
    );
    const below = `file:${folder}/sessions.db/below`;
    await expect(openSessionStore(below, { now: Date.now })).rejects.toThrow(ConfigError);
  });

  it.skipIf(process.platform !== 'linux')(
    'refuses a place where no folder can be made, and does not try for ever',
    async () => {
      await expect(openSqliteFile('/proc/none/deeper/sessions')).rejects.toThrow(
        "(/proc/none/deeper/sessions): ENOENT: no such file or directory, mkdir '/proc/none'",
      );
    },
  );

  const disk = process.platform === 'linux' ? smallDisk(200) : undefined;
  it.skipIf(disk === undefined)('says that there is no room to begin in', async () => {
    const small = disk!.folder;
    try {
      (await openSqliteFile(join(small, 'sessions'))).close();
      for (const name of readdirSync(join(small, 'sessions'))) {
        if (!name.endsWith('.db')) rmSync(join(small, 'sessions', name));
      }
      const { bavail, bsize } = statfsSync(small);
      writeFileSync(join(small, 'filler'), Buffer.alloc(bavail * bsize));
      await expect(openSqliteFile(join(small, 'sessions'))).rejects.toThrow(
        /names a file on a disk that is full \(.*\); make room there$/,
      );
    } finally {
      disk!.remove();
    }
  });

  it('deletes expired rows by itself', async () => {
    let time = Date.now();
    const before = await openSessionStore(`file:${folder}`, { now: () => time });
    const create = (): Promise<void> =>
      before.create(randomKey(), newSession(time, { indexes: ['sub', 'sid'] }));
    await Promise.all([...Array.from({ length: 1200 }, create), before.remember('jti', time + 1)]);
    await before.close();
    expect(await rowCounts()).toEqual([1200, 1200, 2400, 1]);

    time += 11 * 60_000;
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const after = await openSessionStore(`file:${folder}`, { now: () => time });
    vi.advanceTimersByTime(62_000);
    vi.useRealTimers();
    expect(await rowCounts()).toEqual([0, 0, 0, 0]);
    await after.close();
  });

  it('answers "unavailable" soon while another process holds the file, and then works again', async () => {
    const store = await open();
    const key = randomKey();
    await store.create(key, newSession(Date.now()));

    await withDatabase(async (database) => {
      database.exec('BEGIN IMMEDIATE');
      const startedAt = performance.now();
      const [created, destroyed, read] = await Promise.allSettled([
        store.create(randomKey(), newSession(Date.now())),
        store.destroy(key),
        store.read(key),
      ]);

      expect(created).toMatchObject({ reason: { code: 'session_store_unavailable' } });
      expect(destroyed).toMatchObject({ reason: { code: 'session_store_unavailable' } });
      expect(read).toMatchObject({ value: { expiresAt: expect.any(Number) } });
      expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
      database.exec('COMMIT');
    });

    expect(await store.destroy(key)).toBeDefined();
    await store.close();
  });

  it('says "unavailable" and never "no such session" once it is closed', async () => {
    const store = await open();
    await store.close();

    await expect(store.read(randomKey())).rejects.toMatchObject({
      code: 'session_store_unavailable',
    });
  });
});

function open(): Promise<SessionStore> {
  return openSessionStore(`file:${folder}`, { now: Date.now });
}

function modeOf(path: string): string {
  return (statSync(join(folder, path)).mode & 0o777).toString(8);
}

function rowCounts(): Promise<unknown[]> {
  return withDatabase((database) =>
    ['sessions', 'tokens', 'session_index', 'remembered'].map(
      (table) =>
        database.prepare<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`).get()?.rows,
    ),
  );
}

/** What another program does with the same file. */
async function withDatabase<Result>(
  use: (database: Database) => Result | Promise<Result>,
): Promise<Result> {
  const database = (await openSqliteFile(folder)).database;
  try {
    return await use(database);
  } finally {
    database.close();
  }
}
