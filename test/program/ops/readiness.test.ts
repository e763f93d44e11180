import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryStore } from '../../../src/sessions/stores/memory-store.js';
import { openSessionStore } from '../../../src/sessions/stores/open-session-store.js';
import type { SessionStore } from '../../../src/sessions/session-store.js';
import { createStoreProbe } from '../../../src/sessions/store-probe.js';
import { openSqliteFile } from '../../../src/sessions/stores/sqlite/file.js';
import { smallDisk } from '../../faults/log-output.js';
import { startApp, type RunningApp } from '../../support/app.js';
import { establish } from '../../support/establish.js';
import { redisProgram, startRedis } from '../../support/redis.js';

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

interface Site {
  readonly app: RunningApp;
  readonly store: SessionStore;
  /** Status and body of `/readyz`, once it is this. */
  readonly becomes: (status: number) => Promise<unknown>;
}

async function siteWith(url: string, first = 200): Promise<Site> {
  const store = await openSessionStore(url, { now: Date.now });
  const app = await startApp(
    { ISSUER: 'http://127.0.0.1:9/eu-west-1_Nowhere01', CLIENT_ID: 'site', CLIENT_SECRET: 'none' },
    { store },
  );
  ends.push(async () => {
    await app.stop();
    await store.close();
  });
  const becomes = async (status: number): Promise<unknown> => {
    for (;;) {
      const answer = await fetch(`${app.url}/readyz`);
      const body: unknown = await answer.json();
      if (answer.status === status) return body;
    }
  };
  await becomes(first);
  return { app, store, becomes };
}

const failing = (step: string, reason: string): unknown =>
  expect.objectContaining({
    code: 'session_store_unavailable',
    part: 'session_store',
    step,
    reason,
  });

const emptyFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeguard-ready-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

describe.skipIf(redisProgram === undefined)('/readyz with Redis', () => {
  it('names a memory that is full, and recovers when there is room', async () => {
    const redis = await startRedis(['maxmemory-policy noeviction']);
    ends.push(() => redis.stop());
    const { app, store, becomes } = await siteWith(`redis://127.0.0.1:${redis.port}`);
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    await expect(establish({ ...app, store })).rejects.toThrow();
    expect(await becomes(503)).toEqual(failing('create', 'full'));
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    await becomes(200);
  });

  it('names a server that became a replica and takes no writes', async () => {
    const redis = await startRedis();
    ends.push(() => redis.stop());
    const { becomes } = await siteWith(`redis://127.0.0.1:${redis.port}`);
    await redis.command('REPLICAOF', '127.0.0.1', '9');
    expect(await becomes(503)).toEqual(failing('create', 'read_only'));
    await redis.command('REPLICAOF', 'NO', 'ONE');
    await becomes(200);
  });

  it('names rights that were taken away', async () => {
    const redis = await startRedis();
    ends.push(() => redis.stop());
    const { becomes } = await siteWith(`redis://127.0.0.1:${redis.port}`);
    await redis.command('ACL', 'SETUSER', 'default', '-hset');
    expect(await becomes(503)).toEqual(failing('create', 'refused'));
    await redis.command('ACL', 'SETUSER', 'default', '+@all');
    await becomes(200);
  });

  it('names a server that is gone at the next ask, and one that hangs within a second', async () => {
    const redis = await startRedis();
    ends.push(() => redis.stop());
    const { becomes } = await siteWith(`redis://127.0.0.1:${redis.port}`);
    redis.signal('SIGSTOP');
    expect(await becomes(503)).toMatchObject({ step: 'answer' });
    redis.signal('SIGCONT');
    await becomes(200);
    await redis.kill();
    expect(await becomes(503)).toEqual(failing('answer', 'unreachable'));
    await redis.restart();
    await becomes(200);
  });
});

const small = process.platform === 'linux' ? smallDisk() : undefined;
small?.remove();

