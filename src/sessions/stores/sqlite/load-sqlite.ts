import { storeMisconfigured } from '../../store-errors.js';

/** The few calls of `node:sqlite` we use; `@photostructure/sqlite` has the same ones. */
export interface Database {
  exec(sql: string): void;
  prepare<Row>(sql: string): Statement<Row>;
  close(): void;
}

interface Statement<Row> {
  run(...values: SqlValue[]): { changes: number | bigint };
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
}

type SqlValue = string | number | Uint8Array | null;

type OpenDatabase = new (file: string, options?: { readOnly: boolean }) => Database;

/**
 * Loads Node's own SQLite where it has one (22.13 and newer), else the package.
 * @throws {ConfigError} when there is neither
 */
export async function loadSqlite(): Promise<OpenDatabase> {
  try {
    return (builtinSqlite() ?? (await import('@photostructure/sqlite'))).DatabaseSync;
  } catch (error) {
    throw storeMisconfigured(
      'is a file, and this Node has no SQLite',
      'run "npm install @photostructure/sqlite", or use Node 22.13 or later',
      error,
    );
  }
}

/**
 * Node 22 warns of it as of an experiment. Who runs a site can do nothing about that, and its other
 * warnings must stay seen: so this one alone is held back, at the one moment it is given, which is
 * inside this synchronous call.
 */
function builtinSqlite(): { DatabaseSync: OpenDatabase } | undefined {
  const emitWarning = Reflect.get(process, 'emitWarning') as (...warning: unknown[]) => void;
  process.emitWarning = (...warning: unknown[]) => {
    if (!String(warning[0]).startsWith('SQLite is')) emitWarning.apply(process, warning);
  };
  try {
    return process.getBuiltinModule('node:sqlite') as ReturnType<typeof builtinSqlite>;
  } finally {
    process.emitWarning = emitWarning;
  }
}
