import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Work that goes on when its visitor has gone, as everything does that changes something. It
 * belongs to the process, which waits for it before it stops.
 */
export interface BackgroundWork {
  /**
   * Takes work over, and gives it back for who wants to wait. Nobody need do so: a failure is the
   * work's own to tell.
   */
  own<T>(work: Promise<T>): Promise<T>;
  /** Waits, but not when the process is about to stop. @returns whether it is still going on */
  pause(ms: number): Promise<boolean>;
  /**
   * Ends pauses at once, then resolves when everything is done, or after this long.
   * @returns whether everything is done
   */
  finish(limitMs: number): Promise<boolean>;
}

export function createBackgroundWork(): BackgroundWork {
  const running = new Set<Promise<unknown>>();
  const stop = new AbortController();
  // As many as there are pauses, and each lets go of it.
  setMaxListeners(0, stop.signal);

  const allDone = async (): Promise<true> => {
    // What is under way may begin more, as an ended session begins a revocation.
    while (running.size > 0) await Promise.allSettled(running);
    return true;
  };

  return {
    own(work) {
      const settled = work.then(nothing, nothing);
      running.add(settled);
      void settled.then(() => running.delete(settled));
      return work;
    },
    pause: (ms) => wait(ms, true, { signal: stop.signal, ref: false }).catch(() => false),
    async finish(limitMs) {
      stop.abort();
      const limit = new AbortController();
      const isDone = await Promise.race([
        allDone(),
        wait(limitMs, false, { signal: limit.signal }).catch(() => false),
      ]);
      limit.abort();
      return isDone;
    },
  };
}

const nothing = (): void => {};
