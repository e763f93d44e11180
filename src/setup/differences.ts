import type { Change } from './step.js';

/** Those of `found`, and those of `wanted` that are not among them: what others have put there stays. */
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
    .map(([property, value]) => ({ property, text: difference(before.get(property), value) }));
}

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

function difference(before: unknown, after: unknown): string {
  if (!Array.isArray(after)) return `${inWords(before)} -> ${inWords(after)}`;
  const had: unknown[] = Array.isArray(before) ? before : [];
  const added = after.filter((value) => !had.includes(value)).map((value) => `+ ${inWords(value)}`);
  const removed = had
    .filter((value) => !after.includes(value))
    .map((value) => `- ${inWords(value)}`);
  return [...added, ...removed].join(', ');
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
