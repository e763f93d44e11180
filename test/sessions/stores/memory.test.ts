import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openSessionStore } from '../../../src/sessions/stores/open-session-store.js';
import { itKeepsTheContract } from './contract.js';
import { newSession, randomKey } from './support/new-session.js';

describe('the memory store', () => {
  itKeepsTheContract((now) => openSessionStore('memory:', { now }), { isShared: false });

  describe('when nobody comes back', () => {
    afterEach(() => vi.useRealTimers());

    it('lets go of all there was about expired sessions by itself', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'Date'] });
      const store = await openSessionStore('memory:', { now: Date.now });
      const empty = bytesInUse();
      for (let n = 0; n < 20_000; n += 1) {
        await store.create(
          randomKey(),
          newSession(Date.now(), { indexes: [randomKey(), randomKey()] }),
        );
      }
      const full = bytesInUse();

      vi.advanceTimersByTime(11 * 60_000);

      vi.useRealTimers();
      await expect.poll(bytesInUse).toBeLessThan(empty + (full - empty) / 8);
      await store.close();
    });

    it('leaves nothing running when it is closed', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      const store = await openSessionStore('memory:', { now: Date.now });
      expect(vi.getTimerCount()).toBe(1);
      await store.close();
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});

function bytesInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
