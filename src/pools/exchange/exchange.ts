import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import type { ResettableClock } from '../control/clock.js';
import {
  applyFault,
  type Fault,
  type FaultEndpoint,
  type FaultSwitches,
} from '../control/faults.js';
import type { PoolRegistry } from '../state/pool-registry.js';
import { queryOf, type PoolsLogEvent, type RequestLog } from './request-log.js';
import type { StateFile } from '../state/state-file.js';
import type { UserPool } from '../model/user-pool.js';

/** What all pools of one server share. */
export interface PoolsRuntime {
  readonly origin: string;
  readonly registry: PoolRegistry;
  /** Those of the registry. */
  readonly pools: readonly UserPool[];
  readonly clock: ResettableClock;
  /** Absent: the state ends with the server. */
  readonly stateFile: StateFile | undefined;
  readonly faults: FaultSwitches;
  readonly requestLog: RequestLog;
  readonly log: (event: PoolsLogEvent) => void;
}

/** One request to one pool and its answer, with everything an endpoint needs. */
export interface Exchange {
  readonly pool: UserPool;
  readonly runtime: PoolsRuntime;
  readonly request: Request;
  readonly response: Response;
  readonly query: URLSearchParams;
  /** Fields of a form; empty for any other body. */
  readonly form: URLSearchParams;
  /** What is left of a fault for the endpoint itself to carry out. */
  readonly fault: Fault | undefined;
  /** Epoch milliseconds by the pools' clock. */
  readonly now: number;
}

/** Answers one request. */
export type Endpoint = (exchange: Exchange) => void | Promise<void>;

/**
 * Makes an Express handler of an endpoint; an injected fault acts first.
 *
 * @param faultEndpoint the name faults know it by; without one it cannot fail
 */
export function serve(
  runtime: PoolsRuntime,
  faultEndpoint: FaultEndpoint | undefined,
  endpoint: Endpoint,
): (request: Request, response: Response) => Promise<void> {
  return async (request, response) => {
    const pool = poolOf(response);
    if (pool === undefined)
      throw new TypeError('A pool endpoint is outside the paths of the pools');
    const fault = faultEndpoint && runtime.faults.take(pool.name, faultEndpoint);
    if (faultEndpoint && fault) {
      runtime.log({
        kind: 'fault',
        pool: pool.name,
        endpoint: faultEndpoint,
        fault: describeFault(fault),
      });
      if (await applyFault(fault, response)) return;
    }
    const query = queryOf(request);
    const form = formOf(request);
    const now = runtime.clock.now();
    await endpoint({ pool, runtime, request, response, query, form, fault, now });
  };
}

/** Remembers which pool a request is for. */
export function assignPool(response: Response, pool: UserPool): void {
  response.locals['pool'] = pool;
}

/** The pool `assignPool` remembered; `undefined` outside any pool's paths. */
export function poolOf(response: Response): UserPool | undefined {
  return response.locals['pool'] as UserPool | undefined;
}

/** The fields of a form-encoded body. */
export const formOf = (request: Request): URLSearchParams =>
  new URLSearchParams(typeof request.body === 'string' ? request.body : '');

/** A URL with parameters attached, form-encoded (a blank is `+`). */
export function withQuery(url: string, parameters: URLSearchParams): string {
  return `${url}${url.includes('?') ? '&' : '?'}${parameters.toString()}`;
}

/** Sends the browser on. The URL must be ours or registered. */
export function redirect({ response }: Exchange, location: string): void {
  // Express's own redirect would re-encode the URL and add a body; Cognito does neither.
  response.status(302).set({ Location: location, 'Cache-Control': 'no-store' }).end();
}

/**
 * Answers in JSON with the headers of Cognito's OAuth endpoints (`Strict-Transport-Security` means nothing over http).
 */
export function sendJson(
  { response }: Exchange,
  status: number,
  body: object | undefined,
  headers: Record<string, string> = {},
): void {
  response.status(status).set({
    'Cache-Control': 'no-cache, no-store, max-age=0, must-revalidate',
    Pragma: 'no-cache',
    Expires: '0',
    'X-Content-Type-Options': 'nosniff',
    'X-XSS-Protection': '1; mode=block',
    'X-Frame-Options': 'DENY',
    'Strict-Transport-Security': 'max-age=31536000 ; includeSubDomains',
    'Access-Control-Allow-Origin': '*',
    Server: 'Server',
    'x-amz-cognito-request-id': randomUUID(),
    ...headers,
  });
  if (body === undefined) {
    response.end();
    return;
  }
  response.setHeader('Content-Type', 'application/json;charset=UTF-8');
  response.end(JSON.stringify(body));
}

/** An OAuth error (RFC 6749, section 5.2); Cognito answers 400 where the RFC allows 401. */
export function sendOAuthError(
  exchange: Exchange,
  error: string,
  description?: string,
  status = 400,
): void {
  const body = description === undefined ? { error } : { error, error_description: description };
  sendJson(exchange, status, body);
}

/** A fault in words for the log: `delayMs 50, status 500`. */
export function describeFault(fault: Fault): string {
  const words = Object.entries(fault).map(([name, value]) =>
    typeof value === 'number' ? `${name} ${value}` : name,
  );
  return words.join(', ');
}
