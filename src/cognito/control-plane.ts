import { Readable } from 'node:stream';
import type * as aws from '@aws-sdk/client-cognito-identity-provider';

/**
 * Loads the AWS SDK for Cognito's control plane, an optional package: rejects where it is not
 * installed.
 */
export function importAwsSdk(): Promise<typeof aws> {
  return import('@aws-sdk/client-cognito-identity-provider');
}

/** What a client of the SDK is told besides its region. */
export interface ControlPlaneAddress {
  readonly endpoint?: string;
  readonly requestHandler?: SdkRequestHandler;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** A request of the SDK, as its handlers are given it. */
interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>> | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

type SdkRequestHandler = Exclude<
  aws.CognitoIdentityProviderClientConfig['requestHandler'],
  undefined
>;

/**
 * Lets the SDK call through a `fetch` of ours, since its own handler knows no proxy: one decision
 * for all calls on which of them go through it. What the SDK asks AWS for credentials goes the same
 * way.
 */
function sdkRequestHandler(fetch: typeof globalThis.fetch): SdkRequestHandler {
  return {
    async handle(request: SdkRequest, { abortSignal }: { abortSignal?: AbortSignal } = {}) {
      const { method, headers, body } = request;
      const response = await fetch(addressOf(request), {
        method,
        headers,
        redirect: 'manual',
        ...(body !== undefined && { body: body as string }),
        ...(abortSignal && { signal: abortSignal }),
      });
      return {
        response: {
          statusCode: response.status,
          headers: Object.fromEntries(response.headers),
          body: Readable.from(Buffer.from(await response.arrayBuffer()), { objectMode: false }),
        },
      };
    },
  } as SdkRequestHandler;
}

function addressOf({ protocol, hostname, port, path, query = {} }: SdkRequest): string {
  const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`);
  for (const [name, value] of Object.entries(query)) {
    for (const each of [value].flat()) url.searchParams.append(name, each ?? '');
  }
  return url.href;
}

/**
 * Where the control plane is. Embedded pools on this machine take any signature: looking for real
 * credentials would only be slow, or use them where they do not belong.
 *
 * @param endpointUrl of the embedded pools, or of anything that speaks for Cognito; `undefined` for
 *   AWS itself
 * @param proxiedFetch what calls go through; `undefined`: the SDK's own way
 */
export function controlPlaneAt(
  endpointUrl: string | undefined,
  proxiedFetch: typeof fetch | undefined,
): ControlPlaneAddress {
  const way = proxiedFetch && { requestHandler: sdkRequestHandler(proxiedFetch) };
  if (endpointUrl === undefined) return { ...way };
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpointUrl).hostname);
  const credentials = { accessKeyId: 'embedded', secretAccessKey: 'pools' };
  return { ...way, endpoint: endpointUrl, ...(isHere && { credentials }) };
}
