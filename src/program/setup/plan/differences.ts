import type { Change } from './step.js';

/**
 * Those of `found`, and those of `wanted` that are not among them: what others have put there
 * stays.
 */
export function withAll<Value>(
  found: readonly Value[] | undefined,
  wanted: readonly Value[] | undefined,
): Value[] | undefined {
  if (found === undefined && wanted === undefined) return undefined;
  const missing = (wanted ?? []).filter((value) => !found?.includes(value));
  return [...(found ?? []), ...missing];
}

/** What differs between two descriptions of one thing, in the members of the second. */
export function differences(found: object, next: object): Change[] {
  const before = new Map<string, unknown>(Object.entries(found));
  return Object.entries(next)
    .filter(([key, value]) => !isSame(before.get(key), value))
    .map(([property, value]) => difference(property, before.get(property), value));
}

export const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

function difference(property: string, before: unknown, after: unknown): Change {
  const removal = findRemoval(before, after);
  if (!Array.isArray(after) || !Array.isArray(before)) {
    return { property, text: `${inWords(before)} -> ${inWords(after)}`, removal };
  }
  const added = valuesNotIn(after, before).map((each) => `+ ${inWords(each)}`);
  const gone = valuesNotIn(before, after).map((each) => `- ${inWords(each)}`);
  const was = before.length === 0 ? 'was empty' : `was ${inWords(before)}`;
  return { property, text: `${[...added, ...gone].join(', ')} (${was})`, removal };
}

const valuesNotIn = (values: readonly unknown[], others: readonly unknown[]): unknown[] =>
  values.filter((value) => !others.some((other) => isSame(other, value)));

/** What was there and is there no more: of a list its elements. */
function findRemoval(before: unknown, after: unknown): string | undefined {
  if (before === undefined) return undefined;
  if (after === undefined) return inWords(before);
  if (!Array.isArray(before) || !Array.isArray(after)) return undefined;
  const gone = valuesNotIn(before, after);
  return gone.length === 0 ? undefined : gone.map(inWords).join(', ');
}

/** A value on one line. */
export function inWords(value: unknown): string {
  if (value === undefined) return '(nothing)';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(inWords).join(', ');
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return Object.entries(value)
    .map(([key, each]) => `${key} ${inWords(each)}`)
    .join(', ');
}
