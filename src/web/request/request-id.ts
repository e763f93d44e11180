import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

/** Gives every request a name of our own making, for the log, the error page and `X-Request-Id`. */
export function requestId(): RequestHandler {
  return (_req, res, next) => {
    requestIdOf(res);
    next();
  };
}

/** The name of the request this answers; given now, if no middleware gave it one before. */
export function requestIdOf(res: Response): string {
  const known: unknown = res.locals['requestId'];
  if (typeof known === 'string') return known;
  const id = randomUUID();
  res.locals['requestId'] = id;
  res.setHeader('X-Request-Id', id);
  return id;
}
