import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { visible } from '../../errors/strangers-words.js';
import { requestIdOf } from '../../web/request/request-id.js';
import { pathOf } from '../../web/request/request-target.js';

/**
 * One line per request, when its answer is out: id, method, path, status, milliseconds. Nothing
 * else of the request is read, so no header, cookie or query (where `code` and `state` are) can
 * reach the log.
 *
 * @param elapsed a clock in milliseconds that never goes back
 */
export function requestLog(
  logger: Logger,
  elapsed: () => number = () => performance.now(),
): RequestHandler {
  return (req, res, next) => {
    const startedAt = elapsed();
    const id = requestIdOf(res);
    res.once('close', () => {
      const { statusCode: status, writableFinished } = res;
      const line = {
        id,
        method: req.method,
        path: visible(pathOf(req)),
        status,
        ms: Math.round((elapsed() - startedAt) * 10) / 10,
        // Absent when all is well: the browser went away, or we cut the connection.
        ...(writableFinished ? {} : { aborted: true }),
      };
      logger[status >= 500 ? 'warn' : 'info'](line, 'request');
    });
    next();
  };
}
