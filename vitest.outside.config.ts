import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { STEP_LIMIT_MS, TEST_LIMIT_MS } from './test/support/limits.js';

/** What is seen from outside: the package installed elsewhere, the examples on it, other people's programs. Needs a registry. */
export default defineConfig({
  test: {
    include: ['test/outside/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    silent: 'passed-only',
    // Each file works in folders and on ports of its own.
    maxWorkers: availableParallelism(),
    testTimeout: TEST_LIMIT_MS,
    hookTimeout: TEST_LIMIT_MS,
    expect: { poll: { timeout: STEP_LIMIT_MS } },
  },
});
