/** Why `setup` cannot go on, in words that are all the operator needs. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}

/** The exception's name as AWS documents it. */
export const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/**
 * The system's code for a failed connection, e.g. `ECONNREFUSED`; `fetch` keeps it in the cause.
 */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause);
}
