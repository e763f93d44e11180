import {
  closeSync,
  mkdirSync,
  openSync,
  readSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '../../../errors/config-error.js';
import { storeMisconfigured } from '../../store-errors.js';
import { type Database, loadSqlite } from './load-sqlite.js';
import {
  isOfThisVersion,
  makeTables,
  refuseForeign,
  type SqliteTables,
  tablesOf,
} from './tables.js';
import { reasonOf, StoreFault } from '../../store-fault.js';

/** The open file, and whether it is still the one that its path names. */
export interface SqliteFile {
  readonly database: Database;
  /**
   * @throws {StoreFault} when the path names no database any more, its log was taken away under us,
   *   or the tables are of another version of ours
   */
  check(): void;
  /**
   * Whether what is written now will be found: by other processes, and after this one.
   * @throws {StoreFault} when the path names no file any more, or its log was taken away under us
   */
  requireThere(): void;
  /** Whether the path names another file by now, one that was put there from a copy. */
  isReplaced(): boolean;
  close(): void;
}

const BUSY = 5;
const OPENING_MS = 5000;

/** How long one call may hold up this process while another one writes. */
const BLOCKING_MS = 20;

/**
 * Opens the SQLite file that the processes of one machine share, and makes it if need be (folder
 * 0700, file 0600).
 *
 * @param path a file ending in `.db`, `.sqlite` or `.sqlite3`, else a folder, in which the file is
 *   `sessions.db`
 * @throws {ConfigError} when this Node has no SQLite, or the path cannot hold the file
 */
export async function openSqliteFile(path: string): Promise<SqliteFile> {
  const DatabaseSync = await loadSqlite();
  try {
    const file = makeFile(resolve(path));
    const opened = statSync(file);
    const database = await untilNotBusy(OPENING_MS, () => openDatabase(new DatabaseSync(file)));
    return watched(database, file, opened);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if (isForWantOfRoom(error, resolve(path))) {
      const problem = `names a file on a disk that is full (${resolve(path)})`;
      throw storeMisconfigured(problem, 'make room there', new StoreFault('full', problem));
    }
    throw storeMisconfigured(
      `names a file that cannot be used (${resolve(path)}): ${error instanceof Error ? error.message : String(error)}`,
      'use a folder on a local disk that this user may write to, and remove the file there if it is damaged',
      error,
    );
  }
}

/**
 * Calls `step` again for as long as another process holds the file, without holding up this one in
 * between.
 * @throws what `step` throws, which is "busy" once `ms` have passed
 */
export async function untilNotBusy<Result>(ms: number, step: () => Result): Promise<Result> {
  const deadline = performance.now() + ms;
  for (;;) {
    try {
      return step();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      await delay(5 + Math.random() * 10);
    }
  }
}

/** Runs `steps` as one transaction: all of it happens, or nothing does. */
export function transaction<Result>(database: Database, steps: () => Result): Result {
  // IMMEDIATE takes the write lock first: a transaction that reads, then writes, would fail
  // whenever another wrote between.
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = steps();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      database.exec('ROLLBACK');
    } catch {
      // There is none any more: a full disk ends the transaction by itself.
    }
    throw error;
  }
}

function watched(database: Database, file: string, opened: Stats): SqliteFile {
  const there = (end = ''): Stats | undefined => statSync(file + end, { throwIfNoEntry: false });
  const log = there('-wal');
  const requireThere = (): void => {
    if (there() === undefined) throw new StoreFault('file_gone', 'its file is not there any more');
    // What we write then goes into a file without a name: others do not see it, and a crash loses
    // it.
    if (log !== undefined && !isSame(log, there('-wal'))) {
      throw new StoreFault(
        'file_gone',
        'its -wal file was removed: stop all processes of the site, then start them',
      );
    }
  };
  return {
    database,
    requireThere,
    check: () => {
      requireThere();
      if (!isDatabase(file)) throw new StoreFault('damaged', 'its file is no database any more');
      if (!isOfThisVersion(database)) {
        throw new StoreFault('other_tables', 'its tables were replaced by another version');
      }
    },
    isReplaced: () => {
      const now = there();
      return now !== undefined && !isSame(opened, now);
    },
    close: () => database.close(),
  };
}

const isSame = (one: Stats, other: Stats | undefined): boolean =>
  one.ino === other?.ino && one.dev === other.dev;

/**
 * What every database of SQLite begins with (https://www.sqlite.org/fileformat.html, section
 * 1.3.1).
 */
const MAGIC = Buffer.from('SQLite format 3\0');

/** An open one may have been emptied or written over, and answer from memory all the same. */
function isDatabase(file: string): boolean {
  const start = Buffer.alloc(MAGIC.length);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, start, 0, start.length, 0);
  closeSync(descriptor);
  return start.equals(MAGIC);
}

/** The file that the path of a URL means. */
export function sqliteFileAt(path: string): string {
  const isFile = ['.db', '.sqlite', '.sqlite3'].includes(extname(path)) && !isFolder(path);
  return isFile ? path : join(path, 'sessions.db');
}

/**
 * Looks into a file that is there, and leaves it as it is: opening it as a store would empty what
 * another version has made.
 *
 * @param file see `sqliteFileAt`
 * @throws what SQLite says of a file it cannot read
 */
export async function lookIntoSqliteFile(file: string): Promise<SqliteTables> {
  const DatabaseSync = await loadSqlite();
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return tablesOf(database);
  } catch (error) {
    if (!isForWantOfRoom(error, file)) throw error;
    throw new StoreFault('full', 'its disk is full');
  } finally {
    database.close();
  }
}

/**
 * What SQLite needs beside a file that is there already, for its log and for the memory that
 * processes share.
 */
const ROOM_BYTES = 64 * 1024;

/** SQLite says "I/O error" where it has no room to begin, as of a disk that is broken. */
function isForWantOfRoom(error: unknown, file: string): boolean {
  if (reasonOf(error) !== 'io_error') return false;
  const { bavail, bsize } = statfsSync(dirname(file));
  return bavail * bsize < ROOM_BYTES;
}

function makeFile(path: string): string {
  const file = sqliteFileAt(path);
  makeFolder(dirname(file));
  // Made by us because SQLite would make it readable for everyone; its -wal and -shm files take the
  // mode of this one.
  closeSync(openSync(file, 'a', 0o600));
  return file;
}

/**
 * With those that it is in. Node's own way to do so never ends where a file system, as of /proc,
 * has no room for folders.
 */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process of the site starts at the same moment.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function openDatabase(database: Database): Database {
  try {
    database.exec(`PRAGMA busy_timeout = ${BLOCKING_MS}`);
    // Before anything else: the journal mode is kept in the file.
    refuseForeign(database);
    const mode = database
      .prepare<{ journal_mode: string }>('PRAGMA journal_mode = WAL')
      .get()?.journal_mode;
    if (mode !== 'wal') throw new StoreFault('without_log', 'its disk has no write-ahead logging');
    database.exec('PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF');
    transaction(database, () => makeTables(database));
    database.exec('PRAGMA foreign_keys = ON');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function isBusy(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  return (code & 0xff) === BUSY;
}
