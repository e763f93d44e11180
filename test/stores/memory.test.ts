import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openSessionStore } from '../../src/sessions/open-session-store.js';
import { itKeepsTheContract } from './contract.js';
import { newSession, randomKey } from './support/new-session.js';

describe('the memory store', () => {
  itKeepsTheContract((now) => openSessionStore('memory:', { now }), { isShared: false });

  describe('when nobody comes back', () => {
    afterEach(() => vi.useRealTimers());

    it('lets go of expired sessions by itself', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'Date'] });
      const store = await openSessionStore('memory:', { now: Date.now });
      for (let n = 0; n < 200; n += 1) {
        await store.create(
          randomKey(),
          newSession(Date.now(), { tokens: new Uint8Array(100_000), indexes: ['sub'] }),
        );
      }
      expect(bytesInUse()).toBeGreaterThan(20_000_000);

      vi.advanceTimersByTime(11 * 60_000);

      expect(bytesInUse()).toBeLessThan(10_000_000);
      await store.close();
    });
  });
});

function bytesInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().arrayBuffers;
}
