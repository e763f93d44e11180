import { expect, it } from 'vitest';
import { temporaryPassword } from '../../../src/program/setup/plan/temporary-password.js';

it('satisfies every policy a pool can have, and never comes twice', () => {
  const passwords = Array.from({ length: 300 }, () => temporaryPassword({ MinimumLength: 8 }));
  for (const password of passwords) {
    expect(password).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^\w\s]).{16}$/);
  }
  expect(new Set(passwords).size).toBe(300);
  expect(temporaryPassword({ MinimumLength: 40 })).toHaveLength(40);
});

it('does not begin with the same kind of character each time', () => {
  const kinds = Array.from({ length: 300 }, () =>
    temporaryPassword().charAt(0).replace(/[a-z]/, 'a').replace(/[A-Z]/, 'A').replace(/\d/, '1'),
  );
  for (const kind of ['a', 'A', '1']) expect(kinds).toContain(kind);
});
