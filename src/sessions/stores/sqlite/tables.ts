import type { Database } from './load-sqlite.js';
import { storeMisconfigured } from '../../store-errors.js';
import { StoreFault } from '../../store-fault.js';

/**
 * Goes up whenever the tables change. A file with any other number is emptied: people sign in
 * again, nothing crashes.
 */
const LAYOUT = 1;

/** Marks a file as ours ("LfGd"), so that no other program's database is ever emptied. */
const APPLICATION_ID = 0x4c664764;

const TABLES = `
  CREATE TABLE sessions (key TEXT PRIMARY KEY, session BLOB NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX sessions_by_expiry ON sessions (expires_at);
  CREATE TABLE tokens (key TEXT PRIMARY KEY REFERENCES sessions ON DELETE CASCADE, tokens BLOB NOT NULL);
  CREATE TABLE session_index (
    name TEXT, key TEXT REFERENCES sessions ON DELETE CASCADE, PRIMARY KEY (name, key)
  ) WITHOUT ROWID;
  CREATE INDEX session_index_by_key ON session_index (key);
  CREATE TABLE locks (name TEXT PRIMARY KEY, proof TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE remembered (value TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) WITHOUT ROWID;
`;

/** Whose tables a database has: none yet, ours, ours of another version, or another program's. */
export type SqliteTables = 'none' | 'ours' | 'other_version' | 'foreign';

/** Only reads. */
export function tablesOf(database: Database): SqliteTables {
  if (namesOf(database).length === 0) return 'none';
  if (numberOf(database, 'application_id') !== APPLICATION_ID) return 'foreign';
  return isOfThisVersion(database) ? 'ours' : 'other_version';
}

/** Whether another version of ours has not put its own tables in their place meanwhile. */
export const isOfThisVersion = (database: Database): boolean =>
  numberOf(database, 'user_version') === LAYOUT;

/** @throws {ConfigError} for another program's database, which is left alone */
export function refuseForeign(database: Database): void {
  if (tablesOf(database) !== 'foreign') return;
  const problem = "names another program's database";
  const fix = 'name a new file or folder';
  throw storeMisconfigured(problem, fix, new StoreFault('other_tables', problem));
}

/** Makes them where there are none of this version. @throws {ConfigError} as `refuseForeign` */
export function makeTables(database: Database): void {
  refuseForeign(database);
  if (tablesOf(database) === 'ours') return;
  for (const name of namesOf(database)) database.exec(`DROP TABLE "${name}"`);
  database.exec(
    `${TABLES}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${LAYOUT}`,
  );
}

const namesOf = (database: Database): string[] =>
  database
    .prepare<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    .all()
    .map(({ name }) => name);

function numberOf(
  database: Database,
  pragma: 'application_id' | 'user_version',
): number | undefined {
  return database.prepare<Record<string, number>>(`PRAGMA ${pragma}`).get()?.[pragma];
}
