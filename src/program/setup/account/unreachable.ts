import { proxyFailureIn } from '../../../errors/proxy-failure.js';
import { inSettings } from '../../config/library-words.js';
import { codeOf, nameOf } from '../failure.js';

/**
 * Nobody answered at an address; the message says where, why, and which option or variable leads
 * there.
 */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** Where the calls go: to AWS's own address of a region, or elsewhere by `--endpoint-url`. */
export interface Destination {
  readonly address: string;
  readonly isEndpointUrl: boolean;
}

/**
 * The failure to get any answer, with the address; an answer of AWS, and a fault of ours, as they
 * are.
 */
export function withAddress(error: unknown, { address, isEndpointUrl }: Destination): unknown {
  const why = whyNoAnswer(error);
  if (why === undefined) return error;
  const advice = isEndpointUrl
    ? 'check --endpoint-url (or AWS_ENDPOINT_URL), and that something listens there'
    : 'check --region, DNS and firewall; where a proxy is needed, set HTTPS_PROXY, and for its certificate authority NODE_EXTRA_CA_CERTS';
  return new UnreachableError(`Cognito cannot be reached at ${address} (${why}): ${advice}.`, {
    cause: error,
  });
}

function whyNoAnswer(error: unknown): string | undefined {
  const failure = proxyFailureIn(error);
  if (failure !== undefined) return inSettings(failure.message);
  if (nameOf(error) === 'TimeoutError') return 'no answer in time';
  // The SDK's words for it are about its own insides.
  if (nameOf(error) === 'SyntaxError') return 'what answers there is not Cognito: no JSON';
  const code = codeOf(error);
  return /^(?:E[A-Z]+$|EAI_|UND_ERR_|ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(
    code,
  )
    ? code
    : undefined;
}
