import * as client from 'openid-client';
import { quoted } from '../../../errors/strangers-words.js';
import { reasonOf } from './reason.js';

/** What a failed call to an endpoint of the OP was. */
export interface OpFault {
  /**
   * The OP was not there, or says that it is not well: worth trying again later. Else it has
   * refused, for good.
   */
  readonly isOutage: boolean;
  /** For the operator: the OP's own error where it sent one; never a token. */
  readonly reason: string;
}

/**
 * What openid-client's errors mean. 4xx with JSON is a refusal, whatever the status: Cognito
 * answers 400 where RFC 6749 says 401.
 */
export function faultOf(error: unknown): OpFault {
  if (error instanceof client.ResponseBodyError) {
    return { isOutage: isServerFault(error.status), reason: describeRefusal(error) };
  }
  const isOutage =
    error instanceof client.ClientError ? isNetworkFault(error) : isFailedFetch(error);
  return { isOutage, reason: reasonOf(error) };
}

/** Worth trying again later; 429 is how an OP says it is throttling us. */
export function isServerFault(status: number): boolean {
  return status >= 500 || status === 429;
}

/**
 * `error` and `error_description` are the OP's words for the operator; they name what is wrong, not
 * who.
 */
function describeRefusal(refusal: client.ResponseBodyError): string {
  const { error, error_description: description, status } = refusal;
  const said = `${status} ${error}${description === undefined ? '' : ` (${description})`}`;
  return `${quoted(said)}: ${reasonOf(refusal.response)}`;
}

function isNetworkFault(error: client.ClientError): boolean {
  if (error.code === undefined || error.code === 'OAUTH_TIMEOUT') return true;
  const { cause } = error;
  const hasStatus = typeof cause === 'object' && cause !== null && 'status' in cause;
  return hasStatus && typeof cause.status === 'number' && isServerFault(cause.status);
}

/**
 * A connection that was refused or cut: `fetch` says so with a TypeError, and why in its cause
 * (Fetch Standard, 5.6).
 */
function isFailedFetch(error: unknown): boolean {
  return error instanceof TypeError && error.cause instanceof Error;
}
