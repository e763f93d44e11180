import { expect } from 'vitest';
import type { Diagnosed } from '../../../src/program/doctor/diagnose.js';
import type { Finding } from '../../../src/program/doctor/findings/finding.js';

/** As a check has it, or as it is reported. */
type Found = Finding | Diagnosed;

/** A diagnosis whose every finding says in whole words what it is and what to do; whatever a test is about, that holds. */
export function whole<Result extends { readonly findings: readonly Found[] }>(
  diagnosis: Result,
): Result {
  expectWhole(diagnosis.findings);
  return diagnosis;
}

function expectWhole(findings: readonly Found[]): void {
  for (const { code, what, fix } of findings) {
    for (const text of [what, typeof fix === 'string' ? fix : fix.text]) {
      expect(text, code).toMatch(/^\S.*\S$/s);
      // Not "Sset it": a first letter that is written twice.
      expect(text, code).not.toMatch(/^(\w)\1/i);
      expect(text, code).not.toMatch(/undefined|\[object|(?<!\/)\bnull\b|NaN|  |“”|\(\)/);
    }
  }
}
