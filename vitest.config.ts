import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { STEP_LIMIT_MS, TEST_LIMIT_MS } from './test/support/limits.js';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/outside/**'],
    globalSetup: ['test/support/global-setup.ts'],
    silent: 'passed-only',
    // One more than cores: a browser test mostly waits for the browser.
    maxWorkers: availableParallelism() + 1,
    // Test files share a worker's modules: nothing of ours keeps state in one, and loading them is a third of the time.
    isolate: false,
    testTimeout: TEST_LIMIT_MS,
    hookTimeout: TEST_LIMIT_MS,
    expect: { poll: { timeout: STEP_LIMIT_MS } },
    coverage: { include: ['src/**/*.ts'] },
  },
});
