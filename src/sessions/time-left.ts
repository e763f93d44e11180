import type { Request } from 'express';
import { REQUEST_WAIT_MS, withinTimeLimit } from './time-limits.js';
import { storeUnavailable } from './store-errors.js';

const beganWaiting = new WeakMap<Request, number>();

/**
 * How long a request may still wait for provider and store, in milliseconds: counted from when this
 * was first asked.
 */
export function timeLeft(req: Request): number {
  const now = performance.now();
  const since = beganWaiting.get(req) ?? now;
  beganWaiting.set(req, since);
  return Math.max(0, since + REQUEST_WAIT_MS - now);
}

/**
 * Waits for the session store for as long as the request may. One call of it keeps its own limit;
 * several in a row would add up.
 * @throws {RelyingPartyError} `session_store_unavailable`
 */
export async function inTime<T>(req: Request, work: Promise<T>): Promise<T> {
  return withinTimeLimit(work, timeLeft(req)).catch((error: unknown) => {
    throw error instanceof DOMException ? storeUnavailable(error) : error;
  });
}
