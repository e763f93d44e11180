import { invalidParameter } from './api-error.js';

/** One page of a list, and where the next begins if there is one. */
export interface Page<T> {
  readonly members: readonly T[];
  readonly next: string | undefined;
}

/**
 * Cuts a page out of a list.
 *
 * @throws {ApiError} `InvalidParameterException` for a token that is not one of ours
 */
export function pageOf<T>(
  all: readonly T[],
  size: number | undefined,
  token: string | undefined,
): Page<T> {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0 || token === '') {
    throw invalidParameter('Invalid pagination token.');
  }
  const end = start + (size ?? 60);
  const next = end < all.length ? Buffer.from(String(end)).toString('base64url') : undefined;
  return { members: all.slice(start, end), next };
}
