import { REQUEST_WAIT_MS, withinTimeLimit } from '../../../sessions/time-limits.js';
import { RelyingPartyError } from '../../../errors/relying-party-error.js';
import { detailOf } from './reason.js';

/**
 * How long callers wait for the OP's endpoints: as long as a call takes, or shortly where one is
 * known to hang.
 */
export interface Patience {
  /**
   * Waits for a call to an endpoint. After one that failed, and took longer to than a request may
   * wait, callers wait shortly, until a call is answered, or refused, at once again. The calls
   * themselves go on, so that this is noticed.
   *
   * @param endpoint its name, for the operator
   * @param limitMs what the caller's request may still wait, where the endpoint is known to hang
   * @throws {RelyingPartyError} `provider_unavailable` when the wait is over before the call; else
   *   what the call throws
   */
  wait<T>(endpoint: string, call: Promise<T>, limitMs?: number): Promise<T>;
}

/**
 * A circuit breaker for reads that may be shared: every call is tried, but nobody waits long for
 * one that most likely hangs. It hangs for those who wait also where a gateway answers in the end,
 * in the place of a provider that does not.
 *
 * @param elapsed a clock in milliseconds that never goes back
 */
export function createPatience(elapsed: () => number = () => performance.now()): Patience {
  /** Each with how its last call failed. */
  const hanging = new Map<string, unknown>();
  const watched = new WeakSet<Promise<unknown>>();

  /** Once, by whoever began the call: for those who join it later it may fail soon. */
  const watch = (endpoint: string, call: Promise<unknown>): void => {
    if (watched.has(call)) return;
    watched.add(call);
    const begunAt = elapsed();
    call.then(
      () => hanging.delete(endpoint),
      (error: unknown) => {
        if (elapsed() - begunAt > REQUEST_WAIT_MS) hanging.set(endpoint, error);
        else hanging.delete(endpoint);
      },
    );
  };

  return {
    async wait(endpoint, call, limitMs = REQUEST_WAIT_MS) {
      watch(endpoint, call);
      if (!hanging.has(endpoint)) return call;
      const before = hanging.get(endpoint);
      return withinTimeLimit(call, limitMs).catch((error: unknown) => {
        throw error instanceof DOMException ? hangs(endpoint, before) : error;
      });
    },
  };
}

const hangs = (endpoint: string, before: unknown): RelyingPartyError =>
  new RelyingPartyError(
    'provider_unavailable',
    `${endpoint}: no answer in time; the call before: ${detailOf(before)}`,
    { cause: before },
  );
