import type * as aws from '@aws-sdk/client-cognito-identity-provider';
import { controlPlaneAt, importAwsSdk } from '../../../cognito/control-plane.js';
import { regionOf } from '../../../cognito/user-pool.js';
import { adviceFor, explain, originOf } from './aws-fault.js';

/** What AWS says of user pools; `undefined` for what does not exist. Only reads. */
export interface UserPools {
  pool(userPoolId: string): Promise<aws.UserPoolType | undefined>;
  client(userPoolId: string, clientId: string): Promise<aws.UserPoolClientType | undefined>;
  /** How many secrets a client has; `undefined` also where that may not be asked. */
  clientSecretCount(userPoolId: string, clientId: string): Promise<number | undefined>;
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
  /** Epoch milliseconds. When the oldest of the secrets that a client has now was made. */
  secretMadeAt(userPoolId: string, clientId: string): Promise<number | undefined>;
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

export interface UserPoolsOptions {
  /** For the embedded pools; default AWS's own address of the region. */
  readonly endpointUrl?: string | undefined;
  /** Where calls go through a proxy; default straight. */
  readonly proxiedFetch?: typeof fetch | undefined;
  readonly importSdk?: () => Promise<typeof aws>;
}

/**
 * Reads user pools with the caller's usual AWS credentials. The region is that of each pool's id, so none need be set.
 *
 * @throws {UserPoolsError} when the AWS SDK, an optional package, is not installed
 */
export async function openUserPools({
  endpointUrl,
  proxiedFetch,
  importSdk = importAwsSdk,
}: UserPoolsOptions): Promise<UserPools> {
  const sdk = await importSdk().catch((cause: unknown) => {
    throw new UserPoolsError(
      'The package @aws-sdk/client-cognito-identity-provider is not installed.',
      'Run "npm install @aws-sdk/client-cognito-identity-provider", or doctor without --aws.',
      { cause },
    );
  });
  // Where a failed call went, which the error itself does not say.
  const addresses = new WeakMap<Error, string>();
  const found = <Answer>(
    read: () => Promise<Answer>,
    nothing = NOT_FOUND,
  ): Promise<Answer | undefined> =>
    read().catch((error: unknown) => {
      const name = error instanceof Error ? error.name : '';
      if (nothing.includes(name)) return undefined;
      const address = error instanceof Error ? addresses.get(error) : undefined;
      const fix = adviceFor(name, address, endpointUrl);
      throw new UserPoolsError(explain(error, name, address), fix, { cause: error });
    });
  const clients = new Map<string, aws.CognitoIdentityProviderClient>();
  const inRegion = (
    region: string | undefined = endpointUrl && 'eu-west-1',
  ): aws.CognitoIdentityProviderClient => {
    const address = controlPlaneAt(endpointUrl, proxiedFetch);
    const known = clients.get(region ?? '');
    if (known !== undefined) return known;
    const client = new sdk.CognitoIdentityProviderClient({ ...(region && { region }), ...address });
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
  };
  const inRegionOf = (userPoolId: string): aws.CognitoIdentityProviderClient =>
    inRegion(regionOf(userPoolId));

  return {
    pool: (UserPoolId) =>
      found(async () => {
        const command = new sdk.DescribeUserPoolCommand({ UserPoolId });
        return (await inRegionOf(UserPoolId).send(command)).UserPool;
      }, NOTHING_BY_NAME),
    client: (UserPoolId, ClientId) =>
      found(async () => {
        const command = new sdk.DescribeUserPoolClientCommand({ UserPoolId, ClientId });
        return (await inRegionOf(UserPoolId).send(command)).UserPoolClient;
      }, NOTHING_BY_NAME),
    clientSecretCount: (UserPoolId, ClientId) =>
      found(async () => {
        const command = new sdk.ListUserPoolClientSecretsCommand({ UserPoolId, ClientId });
        const { ClientSecrets = [] } = await inRegionOf(UserPoolId).send(command);
        return ClientSecrets.length;
      }).catch((error: UserPoolsError) => {
        // A permission that those who have always run doctor may not have.
        if ((error.cause as Error).name === 'AccessDeniedException') return undefined;
        throw error;
      }),
    async providerNames(UserPoolId) {
      const names: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = await found(() => {
          const command = new sdk.ListIdentityProvidersCommand({
            UserPoolId,
            MaxResults: 60,
            NextToken,
          });
          return inRegionOf(UserPoolId).send(command);
        });
        names.push(...(page?.Providers ?? []).map(({ ProviderName = '' }) => ProviderName));
        NextToken = page?.NextToken;
      } while (NextToken !== undefined);
      return names;
    },
    provider: (UserPoolId, ProviderName) =>
      found(async () => {
        const command = new sdk.DescribeIdentityProviderCommand({ UserPoolId, ProviderName });
        return (await inRegionOf(UserPoolId).send(command)).IdentityProvider;
      }, NOTHING_BY_NAME),
    domain: (Domain, region) =>
      found(async () => {
        const command = new sdk.DescribeUserPoolDomainCommand({ Domain });
        return (await inRegion(region).send(command)).DomainDescription;
      }),
    async hasStyle(UserPoolId, ClientId) {
      const ids = { UserPoolId, ClientId };
      const style = await found(() =>
        inRegionOf(UserPoolId).send(new sdk.DescribeManagedLoginBrandingByClientCommand(ids)),
      );
      return style !== undefined;
    },
    sessionConfiguration: (UserPoolId) =>
      found(() =>
        inRegionOf(UserPoolId).send(new sdk.GetUserPoolSessionConfigurationCommand({ UserPoolId })),
      ),
    limit: (region, Category) =>
      found(async () => {
        const LimitDefinition = { LimitClass: 'API_CATEGORY', Attributes: { Category } } as const;
        const command = new sdk.GetProvisionedLimitCommand({ LimitDefinition });
        return (await inRegion(region).send(command)).Limit;
      }),
    async secretMadeAt(UserPoolId, ClientId) {
      const answer = await found(() =>
        inRegionOf(UserPoolId).send(
          new sdk.ListUserPoolClientSecretsCommand({ UserPoolId, ClientId }),
        ),
      );
      const times = (answer?.ClientSecrets ?? []).flatMap(
        ({ ClientSecretCreateDate: date }) => date?.getTime() ?? [],
      );
      return times.length === 0 ? undefined : Math.min(...times);
    },
    async poolWithClient(region, ClientId) {
      const list = await found(() =>
        inRegion(region).send(new sdk.ListUserPoolsCommand({ MaxResults: 60 })),
      );
      for (const { Id: UserPoolId } of list?.UserPools ?? []) {
        const command = new sdk.DescribeUserPoolClientCommand({ UserPoolId, ClientId });
        if ((await found(() => inRegion(region).send(command))) !== undefined) return UserPoolId;
      }
      return undefined;
    },
    close: () => {
      for (const client of clients.values()) client.destroy();
    },
  };
}

/**
 * Asks what not every administrator may ask, and older pools and packages do not know: `undefined` where that is so.
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
