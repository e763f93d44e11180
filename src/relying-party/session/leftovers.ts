import type { EventEmitter } from 'node:events';
import type { BackgroundWork } from '../background-work.js';
import type { RelyingPartyEvents } from '../events.js';
import { detailOf } from '../provider/calls/reason.js';

/**
 * What the session store did not let a sign-out do, such as to delete the session: the process does
 * it once the store works again. Nobody waits for that, and a sign-out never fails by it.
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
/**
 * What is beyond it is forgotten, the oldest first; a browser of our own remembers its session too.
 */
export const MAX_LEFT = 10_000;

export interface LeftoversOptions {
  readonly background: BackgroundWork;
  readonly events: EventEmitter<RelyingPartyEvents>;
}

/**
 * An outage of the store is told of at its first piece of work and at its end, with how many: there
 * may be thousands.
 */
export function createLeftovers({ background, events }: LeftoversOptions): Leftovers {
  const left = createBacklog(events);
  let isTrying = false;

  const tryUntilDone = async (): Promise<void> => {
    isTrying = true;
    let goesOn = true;
    while (left.works.size > 0 && goesOn) {
      goesOn = await background.pause(RETRY_MS);
      // Also once more when the process is about to stop.
      await tryAll(left.works);
    }
    isTrying = false;
    left.tellTheEnd();
  };

  return {
    has: (name) => left.works.has(name),
    pending: () => left.works.size,
    async attempt(name, work, whenDone = () => undefined) {
      const attempted = async (): Promise<() => void> => {
        const result = await work();
        return () => whenDone(result);
      };
      let follow: () => void;
      try {
        follow = await attempted();
      } catch (failure) {
        left.add(name, attempted);
        if (isTrying) return false;
        events.emit('logout.postponed', { count: left.works.size, detail: detailOf(failure) });
        void background.own(tryUntilDone());
        return false;
      }
      left.works.delete(name);
      follow();
      return true;
    },
  };
}

/** Work that is left, each with what follows; gives what follows once it is done. */
type Works = Map<string, () => Promise<() => void>>;

/**
 * One failure is enough: the store does not work yet. What failed goes to the end, so that it holds
 * up nothing else.
 */
async function tryAll(works: Works): Promise<void> {
  for (const [name, work] of works) {
    let follow: () => void;
    try {
      follow = await work();
    } catch {
      works.delete(name);
      works.set(name, work);
      return;
    }
    works.delete(name);
    try {
      follow();
    } catch {
      // A listener of the host's; nobody is there to be told.
    }
  }
}

/**
 * What is left, as much as there is room for, and how much there was since the store last did all
 * of it.
 */
function createBacklog(events: LeftoversOptions['events']): {
  readonly works: Works;
  add(name: string, work: () => Promise<() => void>): void;
  tellTheEnd(): void;
} {
  const works: Works = new Map();
  let putBy = 0;
  let forgotten = 0;

  const forgetOldest = (): void => {
    const [oldest] = works.keys();
    if (oldest === undefined) return;
    works.delete(oldest);
    forgotten += 1;
    if (forgotten === 1) events.emit('logout.dropped', { count: 1, reason: 'too_many' });
  };

  return {
    works,
    add(name, work) {
      if (!works.has(name)) {
        putBy += 1;
        if (works.size >= MAX_LEFT) forgetOldest();
      }
      works.set(name, work);
    },
    tellTheEnd() {
      if (forgotten > 1) {
        events.emit('logout.dropped', { count: forgotten - 1, reason: 'too_many' });
      }
      if (works.size > 0) events.emit('logout.dropped', { count: works.size, reason: 'stopping' });
      else events.emit('logout.caught_up', { count: putBy - forgotten });
      [putBy, forgotten] = [0, 0];
    },
  };
}
