/** What keeps a store from keeping sessions, in a word for programs. */
export type StoreFaultReason =
  | 'full'
  | 'read_only'
  | 'damaged'
  | 'io_error'
  | 'file_gone'
  | 'other_tables'
  | 'without_log'
  | 'forgets'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'unknown';

/** A fault that we find ourselves, where the driver says nothing. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault';
  readonly reason: StoreFaultReason;

  constructor(reason: StoreFaultReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html). */
const ofSqlite: Readonly<Record<number, StoreFaultReason>> = {
  3: 'refused',
  5: 'timeout',
  8: 'read_only',
  10: 'io_error',
  11: 'damaged',
  13: 'full',
  14: 'file_gone',
  26: 'damaged',
};

/**
 * How SQLite speaks of tables that are not as we made them, and how Redis begins its answers, also
 * inside a script's error.
 */
const ofWords: readonly (readonly [RegExp, StoreFaultReason])[] = [
  [/no such (?:table|column)|has no column/, 'other_tables'],
  [/\bOOM command not allowed/, 'full'],
  [/\bMISCONF /, 'full'],
  [/\bREADONLY /, 'read_only'],
  [
    /\b(?:NOPERM|NOAUTH|WRONGPASS)\b|can't (?:run this command|access at least one of the keys)/,
    'refused',
  ],
  [/\bWRONGTYPE /, 'other_tables'],
  [/\b(?:CLUSTERDOWN|LOADING|MASTERDOWN|NOREPLICAS) /, 'unreachable'],
  [/no connection yet|Socket closed|no replica had/i, 'unreachable'],
];

const ofSystem: Readonly<Record<string, StoreFaultReason>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read_only',
  EACCES: 'refused',
  EPERM: 'refused',
  ENOENT: 'file_gone',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  ENOTFOUND: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ETIMEDOUT: 'timeout',
};

/** The word for an error of a store; what a driver said is looked for in its causes. */
export function reasonOf(error: unknown): StoreFaultReason {
  if (!(error instanceof Error)) return 'unknown';
  if (error instanceof StoreFault) return error.reason;
  if (error.name === 'TimeoutError') return 'timeout';
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return (
    (typeof errcode === 'number' ? ofSqlite[errcode & 0xff] : undefined) ??
    (typeof code === 'string' ? ofSystem[code] : undefined) ??
    ofWords.find(([pattern]) => pattern.test(error.message))?.[1] ??
    reasonOf(error.cause)
  );
}
