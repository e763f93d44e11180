import type { BackgroundWork } from '../background-work.js';
import type { RelyingPartyEvents } from '../events.js';
import type { EventEmitter } from 'node:events';
import { detailOf } from '../provider/calls/reason.js';

/**
 * What the session store did not let a sign-out do, such as to delete the session: the process does it once the store works
 * again. Nobody waits for that, and a sign-out never fails by it.
 */
export interface Leftovers {
  /**
   * Does work of the store now, or else again and again until it is done.
   * @param name of two pieces of work with one name the later is left
   * @param whenDone what follows, once: no failure of it makes the work be done again
   * @returns whether it is done
   */
  attempt<T>(
    name: string,
    work: () => Promise<T>,
    whenDone?: (result: T) => void,
  ): Promise<boolean>;
  /** Whether this is still to be done. */
  has(name: string): boolean;
  /** How much is still to be done. */
  pending(): number;
}

const RETRY_MS = 1000;
/** What is beyond it is forgotten, the oldest first; a browser of our own remembers its session too. */
export const MAX_LEFT = 10_000;

export interface LeftoversOptions {
  readonly background: BackgroundWork;
  readonly events: EventEmitter<RelyingPartyEvents>;
}

/** An outage of the store is told of at its first piece of work and at its end, with how many: there may be thousands. */
export function createLeftovers({ background, events }: LeftoversOptions): Leftovers {
  /** Work that is left, each with what follows; gives what follows once it is done. */
  const left = new Map<string, () => Promise<() => void>>();
  let isTrying = false;
  /** How many were put by since the store last did all of them, and how many of those were forgotten. */
  let putBy = 0;
  let forgotten = 0;

  const forgetOldest = (): void => {
    const [oldest] = left.keys();
    if (oldest === undefined) return;
    left.delete(oldest);
    forgotten += 1;
    if (forgotten === 1) events.emit('logout.dropped', { count: 1, reason: 'too_many' });
  };

  const putOff = (name: string, work: () => Promise<() => void>, failure: unknown): void => {
    if (!left.has(name)) {
      putBy += 1;
      if (left.size >= MAX_LEFT) forgetOldest();
    }
    left.set(name, work);
    if (isTrying) return;
    events.emit('logout.postponed', { count: left.size, detail: detailOf(failure) });
    void background.own(tryUntilDone());
  };

  const tellTheEnd = (): void => {
    if (forgotten > 1) {
      events.emit('logout.dropped', { count: forgotten - 1, reason: 'too_many' });
    }
    if (left.size > 0) events.emit('logout.dropped', { count: left.size, reason: 'stopping' });
    else events.emit('logout.caught_up', { count: putBy - forgotten });
    [putBy, forgotten] = [0, 0];
  };

  /** One failure is enough: the store does not work yet. What failed goes to the end, so that it holds up nothing else. */
  const tryAll = async (): Promise<void> => {
    for (const [name, work] of left) {
      let follow: () => void;
      try {
        follow = await work();
      } catch {
        left.delete(name);
        left.set(name, work);
        return;
      }
      left.delete(name);
      try {
        follow();
      } catch {
        // A listener of the host's; nobody is there to be told.
      }
    }
  };

  const tryUntilDone = async (): Promise<void> => {
    isTrying = true;
    let goesOn = true;
    while (left.size > 0 && goesOn) {
      goesOn = await background.pause(RETRY_MS);
      // Also once more when the process is about to stop.
      await tryAll();
    }
    isTrying = false;
    tellTheEnd();
  };

  return {
    has: (name) => left.has(name),
    pending: () => left.size,
    async attempt(name, work, whenDone = () => undefined) {
      const attempted = async (): Promise<() => void> => {
        const result = await work();
        return () => whenDone(result);
      };
      let follow: () => void;
      try {
        follow = await attempted();
      } catch (failure) {
        putOff(name, attempted, failure);
        return false;
      }
      left.delete(name);
      follow();
      return true;
    },
  };
}
