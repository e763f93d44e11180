import type * as Sdk from '@aws-sdk/client-cognito-identity-provider';
import { controlPlaneAt, importAwsSdk } from '../cognito/control-plane.js';
import { codeOf, patiently, type Wait } from './patience.js';
import { SetupError } from './setup-error.js';

/** Cognito's control plane, with the patience that its request limits ask for. */
export interface CognitoApi {
  readonly cognito: Sdk.CognitoIdentityProvider;
  readonly sdk: Pick<typeof Sdk, 'paginateListUserPools' | 'paginateListUserPoolClients'>;
  readonly region: string;
  /** The discovery document of a pool, read from the host that answers for the region. */
  readonly discover: (poolId: string) => Promise<Discovery>;
  readonly wait: Wait;
}

interface Discovery {
  readonly issuer: string;
  /** Absent, or not on a domain, while the pool has none. */
  readonly authorization_endpoint?: string | undefined;
}

export interface ConnectOptions {
  /** Default: as for every AWS tool. */
  readonly region: string | undefined;
  /** Of the embedded pools, or of anything that speaks for Cognito. */
  readonly endpointUrl: string | undefined;
  /** Where calls go through a proxy; default straight. */
  readonly proxiedFetch?: typeof fetch | undefined;
  readonly wait: Wait;
}

/**
 * Loads the AWS SDK, which is installed only by those who need it, and connects with the operator's own credentials.
 *
 * @throws {SetupError} when the SDK is not installed, or no region is known
 */
export async function connect({
  region,
  endpointUrl,
  proxiedFetch,
  wait,
}: ConnectOptions): Promise<CognitoApi> {
  const sdk = await loadSdk();
  const address = controlPlaneAt(endpointUrl, proxiedFetch);
  // To embedded pools every region is the same.
  const wantedRegion = region ?? (address.credentials && 'eu-west-1');
  const cognito = new sdk.CognitoIdentityProvider({
    ...(wantedRegion !== undefined && { region: wantedRegion }),
    ...address,
    // Ours instead: the SDK would also repeat a creation whose answer was lost.
    maxAttempts: 1,
  });
  cognito.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) =>
        patiently(() => next(args), !commandName.includes('Create'), wait),
    { step: 'initialize', name: 'patience' },
  );
  const knownRegion = await cognito.config.region().catch((cause: unknown) => {
    throw new SetupError('No AWS region is known: add --region, or set AWS_REGION.', { cause });
  });
  const origin =
    endpointUrl ??
    cognito.config.endpointProvider({
      Region: knownRegion,
      UseFIPS: false,
      UseDualStack: false,
    }).url.href;

  return {
    cognito,
    sdk,
    region: knownRegion,
    wait,
    discover: (poolId) =>
      discover(`${origin.replace(/\/$/, '')}/${poolId}`, proxiedFetch ?? fetch, wait),
  };
}

async function loadSdk(): Promise<typeof Sdk> {
  try {
    return await importAwsSdk();
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new SetupError(
      'This command speaks to AWS and needs its SDK: npm install @aws-sdk/client-cognito-identity-provider',
      { cause: error },
    );
  }
}

async function discover(
  issuer: string,
  fetch: typeof globalThis.fetch,
  wait: Wait,
): Promise<Discovery> {
  const url = `${issuer}/.well-known/openid-configuration`;
  const read = async (): Promise<Discovery> => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new SetupError(`${url} answered with status ${answer.status}.`);
    const document: unknown = await answer.json();
    if (isDiscovery(document)) return document;
    throw new SetupError(`${url} is not a discovery document.`);
  };
  return patiently(read, true, wait);
}

const isDiscovery = (document: unknown): document is Discovery =>
  typeof document === 'object' &&
  document !== null &&
  'issuer' in document &&
  typeof document.issuer === 'string';
