import { appendFileSync } from 'node:fs';
import { afterAll, expect } from 'vitest';

declare global {
  /** Whether this mutant is the one under test; instrumented code asks at each of its mutants. A process of a test's has none. */
  var isMutant: ((id: number) => boolean) | undefined;
}

const active = Number(process.env['MUTANT'] ?? '-1');
const record = process.env['MUTANT_RECORD'];
const reached = new Set<number>();

globalThis.isMutant = (id) => {
  reached.add(id);
  return id === active;
};

afterAll(() => {
  if (record === undefined) return;
  const { testPath } = expect.getState();
  appendFileSync(record, `${JSON.stringify({ testPath, reached: [...reached] })}\n`);
});
