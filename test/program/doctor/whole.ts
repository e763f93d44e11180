import { expect } from 'vitest';
import type { Finding } from '../../../src/program/doctor/findings/finding.js';

/**
 * A diagnosis whose every finding says in whole words what it is and what to do; whatever a test is
 * about, that holds.
 */
export function whole<Found extends { readonly findings: readonly Finding[] }>(
  diagnosis: Found,
): Found {
  expectWhole(diagnosis.findings);
  return diagnosis;
}

function expectWhole(findings: readonly Finding[]): void {
  for (const { code, what, fix } of findings) {
    for (const text of [what, fix.text]) {
      expect(text, code).toMatch(/^\S.*\S$/s);
      // Not "Sset it": a first letter that is written twice.
      expect(text, code).not.toMatch(/^(\w)\1/i);
      expect(text, code).not.toMatch(/undefined|\[object|(?<!\/)\bnull\b|NaN|  |“”|\(\)/);
    }
  }
}
