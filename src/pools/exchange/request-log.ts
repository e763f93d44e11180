import type { Request, Response } from 'express';

/**
 * A request as a pool received it. For tests in the same process only: it has everything that was
 * sent.
 */
export interface RecordedRequest {
  readonly method: string;
  /** Relative to the domain or the issuer, e.g. `/oauth2/token`. */
  readonly path: string;
  readonly query: Record<string, string>;
  /** Names in lower case. */
  readonly headers: Record<string, string>;
  /** Fields of a form; empty for anything else. */
  readonly body: Record<string, string>;
  /** 0 while unanswered, and for good when the connection was cut. */
  readonly status: number;
}

/** The newest requests of each pool. */
export interface RequestLog {
  record(pool: string, request: Request, response: Response, form: URLSearchParams): void;
  /** Oldest first. */
  requests(pool: string, path: string | undefined): RecordedRequest[];
  clear(): void;
}

const KEPT_PER_POOL = 5000;

/** Starts empty; the oldest are dropped beyond 5000 a pool. */
export function createRequestLog(): RequestLog {
  const byPool = new Map<string, RecordedRequest[]>();
  return {
    record: (pool, request, response, form) => {
      const recorded = {
        method: request.method,
        path: request.path,
        query: Object.fromEntries(queryOf(request)),
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
        ),
        body: Object.fromEntries(form),
        status: 0,
      };
      response.once('finish', () => {
        recorded.status = response.statusCode;
      });
      const kept = byPool.get(pool) ?? [];
      byPool.set(pool, kept);
      kept.push(recorded);
      if (kept.length > KEPT_PER_POOL) kept.shift();
    },
    requests: (pool, path) =>
      (byPool.get(pool) ?? [])
        .filter((each) => path === undefined || each.path === path)
        .map((each) => ({ ...each })),
    clear: () => byPool.clear(),
  };
}

/** The query of a request; of a repeated parameter, readers take the first. */
export function queryOf(request: Request): URLSearchParams {
  const start = request.originalUrl.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : request.originalUrl.slice(start + 1));
}
