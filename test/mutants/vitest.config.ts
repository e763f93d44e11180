import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.js';

/**
 * The tests on instrumented code. Left out are those that read the sources as text, or build them
 * anew, and those in Chromium: they take longest, and what they see the others see first.
 */
export default mergeConfig(
  base,
  defineConfig({
    test: {
      setupFiles: ['test/mutants/setup.ts'],
      exclude: [
        'test/architecture.test.ts',
        'test/chromium/**',
        'test/program/config/examples.test.ts',
        'test/mutants/**',
        'test/patterns/**',
        'test/readme*.test.ts',
        'test/sessions/stores/sqlite-crash.test.ts',
      ],
      // A mutant is killed by the first test that goes red; how it looks is of no interest.
      reporters: ['dot'],
    },
  }),
);
