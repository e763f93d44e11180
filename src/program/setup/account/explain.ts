import { randomBytes } from 'node:crypto';
import { nameOf, SetupError } from '../failure.js';
import type { Call } from './call.js';
import { UnreachableError } from './unreachable.js';

/** Where a run was when a call failed. */
export interface Stop {
  /** e.g. `create user pool oidc-pool-1` */
  readonly title: string;
  readonly call: Call | undefined;
}

/**
 * The failure of a call in words that say what to do. What is no answer of AWS stays as it is: a
 * fault of ours.
 *
 * @param stop at which step it happened; none while reading
 */
export function explainFailure(error: unknown, stop?: Stop): unknown {
  if (error instanceof SetupError || !(error instanceof Error)) return error;
  const advice = adviceOn(error, stop?.call);
  if (advice === undefined) return error;
  const stopped = stop && `Stopped at: ${stop.title}.`;
  const resume = stop && 'What was done stays; the same command goes on from here.';
  const lines = [stopped, advice, resume].filter((line) => line !== undefined);
  return new SetupError(lines.join('\n'), { cause: error });
}

function adviceOn(error: Error, call: Call | undefined): string | undefined {
  const name = nameOf(error);
  switch (name) {
    case 'CredentialsProviderError':
      return 'No AWS credentials were found: sign in with "aws sso login" or "aws configure", or set AWS_PROFILE; where that is set, see that there is such a profile ("aws configure list-profiles").';
    case 'ExpiredTokenException':
    case 'ExpiredToken':
    case 'UnrecognizedClientException':
    case 'InvalidSignatureException':
      return `AWS does not accept the credentials (${name}): sign in again, and check that the clock is right.`;
    case 'AccessDeniedException':
    case 'NotAuthorizedException':
      return `AWS does not allow it: ${error.message}`;
    case 'TooManyRequestsException':
    case 'ThrottlingException':
      return 'AWS still asks for patience after ten tries: its limits are per account, so wait until other programs are done.';
    case 'LimitExceededException':
      return `A quota of the account is used up: ${error.message} (console: Service Quotas, Amazon Cognito).`;
    default:
      break;
  }
  if (call?.operation === 'createUserPoolDomain' && name === 'InvalidParameterException') {
    const wanted = call.input.Domain ?? '';
    const suggestion = `${wanted.slice(0, 50)}-${randomBytes(2).toString('hex')}`;
    return `The domain prefix ${wanted} cannot be had: ${error.message} Prefixes are shared by everybody in a region; try --domain-prefix ${suggestion}.`;
  }
  if (error instanceof UnreachableError) return error.message;
  return '$metadata' in error ? `AWS answered ${name}: ${error.message}` : undefined;
}
