import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { REFRESH_LOCK_MS } from '../../../src/sessions/time-limits.js';
import { holdLock } from '../../../src/relying-party/session/refresh/lock.js';
import { MemoryStore } from '../../../src/sessions/stores/memory-store.js';

describe('the lock on a refresh', () => {
  let store: MemoryStore;
  beforeEach(() => {
    vi.useFakeTimers();
    store = new MemoryStore({ now: Date.now });
  });
  afterEach(async () => {
    await store.close();
    vi.useRealTimers();
  });

  const isFree = async (): Promise<boolean> => (await store.lock('it', 1)) !== undefined;

  it('is held for as long as the work takes, and given back at once', async () => {
    let finish = (_answer: string): void => {};
    const work = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const holding = holdLock(store, 'it', () => work);
    await vi.advanceTimersByTimeAsync(10 * REFRESH_LOCK_MS);
    expect(await isFree()).toBe(false);
    expect(await holdLock(store, 'it', async () => 'mine')).toBeUndefined();
    finish('done');
    expect(await holding).toEqual({ result: 'done' });
    expect(await isFree()).toBe(true);
  });

  it('is given back when the work fails', async () => {
    const failing = holdLock(store, 'it', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await isFree()).toBe(true);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('away');
      },
    ],
    ['rejects', () => Promise.reject(new Error('away'))],
    ['returns no promise', () => undefined],
  ])('is asked of a store that %s, and nothing comes of that', async (_what, fails) => {
    const failing = fails as () => Promise<never>;
    const own = {
      lock: () => Promise.resolve('proof'),
      renewLock: vi.fn(failing),
      unlock: vi.fn(failing),
    };
    const work = async (): Promise<string> => {
      await vi.advanceTimersByTimeAsync(3 * REFRESH_LOCK_MS);
      return 'done';
    };
    expect(await holdLock(own, 'it', work)).toEqual({ result: 'done' });
    const renewals = own.renewLock.mock.calls.length;
    expect(renewals).toBeGreaterThan(2);
    expect(own.unlock).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(3 * REFRESH_LOCK_MS);
    expect(own.renewLock).toHaveBeenCalledTimes(renewals);
  });

  it('outlives its holder by seconds', async () => {
    // A killed process renews nothing any more.
    await store.lock('it', REFRESH_LOCK_MS);
    await vi.advanceTimersByTimeAsync(REFRESH_LOCK_MS - 1);
    expect(await isFree()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await isFree()).toBe(true);
    expect(REFRESH_LOCK_MS).toBeLessThanOrEqual(3000);
  });

  it('stays with who has it when an earlier holder comes back from a long pause', async () => {
    let finish = (): void => {};
    const work = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const paused = holdLock(store, 'it', () => work);
    await Promise.resolve();
    // The whole process stood still, its timers too.
    vi.setSystemTime(Date.now() + 2 * REFRESH_LOCK_MS);
    const theirs = await store.lock('it', 60_000);
    expect(theirs).toBeDefined();
    await vi.advanceTimersByTimeAsync(REFRESH_LOCK_MS);
    finish();
    await paused;
    expect(await isFree()).toBe(false);
  });
});
