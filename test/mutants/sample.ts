import type { Mutant } from './operators.js';

/**
 * So many of them, drawn by a seed, none inside another: each file has its share, and all fit into
 * one instrumented copy.
 *
 * @param seed the same seed draws the same mutants from the same text
 */
export function sample(mutants: readonly Mutant[], count: number, seed: number): Mutant[] {
  const random = generator(seed);
  const drawn = mutants
    .map((mutant) => ({ mutant, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ mutant }) => mutant);
  const chosen: Mutant[] = [];
  for (const mutant of drawn) {
    if (chosen.length === count) break;
    if (!chosen.some((other) => overlap(mutant, other))) chosen.push(mutant);
  }
  return chosen.toSorted((a, b) => a.file.localeCompare(b.file) || a.start - b.start);
}

const overlap = (a: Mutant, b: Mutant): boolean =>
  a.file === b.file && a.start < b.end && b.start < a.end;

/** Mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A file's text with its mutants in it, each switched by its number. */
export function instrument(text: string, mutants: ReadonlyMap<number, Mutant>): string {
  let result = text;
  const lastFirst = [...mutants].toSorted(([, a], [, b]) => b.start - a.start);
  for (const [id, { start, end, guarded }] of lastFirst) {
    result = result.slice(0, start) + guarded(`globalThis.isMutant?.(${id})`) + result.slice(end);
  }
  return result;
}