describe('/readyz with SQLite', () => {
  it.skipIf(small === undefined)(
    'names a disk that is full, and recovers when there is room',
    async () => {
      const disk = smallDisk(1024)!;
      ends.push(() => disk.remove());
      const { app, store, becomes } = await siteWith(`file:${disk.folder}`);
      const filler = join(disk.folder, 'filler');
      expect(() => writeFileSync(filler, Buffer.alloc(2 * 1024 * 1024))).toThrow('ENOSPC');
      const logins = async (): Promise<void> => {
        for (let count = 0; count < 200; count++) await establish({ ...app, store });
      };
      await expect(logins()).rejects.toThrow();
      expect(await becomes(503)).toEqual(failing('create', 'full'));
      rmSync(filler);
      await becomes(200);
      await establish({ ...app, store });
    },
  );

  it('names tables that another version has replaced', async () => {
    const folder = emptyFolder();
    const { becomes } = await siteWith(`file:${folder}`);
    const other = await openSqliteFile(folder);
    other.database.exec('PRAGMA user_version = 99');
    expect(await becomes(503)).toEqual(failing('answer', 'other_tables'));
    other.database.exec('PRAGMA user_version = 1; ALTER TABLE tokens RENAME TO elsewhere');
    expect(await becomes(503)).toEqual(failing('create', 'other_tables'));
    other.database.exec('ALTER TABLE elsewhere RENAME TO tokens');
    await becomes(200);
    other.close();
  });

  it('names a file that was deleted under us; put back, or put there from a copy, it is used again', async () => {
    const folder = emptyFolder();
    const { app, store, becomes } = await siteWith(`file:${folder}`);
    const file = join(folder, 'sessions.db');
    renameSync(file, `${file}.moved`);
    expect(await becomes(503)).toEqual(failing('answer', 'file_gone'));
    renameSync(`${file}.moved`, file);
    await becomes(200);

    const { cookie } = await establish({ ...app, store });
    const copy = await openSessionStore(`file:${join(folder, 'copy')}`, { now: Date.now });
    await copy.close();
    for (const end of ['', '-wal', '-shm']) rmSync(file + end);
    expect(await becomes(503)).toEqual(failing('answer', 'file_gone'));
    cpSync(join(folder, 'copy', 'sessions.db'), file);
    await becomes(200);
    expect((await fetch(`${app.url}/api/me`, { headers: { cookie } })).status).toBe(401);
    const again = await establish({ ...app, store });
    const other = await openSessionStore(`file:${folder}`, { now: Date.now });
    expect((await fetch(`${app.url}/api/me`, { headers: { cookie: again.cookie } })).status).toBe(
      200,
    );
    await other.close();
  });

  it.each([
    ['removed', (file: string) => rmSync(`${file}-wal`)],
    [
      'removed with its index',
      (file: string) => ['-wal', '-shm'].forEach((end) => rmSync(file + end)),
    ],
    ['put there by another', (file: string) => renameSync(aFile(), `${file}-wal`)],
  ])(
    'names a log that was %s: what is written afterwards nobody else sees',
    async (_what, spoil) => {
      const folder = emptyFolder();
      const { app, store, becomes } = await siteWith(`file:${folder}`);
      await establish({ ...app, store });
      spoil(join(folder, 'sessions.db'));
      expect(await becomes(503)).toEqual(failing('answer', 'file_gone'));
    },
  );

  it.each([
    ['emptied', (file: string) => truncateSync(file)],
    ['written over', (file: string) => writeFileSync(file, 'x'.repeat(9000))],
  ])(
    'names a file that was %s under us, and recovers when it is put back',
    async (_what, spoil) => {
      const folder = emptyFolder();
      const file = join(folder, 'sessions.db');
      const { becomes } = await siteWith(`file:${folder}`);
      const whole = readFileSync(file);
      spoil(file);
      expect(await becomes(503)).toEqual(failing('answer', 'damaged'));
      writeFileSync(file, whole);
      await becomes(200);
    },
  );

  it('names a page that is damaged, and recovers when it is mended', async () => {
    const folder = emptyFolder();
    const file = join(folder, 'sessions.db');
    const { database } = await openSqliteFile(folder);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    const whole = readFileSync(file);
    const write = (bytes: Buffer): void => {
      const descriptor = openSync(file, 'r+');
      writeSync(descriptor, bytes, 0, bytes.length, PAGE);
      closeSync(descriptor);
    };
    write(Buffer.alloc(PAGE, 0xff));
    const { app, store, becomes } = await siteWith(`file:${folder}`, 503);
    await expect(establish({ ...app, store })).rejects.toThrow();
    expect(await becomes(503)).toEqual(failing('create', 'damaged'));
    write(whole.subarray(PAGE, 2 * PAGE));
    await becomes(200);
  });
});

function aFile(): string {
  const file = join(emptyFolder(), 'file');
  writeFileSync(file, '');
  return file;
}

/** SQLite's own; the second is the root of the first table. */
const PAGE = 4096;

describe('the probe of a store', () => {
  it('writes once for all who ask together and shortly after, and leaves nothing behind', async () => {
    const store = new MemoryStore({ now: Date.now });
    ends.push(() => store.close());
    const created: string[] = [];
    const create = store.create.bind(store);
    store.create = (key, session) => {
      created.push(key);
      return create(key, session);
    };
    const probe = createStoreProbe(store, { now: Date.now });
    await Promise.all(Array.from({ length: 50 }, probe));
    await probe();
    expect(created).toHaveLength(1);
    expect(await store.read(created[0]!)).toBeUndefined();
    expect(await store.find(created[0]!)).toEqual([]);
  });

  it.each([
    ['forgets what it was given', { read: async () => undefined }, 'read', 'forgets'],
    [
      'keeps what it should destroy to itself',
      { destroy: async () => undefined },
      'destroy',
      'forgets',
    ],
    ['never answers', { create: () => new Promise<never>(() => {}) }, 'answer', 'timeout'],
  ] as const)('fails for a store of a host that %s', async (_what, fault, step, reason) => {
    const store = Object.assign(new MemoryStore({ now: Date.now }), fault);
    ends.push(() => store.close());
    await expect(createStoreProbe(store, { now: Date.now })()).rejects.toMatchObject({
      code: 'session_store_unavailable',
      step,
      reason,
    });
  });
});
