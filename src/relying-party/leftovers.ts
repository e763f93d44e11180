import type { BackgroundWork } from './background-work.js';

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
}

const RETRY_MS = 1000;
/** What is beyond it is forgotten, the oldest first; a browser of our own remembers its session too. */
const MAX_LEFT = 10_000;

export function createLeftovers(background: BackgroundWork): Leftovers {
  /** Work that is left, each with what follows; gives what follows once it is done. */
  const left = new Map<string, () => Promise<() => void>>();
  let isTrying = false;

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
  };

  return {
    has: (name) => left.has(name),
    async attempt(name, work, whenDone = () => undefined) {
      const attempted = async (): Promise<() => void> => {
        const result = await work();
        return () => whenDone(result);
      };
      let follow: () => void;
      try {
        follow = await attempted();
      } catch {
        const [oldest] = left.size >= MAX_LEFT ? left.keys() : [];
        if (oldest !== undefined) left.delete(oldest);
        left.set(name, attempted);
        if (!isTrying) void background.own(tryUntilDone());
        return false;
      }
      left.delete(name);
      follow();
      return true;
    },
  };
}
