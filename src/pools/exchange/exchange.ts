import type { Request, Response } from 'express';
import { applyFault, type Fault, type FaultEndpoint } from '../control/faults.js';
import type { UserPool } from '../model/user-pool.js';
import { queryOf } from './request-log.js';
import { takeFault, type PoolsRuntime } from './runtime.js';

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
    const fault = faultEndpoint && takeFault(runtime, pool.name, faultEndpoint);
    if (fault && (await applyFault(fault, response))) return;
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
