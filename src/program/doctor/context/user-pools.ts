import type * as aws from '@aws-sdk/client-cognito-identity-provider';
import { controlPlaneAt, importAwsSdk } from '../../../cognito/control-plane.js';
import { regionOf } from '../../../cognito/user-pool.js';
import { adviceFor, explain, originOf } from './aws-fault.js';

/** What AWS says of user pools; `undefined` for what does not exist. Only reads. */
export interface UserPools {
  pool(userPoolId: string): Promise<aws.UserPoolType | undefined>;
  client(userPoolId: string, clientId: string): Promise<aws.UserPoolClientType | undefined>;
  /**
   * The secrets of a client, without their values; `undefined` also where that may not be asked.
   */
  clientSecrets(
    userPoolId: string,
    clientId: string,
  ): Promise<aws.ClientSecretDescriptorType[] | undefined>;
  providerNames(userPoolId: string): Promise<string[]>;
  provider(userPoolId: string, name: string): Promise<aws.IdentityProviderType | undefined>;
  /** @param region default that of every AWS tool */
  domain(name: string, region: string | undefined): Promise<aws.DomainDescriptionType | undefined>;
  /** Whether managed login has a style for the client. */
  hasStyle(userPoolId: string, clientId: string): Promise<boolean>;
  sessionConfiguration(
    userPoolId: string,
  ): Promise<aws.GetUserPoolSessionConfigurationResponse | undefined>;
  /** Sign-ins and the like that the account may have in a second. */
  limit(region: string, category: string): Promise<aws.LimitType | undefined>;
  /** Which of the region's first sixty pools has this client. */
  poolWithClient(region: string, clientId: string): Promise<string | undefined>;
  close(): void;
}

const NOT_FOUND = ['ResourceNotFoundException'];

/** What AWS says no name can be is not the name of anything there either. */
const NOTHING_BY_NAME = [...NOT_FOUND, 'InvalidParameterException'];

/** Reading is not possible; the message says why and what to do. */
export class UserPoolsError extends Error {
  override readonly name = 'UserPoolsError';
  readonly fix: string;

  constructor(message: string, fix: string, options?: ErrorOptions) {
    super(message, options);
    this.fix = fix;
  }
}

/** As AWS describes it; the id we asked by. */
export type UserPool = aws.UserPoolType & { readonly Id: string };

export interface UserPoolsOptions {
  /** For the embedded pools; default AWS's own address of the region. */
  readonly endpointUrl?: string | undefined;
  /** Where calls go through a proxy; default straight. */
  readonly proxiedFetch?: typeof fetch | undefined;
  readonly importSdk?: () => Promise<typeof aws>;
}

/**
 * Reads user pools with the caller's usual AWS credentials. The region is that of each pool's id,
 * so none need be set.
 *
 * @throws {UserPoolsError} when the AWS SDK, an optional package, is not installed
 */
export async function openUserPools(options: UserPoolsOptions): Promise<UserPools> {
  const { importSdk = importAwsSdk } = options;
  const sdk = await importSdk().catch((cause: unknown) => {
    throw new UserPoolsError(
      'The package @aws-sdk/client-cognito-identity-provider is not installed.',
      'Run "npm install @aws-sdk/client-cognito-identity-provider", or doctor without --aws.',
      { cause },
    );
  });
  return readUserPools(sdk, connect(sdk, options));
}

/** The API of each region that is asked. */
interface Connection {
  /** Without a region that of every AWS tool; to embedded pools every one is the same. */
  readonly inRegion: (region: string | undefined) => aws.CognitoIdentityProvider;
  /**
   * What is answered; `undefined` for an error that says there is no such thing.
   * @throws {UserPoolsError} for any other
   */
  readonly answer: <Answer>(
    call: Promise<Answer>,
    nothing?: readonly string[],
  ) => Promise<Answer | undefined>;
  readonly close: () => void;
}

