import { proxyFailureIn } from '../../errors/proxy-failure.js';
import { inSettings } from './library-words.js';

/**
 * What went wrong with a request, by the network's own code, or in words where it was the proxy or
 * a limit of ours.
 */
export function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const failure = proxyFailureIn(error);
  if (failure !== undefined) return inSettings(failure.message);
  // The AWS SDK calls some errors of the network so, too, which have a code of their own.
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error.name === 'TimeoutError') return 'no answer in time';
  // It quotes what it could not read.
  if (error instanceof SyntaxError) return 'not JSON';
  // `fetch` says why in the cause: a code, or words as `bad port`.
  if (error.cause instanceof Error) return networkReason(error.cause);
  return error.message;
}
