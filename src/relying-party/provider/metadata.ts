import * as client from 'openid-client';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import { PROVIDER_CALL_MS } from '../../sessions/time-limits.js';
import { algorithmsOf, SIGNATURE_ALGORITHMS } from '../../tokens/algorithms.js';
import {
  endpointProblems,
  isPlainHttp,
  LOGIN_ENDPOINTS,
  type RequiredEndpoint,
} from '../../tokens/provider-metadata.js';
import { reasonOf } from './calls/reason.js';

export interface MetadataOptions {
  readonly issuer: string;
  readonly clientId: string;
  /** What an operator looks at when nobody answers at the issuer. */
  readonly option: 'issuer' | 'api.issuers';
  /** What the metadata must name; default what a login needs. */
  readonly requiredEndpoints?: readonly RequiredEndpoint[] | undefined;
  readonly fetch: typeof fetch;
}

/**
 * Reads the discovery document, and believes it only if it is this issuer's and names what is
 * needed.
 *
 * @throws {RelyingPartyError} `provider_unavailable`, or `provider_metadata_invalid` for the first
 *   thing that is wrong
 * @see OpenID Connect Discovery 1.0 section 4
 */
export async function readMetadata(options: MetadataOptions): Promise<client.ServerMetadata> {
  const { issuer, clientId, fetch } = options;
  let server: client.ServerMetadata;
  try {
    const discovered = await client.discovery(new URL(issuer), clientId, undefined, undefined, {
      timeout: PROVIDER_CALL_MS / 1000,
      [client.customFetch]: fetch as client.CustomFetch,
      ...(isPlainHttp(issuer) && { execute: [client.allowInsecureRequests] }),
    });
    server = discovered.serverMetadata();
  } catch (error) {
    if (isOfAnotherIssuer(error)) throw invalid('issuer is not the configured one', error);
    const message = `discovery of options.${options.option}: ${reasonOf(error)}`;
    throw new RelyingPartyError('provider_unavailable', message, { cause: error });
  }
  checkMetadata(server, issuer, options.requiredEndpoints ?? LOGIN_ENDPOINTS);
  return server;
}

const isOfAnotherIssuer = (error: unknown): boolean =>
  error instanceof client.ClientError && error.code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED';

function checkMetadata(
  server: client.ServerMetadata,
  issuer: string,
  required: readonly RequiredEndpoint[],
): void {
  if (server.issuer !== issuer) throw invalid('issuer is not the configured one');
  if (algorithmsOf(issuer, server.id_token_signing_alg_values_supported).length === 0) {
    const known = SIGNATURE_ALGORITHMS.join(', ');
    throw invalid(`id_token_signing_alg_values_supported has none of ${known}`);
  }
  const [first] = endpointProblems({ ...server }, issuer, required);
  if (first !== undefined) throw invalid(`${first.name} ${first.problem}`);
}

const invalid = (problem: string, cause?: unknown): RelyingPartyError =>
  new RelyingPartyError('provider_metadata_invalid', `discovery: ${problem}`, { cause });
