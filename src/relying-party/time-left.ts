import type { Request } from 'express';
import { REQUEST_WAIT_MS } from '../config/time-limits.js';

const beganWaiting = new WeakMap<Request, number>();

/** How long a request may still wait for provider and store, in milliseconds: counted from when this was first asked. */
export function timeLeft(req: Request): number {
  const now = performance.now();
  const since = beganWaiting.get(req) ?? now;
  beganWaiting.set(req, since);
  return Math.max(0, since + REQUEST_WAIT_MS - now);
}
