import type * as Sdk from '@aws-sdk/client-cognito-identity-provider';
import { controlPlaneAt, importAwsSdk } from '../../../cognito/control-plane.js';
import { discoveryAddress } from '../../../tokens/provider-metadata.js';
import { codeOf, SetupError } from '../failure.js';
import { callPatiently, type Wait } from './patience.js';
import { compareDescriptions, type UnknownToSdk } from './sdk-model.js';
import { withAddress } from './unreachable.js';

/** Cognito's control plane, with the patience that its request limits ask for. */
export interface CognitoApi extends UnknownToSdk {
  readonly cognito: Sdk.CognitoIdentityProvider;
  readonly sdk: typeof Sdk;
  readonly region: string;
  /** As given; AWS's own where it was not. */
  readonly endpointUrl: string | undefined;
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
 * Loads the AWS SDK, which is installed only by those who need it, and connects with the operator's
 * own credentials.
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
  const unknown = new Set<string>();
  compareDescriptions(cognito, sdk, (member) => unknown.add(member));
  const knownRegion = await cognito.config.region().catch((cause: unknown) => {
    throw new SetupError(whyNoRegion(cause), { cause });
  });
  const origin =
    endpointUrl ??
    cognito.config.endpointProvider({
      Region: knownRegion,
      UseFIPS: false,
      UseDualStack: false,
    }).url.href;

  const destination = {
    address: origin.replace(/\/$/, ''),
    isEndpointUrl: endpointUrl !== undefined,
  };
  const locate = async <Answer>(call: Promise<Answer>): Promise<Answer> =>
    call.catch((error: unknown) => {
      throw withAddress(error, destination);
    });
  cognito.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) =>
        locate(callPatiently(() => next(args), !commandName.includes('Create'), wait)),
    { step: 'initialize', name: 'patience' },
  );

  return {
    cognito,
    sdk,
    region: knownRegion,
    endpointUrl,
    wait,
    sdkVersion: (await cognito.config.defaultUserAgentProvider())[0]?.[1] ?? '',
    unknownMembers: unknown,
    discover: (poolId) =>
      locate(discover(`${destination.address}/${poolId}`, proxiedFetch ?? fetch, wait)),
  };
}

/**
 * What it has found, but does not take, is in the files of AWS's tools: options and variables are
 * looked at before.
 */
const whyNoRegion = (cause: unknown): string =>
  cause instanceof Error && cause.message.startsWith('Region not accepted')
    ? 'The region of the AWS profile is none: correct it (aws configure set region eu-west-1), or add --region.'
    : 'No AWS region is known: add --region, or set AWS_REGION.';

/** The first that exports its model and can give a client a second secret. */
const FIRST_SDK = '3.1000.0';

async function loadSdk(): Promise<typeof Sdk> {
  try {
    const sdk = await importAwsSdk();
    if ('DescribeUserPoolResponse$' in sdk) return sdk;
    throw new SetupError(
      `The installed AWS SDK is older than ${FIRST_SDK}: npm install @aws-sdk/client-cognito-identity-provider@latest`,
    );
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
  const url = discoveryAddress(issuer);
  const read = async (): Promise<Discovery> => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new SetupError(`${url} answered with status ${answer.status}.`);
    const document: unknown = await answer.json();
    if (isDiscovery(document)) return document;
    throw new SetupError(`${url} is not a discovery document.`);
  };
  return callPatiently(read, true, wait);
}

const isDiscovery = (document: unknown): document is Discovery =>
  typeof document === 'object' &&
  document !== null &&
  'issuer' in document &&
  typeof document.issuer === 'string';
