import type { ProvidedContext } from 'vitest';
import type { TestProject } from 'vitest/node';
import { findChromium } from './chromium.js';
import { findRedisServer } from './redis-server.js';

declare module 'vitest' {
  /**
   * Read with `inject('chromium')`; `undefined` means it is missing and its tests are to be
   * skipped.
   */
  export interface ProvidedContext {
    chromium: string | undefined;
    redisServer: string | undefined;
  }
}

/** Runs once before all test files: finds the programs that npm cannot bring. */
export default function setup({ provide }: TestProject): void {
  const programs: Pick<ProvidedContext, 'chromium' | 'redisServer'> = {
    chromium: findChromium(),
    redisServer: findRedisServer(),
  };
  provide('chromium', programs.chromium);
  provide('redisServer', programs.redisServer);
}