function connect(sdk: typeof aws, { endpointUrl, proxiedFetch }: UserPoolsOptions): Connection {
  // Where a failed call went, which the error itself does not say.
  const addresses = new WeakMap<Error, string>();
  const clients = new Map<string, aws.CognitoIdentityProvider>();
  return {
    inRegion(region = endpointUrl && 'eu-west-1') {
      const known = clients.get(region ?? '');
      if (known !== undefined) return known;
      const address = controlPlaneAt(endpointUrl, proxiedFetch);
      const client = new sdk.CognitoIdentityProvider({ ...(region && { region }), ...address });
      client.middlewareStack.add(
        (next) => async (args) => {
          try {
            return await next(args);
          } catch (error) {
            if (error instanceof Error) addresses.set(error, originOf(args.request));
            throw error;
          }
        },
        { step: 'build' },
      );
      clients.set(region ?? '', client);
      return client;
    },
    answer: (call, nothing = NOT_FOUND) =>
      call.catch((error: unknown) => {
        const name = error instanceof Error ? error.name : '';
        if (nothing.includes(name)) return undefined;
        const address = error instanceof Error ? addresses.get(error) : undefined;
        const fix = adviceFor(name, address, endpointUrl);
        throw new UserPoolsError(explain(error, name, address), fix, { cause: error });
      }),
    close: () => {
      for (const client of clients.values()) client.destroy();
    },
  };
}

function readUserPools(sdk: typeof aws, { inRegion, answer, close }: Connection): UserPools {
  const at = (userPoolId: string): aws.CognitoIdentityProvider => inRegion(regionOf(userPoolId));
  return {
    async pool(UserPoolId) {
      const call = at(UserPoolId).describeUserPool({ UserPoolId });
      return (await answer(call, NOTHING_BY_NAME))?.UserPool;
    },
    async client(UserPoolId, ClientId) {
      const call = at(UserPoolId).describeUserPoolClient({ UserPoolId, ClientId });
      return (await answer(call, NOTHING_BY_NAME))?.UserPoolClient;
    },
    async clientSecrets(UserPoolId, ClientId) {
      const call = at(UserPoolId).listUserPoolClientSecrets({ UserPoolId, ClientId });
      // A permission that those who have always run doctor may not have.
      const list = await answer(call, [...NOT_FOUND, 'AccessDeniedException']);
      return list && (list.ClientSecrets ?? []);
    },
    async providerNames(UserPoolId) {
      const [config, input] = [{ client: at(UserPoolId) }, { UserPoolId, MaxResults: 60 }];
      return (await answer(namesIn(sdk.paginateListIdentityProviders(config, input)))) ?? [];
    },
    async provider(UserPoolId, ProviderName) {
      const call = at(UserPoolId).describeIdentityProvider({ UserPoolId, ProviderName });
      return (await answer(call, NOTHING_BY_NAME))?.IdentityProvider;
    },
    domain: async (Domain, region) =>
      (await answer(inRegion(region).describeUserPoolDomain({ Domain })))?.DomainDescription,
    async hasStyle(UserPoolId, ClientId) {
      const ids = { UserPoolId, ClientId };
      const call = at(UserPoolId).describeManagedLoginBrandingByClient(ids);
      return (await answer(call)) !== undefined;
    },
    sessionConfiguration: async (UserPoolId) =>
      answer(at(UserPoolId).getUserPoolSessionConfiguration({ UserPoolId })),
    async limit(region, Category) {
      const LimitDefinition = { LimitClass: 'API_CATEGORY', Attributes: { Category } } as const;
      return (await answer(inRegion(region).getProvisionedLimit({ LimitDefinition })))?.Limit;
    },
    async poolWithClient(region, ClientId) {
      const api = inRegion(region);
      const list = await answer(api.listUserPools({ MaxResults: 60 }));
      for (const { Id: UserPoolId } of list?.UserPools ?? []) {
        const call = api.describeUserPoolClient({ UserPoolId, ClientId });
        if ((await answer(call)) !== undefined) return UserPoolId;
      }
      return undefined;
    },
    close,
  };
}

async function namesIn(pages: AsyncIterable<aws.ListIdentityProvidersResponse>): Promise<string[]> {
  const names: string[] = [];
  for await (const { Providers = [] } of pages) {
    names.push(...Providers.map(({ ProviderName = '' }) => ProviderName));
  }
  return names;
}

/**
 * Asks what not every administrator may ask, and older pools and packages do not know: `undefined`
 * where that is so.
 */
export async function ifAllowed<Answer>(
  ask: () => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}
