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
export async function openUserPools({
  importSdk = importAwsSdk,
  ...options
}: UserPoolsOptions): Promise<UserPools> {
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
  readonly ask: <Answer>(
    read: () => Promise<Answer>,
    nothing?: readonly string[],
  ) => Promise<Answer | undefined>;
  readonly close: () => void;
}

function connect(
  sdk: typeof aws,
  { endpointUrl, proxiedFetch }: Omit<UserPoolsOptions, 'importSdk'>,
): Connection {
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
    ask: (read, nothing = NOT_FOUND) =>
      read().catch((error: unknown) => {
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

function readUserPools(sdk: typeof aws, { inRegion, ask, close }: Connection): UserPools {
  const at = (userPoolId: string): aws.CognitoIdentityProvider => inRegion(regionOf(userPoolId));
  const byName = <Answer>(read: () => Promise<Answer>): Promise<Answer | undefined> =>
    ask(read, NOTHING_BY_NAME);
  return {
    pool: async (UserPoolId) =>
      (await byName(() => at(UserPoolId).describeUserPool({ UserPoolId })))?.UserPool,
    async client(UserPoolId, ClientId) {
      const ids = { UserPoolId, ClientId };
      return (await byName(() => at(UserPoolId).describeUserPoolClient(ids)))?.UserPoolClient;
    },
    ...readSecrets(at, ask),
    async providerNames(UserPoolId) {
      const names: string[] = [];
      const [config, input] = [{ client: at(UserPoolId) }, { UserPoolId, MaxResults: 60 }];
      await ask(async () => {
        for await (const page of sdk.paginateListIdentityProviders(config, input)) {
          names.push(...(page.Providers ?? []).map(({ ProviderName = '' }) => ProviderName));
        }
      });
      return names;
    },
    async provider(UserPoolId, ProviderName) {
      const ids = { UserPoolId, ProviderName };
      return (await byName(() => at(UserPoolId).describeIdentityProvider(ids)))?.IdentityProvider;
    },
    domain: async (Domain, region) =>
      (await ask(() => inRegion(region).describeUserPoolDomain({ Domain })))?.DomainDescription,
    async hasStyle(UserPoolId, ClientId) {
      const ids = { UserPoolId, ClientId };
      const style = await ask(() => at(UserPoolId).describeManagedLoginBrandingByClient(ids));
      return style !== undefined;
    },
    sessionConfiguration: (UserPoolId) =>
      ask(() => at(UserPoolId).getUserPoolSessionConfiguration({ UserPoolId })),
    async limit(region, Category) {
      const LimitDefinition = { LimitClass: 'API_CATEGORY', Attributes: { Category } } as const;
      return (await ask(() => inRegion(region).getProvisionedLimit({ LimitDefinition })))?.Limit;
    },
    async poolWithClient(region, ClientId) {
      const api = inRegion(region);
      const list = await ask(() => api.listUserPools({ MaxResults: 60 }));
      for (const { Id: UserPoolId } of list?.UserPools ?? []) {
        const ids = { UserPoolId, ClientId };
        if ((await ask(() => api.describeUserPoolClient(ids))) !== undefined) return UserPoolId;
      }
      return undefined;
    },
    close,
  };
}

function readSecrets(
  at: (userPoolId: string) => aws.CognitoIdentityProvider,
  ask: Connection['ask'],
): Pick<UserPools, 'clientSecretCount' | 'secretMadeAt'> {
  const list = async (
    UserPoolId: string,
    ClientId: string,
  ): Promise<aws.ClientSecretDescriptorType[] | undefined> => {
    const answer = await ask(() =>
      at(UserPoolId).listUserPoolClientSecrets({ UserPoolId, ClientId }),
    );
    return answer && (answer.ClientSecrets ?? []);
  };
  return {
    async clientSecretCount(...ids) {
      const secrets = await list(...ids).catch((error: UserPoolsError) => {
        // A permission that those who have always run doctor may not have.
        if ((error.cause as Error).name === 'AccessDeniedException') return undefined;
        throw error;
      });
      return secrets?.length;
    },
    async secretMadeAt(...ids) {
      const times = ((await list(...ids)) ?? []).flatMap(
        ({ ClientSecretCreateDate: date }) => date?.getTime() ?? [],
      );
      return times.length === 0 ? undefined : Math.min(...times);
    },
  };
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
