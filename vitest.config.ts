import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

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
    // No test is about how long it takes: these end one that hangs, on the busiest machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
    coverage: { include: ['src/**/*.ts'] },
  },
});
