import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';

declare global {
  /** Whether this mutant is the one under test; instrumented code asks at each of its mutants. */
  var isMutant: ((id: number) => boolean) | undefined;
}

const mutant = Number(process.env['MUTANT'] ?? '-1');
const record = process.env['MUTANT_RECORD'];
const { testPath } = expect.getState();
const reached = new Set<number>();

globalThis.isMutant = (id) => {
  reached.add(id);
  return id === mutant;
};

// For the processes that this test starts: see in-command.mjs.
const folder = fileURLToPath(new URL('running/', import.meta.url));
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}${process.pid}.json`, JSON.stringify({ mutant, record, testPath }));

afterAll(() => {
  if (record === undefined) return;
  appendFileSync(record, `${JSON.stringify({ testPath, reached: [...reached] })}\n`);
});
