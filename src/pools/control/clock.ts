/** The time of the pools: tokens, codes, sessions and login attempts age by it together. */
export interface PoolsClock {
  /** Epoch milliseconds. */
  now(): number;
  /**
   * Moves the time forward.
   *
   * @param by milliseconds, or a number with a unit: `'500ms'`, `'5s'`, `'61m'`, `'2h'`, `'8d'`
   * @throws {TypeError} for anything else, and for going back
   */
  advance(by: number | string): void;
}

/** A clock that can also be set back to what `now` says. */
export interface ResettableClock extends PoolsClock {
  /** How far it was moved. */
  readonly advancedMs: number;
  reset(): void;
}

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Starts a clock on top of another source of time, as far ahead of it as it was before. */
export function createClock(now: () => number, alreadyAdvancedMs = 0): ResettableClock {
  let advancedMs = alreadyAdvancedMs;
  return {
    get advancedMs() {
      return advancedMs;
    },
    now: () => now() + advancedMs,
    advance: (by) => {
      advancedMs += milliseconds(by);
    },
    reset: () => {
      advancedMs = 0;
    },
  };
}

function milliseconds(by: number | string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(String(by));
  const ms = match ? Number(match[1]) * unitMs[match[2] as keyof typeof unitMs] : Number(by);
  if (by === '' || !Number.isFinite(ms) || ms < 0) {
    throw new TypeError(`clock.advance takes milliseconds or "61m", "5s", "2h", "8d"; not "${by}"`);
  }
  return ms;
}
