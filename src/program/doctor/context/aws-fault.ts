import { networkReason } from '../../config/network-reason.js';

/**
 * Where a request goes.
 * @param request of the SDK, which is one of HTTP
 */
export function originOf(request: unknown): string {
  const { protocol, hostname, port } = request as {
    protocol: string;
    hostname: string;
    port?: number;
  };
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
}

/** Why AWS gave no answer of use, with the address that was asked. */
export function explain(error: unknown, name: string, address: string | undefined): string {
  const where = address === undefined ? 'AWS' : `AWS, at ${address},`;
  // What a service answers has this; without it there was no answer.
  const isAnswer = error instanceof Error && '$fault' in error;
  if (address !== undefined && !isAnswer && name !== 'CredentialsProviderError') {
    return `${where} could not be asked: ${networkReason(error)}.`;
  }
  const message = error instanceof Error ? error.message : String(error);
  return `${where} could not be asked: ${name}: ${message.slice(0, 200)}`;
}

const PERMISSIONS =
  'cognito-idp:DescribeUserPool, DescribeUserPoolClient, ListIdentityProviders and DescribeIdentityProvider';

/** What to do about it. */
export function adviceFor(
  name: string,
  address: string | undefined,
  endpointUrl: string | undefined,
): string {
  switch (name) {
    case 'CredentialsProviderError':
      return 'Sign in (aws sso login, or aws configure), or set AWS_PROFILE.';
    case 'AccessDeniedException':
    case 'NotAuthorizedException':
      return `Allow ${PERMISSIONS} on both pools.`;
    case 'ExpiredTokenException':
    case 'UnrecognizedClientException':
      return 'The credentials are not valid (any more); sign in again.';
    default:
      if (endpointUrl !== undefined) {
        return `See that the API of the user pools answers at ${endpointUrl}, or correct --endpoint-url.`;
      }
      return `See that this machine reaches ${address ?? 'AWS'} (DNS, firewall, HTTPS_PROXY), the address of the region in ISSUER, and run doctor again.`;
  }
}
