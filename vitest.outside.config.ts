import { defineConfig } from 'vitest/config';

/** What is seen from outside: the package installed elsewhere, the examples on it, other people's programs. Needs a registry. */
export default defineConfig({
  test: {
    include: ['test/outside/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    silent: 'passed-only',
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
