import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type * as Sdk from '@aws-sdk/client-cognito-identity-provider';
import { controlPlaneAt, importAwsSdk } from '../../../cognito/control-plane.js';
import { codeOf, patiently, type Wait } from './patience.js';
import { unknownMembers } from './sdk-model.js';
import { SetupError } from '../failure.js';
import { withAddress } from './unreachable.js';

/** Cognito's control plane, with the patience that its request limits ask for. */
export interface CognitoApi {
  readonly cognito: Sdk.CognitoIdentityProvider;
  readonly sdk: typeof Sdk;
  readonly region: string;
  /** As given; AWS's own where it was not. */
  readonly endpointUrl: string | undefined;
  /** The discovery document of a pool, read from the host that answers for the region. */
  readonly discover: (poolId: string) => Promise<Discovery>;
  readonly wait: Wait;
  /** Version of the SDK. */
  readonly sdkVersion: string;
  /** Members that descriptions have had so far and the SDK does not know: whether an update keeps them, nobody can tell. */
  readonly unknownMembers: ReadonlySet<string>;
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
  const located = async <Answer>(call: Promise<Answer>): Promise<Answer> =>
    call.catch((error: unknown) => {
      throw withAddress(error, destination);
    });
  cognito.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) =>
        located(patiently(() => next(args), !commandName.includes('Create'), wait)),
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
      located(discover(`${destination.address}/${poolId}`, proxiedFetch ?? fetch, wait)),
  };
}

/** What it has found, but does not take, is in the files of AWS's tools: options and variables are looked at before. */
const whyNoRegion = (cause: unknown): string =>
  cause instanceof Error && cause.message.startsWith('Region not accepted')
    ? 'The region of the AWS profile is none: correct it (aws configure set region eu-west-1), or add --region.'
    : 'No AWS region is known: add --region, or set AWS_REGION.';

/** Looks at every description as it came over the wire, for the SDK drops what it does not know. */
function compareDescriptions(
  cognito: Sdk.CognitoIdentityProvider,
  sdk: typeof Sdk,
  found: (member: string) => void,
): void {
  const shapes = new Map<string, unknown>(Object.entries(sdk));
  cognito.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const result = await next(args);
        const operation = commandName.replace(/Command$/, '');
        const response = result.response as { statusCode?: number; body?: unknown };
        if (!operation.startsWith('Describe') || response.statusCode !== 200) return result;
        const body = await buffer(response.body as Readable);
        const answer: unknown = JSON.parse(body.toString());
        const members = unknownMembers(shapes.get(`${operation}Response$`), answer);
        for (const member of members) found(`${member} of ${Object.values(args.input).join(' ')}`);
        return { ...result, response: { ...response, body: Readable.from([body]) } };
      },
    // Behind the SDK's own reading of the answer, which takes the body.
    { step: 'deserialize', priority: 'low', name: 'compareDescriptions' },
  );
}

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
