import type * as aws from '@aws-sdk/client-cognito-identity-provider';
import { controlPlaneAt, importAwsSdk } from '../../../cognito/control-plane.js';
import { regionOf } from '../../../cognito/user-pool.js';
import { adviceFor, explain, originOf } from './aws-fault.js';

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
 * Reads user pools with the caller's usual AWS credentials. The region is that of each pool's id, so none need be set.
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
  return new UserPools(sdk, options);
}

/** What AWS says of user pools; `undefined` for what does not exist. Only reads. */
export class UserPools {
  readonly #sdk: typeof aws;
  readonly #options: UserPoolsOptions;
  /** The API of each region that was asked. */
  readonly #clients = new Map<string, aws.CognitoIdentityProvider>();
  /** Where a failed call went, which the error itself does not say. */
  readonly #addresses = new WeakMap<Error, string>();

  constructor(sdk: typeof aws, options: UserPoolsOptions) {
    this.#sdk = sdk;
    this.#options = options;
  }

  async pool(UserPoolId: string): Promise<aws.UserPoolType | undefined> {
    return (await this.#byName(this.#at(UserPoolId).describeUserPool({ UserPoolId })))?.UserPool;
  }

  async client(UserPoolId: string, ClientId: string): Promise<aws.UserPoolClientType | undefined> {
    const call = this.#at(UserPoolId).describeUserPoolClient({ UserPoolId, ClientId });
    return (await this.#byName(call))?.UserPoolClient;
  }

  /** The secrets of a client, without their values; `undefined` also where that may not be asked. */
  async clientSecrets(
    UserPoolId: string,
    ClientId: string,
  ): Promise<aws.ClientSecretDescriptorType[] | undefined> {
    const call = this.#at(UserPoolId).listUserPoolClientSecrets({ UserPoolId, ClientId });
    // A permission that those who have always run doctor may not have.
    const answer = await this.#answer(call, [...NOT_FOUND, 'AccessDeniedException']);
    return answer && (answer.ClientSecrets ?? []);
  }

  async providerNames(UserPoolId: string): Promise<string[]> {
    const config = { client: this.#at(UserPoolId) };
    const pages = this.#sdk.paginateListIdentityProviders(config, { UserPoolId, MaxResults: 60 });
    return (await this.#answer(namesIn(pages))) ?? [];
  }

  async provider(
    UserPoolId: string,
    ProviderName: string,
  ): Promise<aws.IdentityProviderType | undefined> {
    const call = this.#at(UserPoolId).describeIdentityProvider({ UserPoolId, ProviderName });
    return (await this.#byName(call))?.IdentityProvider;
  }

  /** @param region default that of every AWS tool */
  async domain(
    Domain: string,
    region: string | undefined,
  ): Promise<aws.DomainDescriptionType | undefined> {
    const call = this.#inRegion(region).describeUserPoolDomain({ Domain });
    return (await this.#answer(call))?.DomainDescription;
  }

  /** Whether managed login has a style for the client. */
  async hasStyle(UserPoolId: string, ClientId: string): Promise<boolean> {
    const ids = { UserPoolId, ClientId };
    const call = this.#at(UserPoolId).describeManagedLoginBrandingByClient(ids);
    return (await this.#answer(call)) !== undefined;
  }

  async sessionConfiguration(
    UserPoolId: string,
  ): Promise<aws.GetUserPoolSessionConfigurationResponse | undefined> {
    return this.#answer(this.#at(UserPoolId).getUserPoolSessionConfiguration({ UserPoolId }));
  }

  /** Sign-ins and the like that the account may have in a second. */
  async limit(region: string, Category: string): Promise<aws.LimitType | undefined> {
    const LimitDefinition = { LimitClass: 'API_CATEGORY', Attributes: { Category } } as const;
    const call = this.#inRegion(region).getProvisionedLimit({ LimitDefinition });
    return (await this.#answer(call))?.Limit;
  }

  /** Which of the region's first sixty pools has this client. */
  async poolWithClient(region: string, ClientId: string): Promise<string | undefined> {
    const api = this.#inRegion(region);
    const list = await this.#answer(api.listUserPools({ MaxResults: 60 }));
    for (const { Id: UserPoolId } of list?.UserPools ?? []) {
      const call = api.describeUserPoolClient({ UserPoolId, ClientId });
      if ((await this.#answer(call)) !== undefined) return UserPoolId;
    }
    return undefined;
  }

  close(): void {
    for (const client of this.#clients.values()) client.destroy();
  }

  #at(userPoolId: string): aws.CognitoIdentityProvider {
    return this.#inRegion(regionOf(userPoolId));
  }

  /** Without a region that of every AWS tool; to embedded pools every one is the same. */
  #inRegion(
    region: string | undefined = this.#options.endpointUrl && 'eu-west-1',
  ): aws.CognitoIdentityProvider {
    const known = this.#clients.get(region ?? '');
    if (known !== undefined) return known;
    const { endpointUrl, proxiedFetch } = this.#options;
    const address = controlPlaneAt(endpointUrl, proxiedFetch);
    const client = new this.#sdk.CognitoIdentityProvider({ ...(region && { region }), ...address });
    client.middlewareStack.add(
      (next) => async (args) => {
        try {
          return await next(args);
        } catch (error) {
          if (error instanceof Error) this.#addresses.set(error, originOf(args.request));
          throw error;
        }
      },
      { step: 'build' },
    );
    this.#clients.set(region ?? '', client);
    return client;
  }

  /** What is answered; `undefined` for an error that says there is no such thing. @throws {UserPoolsError} for any other */
  #answer<Answer>(
    call: Promise<Answer>,
    nothing: readonly string[] = NOT_FOUND,
  ): Promise<Answer | undefined> {
    return call.catch((error: unknown) => {
      const name = error instanceof Error ? error.name : '';
      if (nothing.includes(name)) return undefined;
      const address = error instanceof Error ? this.#addresses.get(error) : undefined;
      const fix = adviceFor(name, address, this.#options.endpointUrl);
      throw new UserPoolsError(explain(error, name, address), fix, { cause: error });
    });
  }

  #byName<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
    return this.#answer(call, NOTHING_BY_NAME);
  }
}

async function namesIn(pages: AsyncIterable<aws.ListIdentityProvidersResponse>): Promise<string[]> {
  const names: string[] = [];
  for await (const { Providers = [] } of pages) {
    names.push(...Providers.map(({ ProviderName = '' }) => ProviderName));
  }
  return names;
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
