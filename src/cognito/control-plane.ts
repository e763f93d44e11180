import type * as aws from '@aws-sdk/client-cognito-identity-provider';

/** Loads the AWS SDK for Cognito's control plane, an optional package: rejects where it is not installed. */
export function importAwsSdk(): Promise<typeof aws> {
  return import('@aws-sdk/client-cognito-identity-provider');
}

/** What a client of the SDK is told besides its region. */
export interface ControlPlaneAddress {
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/**
 * Where the control plane is. Embedded pools on this machine take any signature: looking for real credentials would only be slow,
 * or use them where they do not belong.
 *
 * @param endpointUrl of the embedded pools, or of anything that speaks for Cognito; `undefined` for AWS itself
 */
export function controlPlaneAt(endpointUrl: string | undefined): ControlPlaneAddress {
  if (endpointUrl === undefined) return {};
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpointUrl).hostname);
  const credentials = { accessKeyId: 'embedded', secretAccessKey: 'pools' };
  return { endpoint: endpointUrl, ...(isHere && { credentials }) };
}
