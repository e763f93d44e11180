import { setTimeout as wait } from 'node:timers/promises';
import type { Response } from 'express';
import type { TokenFault } from '../model/tokens/sign.js';

/** Every place where a fault can be switched on. */
export const faultEndpoints = [
  'discovery',
  'jwks',
  'authorize',
  'login',
  'token',
  'userInfo',
  'revoke',
  'idpresponse',
  'logout',
  'api',
] as const;

/**
 * Where a fault can be switched on. `login` is also the page for a new password, `api` the JSON API
 * at `POST /`.
 */
export type FaultEndpoint = (typeof faultEndpoints)[number];

/** What goes wrong. Members combine, e.g. a delay and then a status. */
export interface Fault {
  /** Waits, in real milliseconds, then answers normally or with the rest of the fault. */
  readonly delayMs?: number;
  /** Never answers until the server closes. */
  readonly hang?: true;
  /** Resets the connection. */
  readonly reset?: true;
  /** Answers with this status and `body` instead of doing its work. */
  readonly status?: number;
  /**
   * Default `server_error` in JSON, or AWS's throttling message for 429; given without `status`,
   * the status is 200.
   */
  readonly body?: string;
  /** Default `application/json`, or `text/html` for a body that begins with `<`. */
  readonly contentType?: string;
  /** Cuts the body in half; the length header agrees with what is left. */
  readonly truncate?: true;
  /**
   * Answers as Cognito does above its quota: 400 `TooManyRequestsException` in the API, 429
   * elsewhere.
   */
  readonly throttle?: true;
  /** JWKS without keys. */
  readonly emptyJwks?: true;
  /** Token endpoint only. */
  readonly idToken?: TokenFault;
  /** Token endpoint only. */
  readonly accessToken?: TokenFault;
  /** Leaves members out of the token response. */
  readonly omit?: readonly TokenResponseMember[];
}

/** Every member of the token response. */
export const tokenResponseMembers = [
  'id_token',
  'access_token',
  'refresh_token',
  'token_type',
  'expires_in',
] as const;

/** A member of the token response. */
export type TokenResponseMember = (typeof tokenResponseMembers)[number];

/** Faults that are switched on, per pool and endpoint. */
export interface FaultSwitches {
  once(pool: string, endpoint: FaultEndpoint, fault: Fault): void;
  always(pool: string, endpoint: FaultEndpoint, fault: Fault): void;
  clear(): void;
  /** The fault for a request that has come in; one that was set for once is used up by it. */
  take(pool: string, endpoint: FaultEndpoint): Fault | undefined;
}

/** Starts with none. Those set for once come first, in the order they were set. */
export function createFaultSwitches(): FaultSwitches {
  const once = new Map<string, Fault[]>();
  const always = new Map<string, Fault>();
  return {
    once: (pool, endpoint, fault) => {
      const key = keyOf(pool, endpoint);
      once.set(key, [...(once.get(key) ?? []), fault]);
    },
    always: (pool, endpoint, fault) => void always.set(keyOf(pool, endpoint), fault),
    clear: () => {
      once.clear();
      always.clear();
    },
    take: (pool, endpoint) => {
      const keys = [keyOf(pool, endpoint), keyOf('*', endpoint)];
      const next = keys.find((key) => (once.get(key)?.length ?? 0) > 0);
      if (next !== undefined) return once.get(next)?.shift();
      return keys.map((key) => always.get(key)).find((fault) => fault !== undefined);
    },
  };
}

/**
 * Does to the answer what the fault says.
 *
 * @returns true when the request was answered, or never will be, and nothing else may be sent
 */
export async function applyFault(fault: Fault, response: Response): Promise<boolean> {
  if (fault.delayMs !== undefined) await wait(fault.delayMs);
  if (fault.hang) return true;
  if (fault.reset) {
    response.socket?.resetAndDestroy();
    return true;
  }
  if (fault.truncate) truncateBody(response);
  if (fault.status === undefined && fault.body === undefined && !fault.throttle) return false;
  const status = fault.status ?? (fault.throttle ? 429 : 200);
  const body = fault.body ?? defaultBody(status);
  const contentType =
    fault.contentType ?? (body.startsWith('<') ? 'text/html' : 'application/json');
  response.status(status).setHeader('Content-Type', contentType);
  response.end(body);
  return true;
}

const keyOf = (pool: string, endpoint: FaultEndpoint): string => `${endpoint} ${pool}`;

const defaultBody = (status: number): string =>
  JSON.stringify(status === 429 ? { message: 'Rate exceeded' } : { error: 'server_error' });

function truncateBody(response: Response): void {
  const end = response.end.bind(response) as (body: Buffer) => Response;
  response.end = ((body?: string | Buffer) => {
    const whole = Buffer.from(body ?? '');
    response.removeHeader('Content-Length');
    return end(whole.subarray(0, Math.floor(whole.length / 2)));
  }) as Response['end'];
}
