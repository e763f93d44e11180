import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import { RelyingPartyError } from '../errors/relying-party-error.js';

/**
 * Lets the relying party answer for what its guards refuse, whatever error handler the host has, or
 * lacks. Everything else is the host's, by `next`: Express 4 looks at no promise, and one that
 * rejects there ends the process.
 */
export function withOurErrors(
  errorHandler: ErrorRequestHandler,
  guard: (req: Request, res: Response, next: NextFunction) => Promise<void> | void,
): RequestHandler {
  return async (req, res, next) => {
    try {
      await guard(req, res, next);
    } catch (error) {
      if (error instanceof RelyingPartyError) await errorHandler(error, req, res, next);
      else next(error);
    }
  };
}
