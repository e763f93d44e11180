import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { decodeJwt } from 'jose';
import { applyFault, type Fault } from '../control/faults.js';
import { assignPool } from '../exchange/exchange.js';
import { type PoolsRuntime, takeFault } from '../exchange/runtime.js';
import type { UserPool } from '../model/user-pool.js';
import { ApiError } from './api-error.js';
import { operations } from './operations.js';

const PREFIX = 'AWSCognitoIdentityProviderService.';

/**
 * `POST /`: the cognito-idp API in AWS JSON 1.1. Any signature is accepted. Refusals are 400 with
 * `__type` and `message`; 500 stands for a mistake of ours, which the SDK would send three times.
 *
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/Welcome.html
 */
export async function dispatch(
  runtime: PoolsRuntime,
  request: Request,
  response: Response,
): Promise<void> {
  const target = request.get('x-amz-target') ?? '';
  const name = target.startsWith(PREFIX) ? target.slice(PREFIX.length) : '';
  response.set({
    'Content-Type': 'application/x-amz-json-1.1',
    'Cache-Control': 'no-store',
    'x-amzn-requestid': randomUUID(),
  });
  try {
    const input = inputOf(request);
    const pool = poolIn(input, runtime);
    if (pool !== undefined) {
      assignPool(response, pool);
      runtime.requestLog.record(pool.name, request, response, new URLSearchParams());
    }
    if (await injectFault(runtime, pool, response)) return;
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (operation === undefined)
      throw new ApiError('UnknownOperationException', unknownOperation(name));
    const answer = await operation.answer(input, { runtime, now: runtime.clock.now() });
    response.status(200).end(answer && JSON.stringify(answer));
  } catch (error) {
    if (error instanceof ApiError) refuse(response, 400, error.type, error.message);
    else {
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      runtime.log({ kind: 'error', pool: undefined, path: `/ ${name}`, message });
      refuse(response, 500, 'InternalErrorException', 'Internal server error');
    }
  }
}

const unknownOperation = (name: string): string =>
  `The embedded pools have no operation ${name || 'without a name'}`;

function inputOf(request: Request): unknown {
  const body: unknown = request.body;
  if (typeof body !== 'string' || body === '') return {};
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new ApiError('SerializationException', 'The body is not JSON.');
  }
}

/** The pool a call is about, as far as the input names it; faults and the log go by it. */
function poolIn(input: unknown, { pools }: PoolsRuntime): UserPool | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const { UserPoolId, ClientId, AccessToken } = input as Record<string, unknown>;
  const issuer = unverifiedIssuer(AccessToken);
  return pools.find(
    (pool) =>
      pool.id === UserPoolId ||
      pool.client(typeof ClientId === 'string' ? ClientId : null) !== undefined ||
      pool.issuer === issuer,
  );
}

function unverifiedIssuer(accessToken: unknown): unknown {
  try {
    return typeof accessToken === 'string' ? decodeJwt(accessToken).iss : undefined;
  } catch {
    return undefined;
  }
}

async function injectFault(
  runtime: PoolsRuntime,
  pool: UserPool | undefined,
  response: Response,
): Promise<boolean> {
  const fault = takeFault(runtime, pool?.name ?? '*', 'api');
  if (fault === undefined) return false;
  const apiFault = inApiWords(fault);
  if (apiFault.type !== undefined) response.setHeader('x-amzn-ErrorType', apiFault.type);
  return applyFault(apiFault, response);
}

/** A fault that only says that something fails, as this API would say it. */
function inApiWords(fault: Fault): Fault & { readonly type?: string } {
  const isFailure = fault.throttle || (fault.status !== undefined && fault.status >= 400);
  if (!isFailure || fault.body !== undefined) return fault;
  const status = fault.status ?? 400;
  const type = status >= 500 ? 'InternalErrorException' : 'TooManyRequestsException';
  const message = status >= 500 ? 'Internal server error' : 'Rate exceeded';
  return {
    ...fault,
    type,
    status,
    body: JSON.stringify({ __type: type, message }),
    contentType: 'application/x-amz-json-1.1',
  };
}

function refuse(response: Response, status: number, type: string, message: string): void {
  response.status(status).setHeader('x-amzn-ErrorType', type);
  response.end(JSON.stringify({ __type: type, message }));
}
