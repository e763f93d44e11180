import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  type AttributeType,
  CognitoIdentityProviderClient,
  type CognitoIdentityProviderClientConfig,
  type CognitoIdentityProviderServiceException,
  CreateUserPoolClientCommand,
  type CreateUserPoolClientCommandInput,
  CreateUserPoolCommand,
  type CreateUserPoolCommandInput,
  type UserPoolClientType,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Pools, startPools, type StartPoolsOptions } from '../../../src/pools/index.js';
import { callback } from '../seed.js';

/** The official SDK as anybody sets it up; only the endpoint and the credentials are not AWS's. */
export const sdkFor = (
  pools: Pick<Pools, 'url'>,
  config: CognitoIdentityProviderClientConfig = {},
): CognitoIdentityProviderClient =>
  new CognitoIdentityProviderClient({
    endpoint: pools.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret' },
    ...config,
  });

/** Running pools and the SDK to talk to them. */
export interface Api {
  readonly pools: Pools;
  readonly sdk: CognitoIdentityProviderClient;
}

/**
 * Starts pools once for the calling file, empty unless a seed is given, and puts them back before
 * each test.
 */
export function useApi(options: StartPoolsOptions = {}): Api {
  let started: { pools: Pools; sdk: CognitoIdentityProviderClient } | undefined;
  beforeAll(async () => {
    const pools = await startPools({ seed: { pools: [] }, keys: 'fixed', ...options });
    started = { pools, sdk: sdkFor(pools) };
  });
  beforeEach(() => started?.pools.reset());
  afterAll(async () => {
    started?.sdk.destroy();
    await started?.pools.close();
  });
  const running = (): Api => {
    if (!started) throw new Error('The pools run only inside a test');
    return started;
  };
  return {
    get pools() {
      return running().pools;
    },
    get sdk() {
      return running().sdk;
    },
  };
}

/** The exception a call ends with, as `Name: message`. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'it was accepted',
    (error: CognitoIdentityProviderServiceException) => `${error.name}: ${error.message}`,
  );
}

let made = 0;

/** A pool of its own for a test; its id. */
export async function makePool(
  { sdk }: Pick<Api, 'sdk'>,
  settings: Partial<CreateUserPoolCommandInput> = {},
): Promise<string> {
  made += 1;
  const { UserPool } = await sdk.send(
    new CreateUserPoolCommand({ PoolName: `pool-${made}`, ...settings }),
  );
  return UserPool?.Id ?? '';
}

/** An app client for the browser, or with `settings` instead of what that takes. */
export async function makeClient(
  { sdk }: Pick<Api, 'sdk'>,
  UserPoolId: string,
  settings: Partial<CreateUserPoolClientCommandInput> = {},
): Promise<UserPoolClientType & { ClientId: string }> {
  const { UserPoolClient } = await sdk.send(
    new CreateUserPoolClientCommand({
      UserPoolId,
      ClientName: 'site',
      GenerateSecret: true,
      CallbackURLs: [callback],
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email', 'profile'],
      AllowedOAuthFlowsUserPoolClient: true,
      SupportedIdentityProviders: ['COGNITO'],
      ...settings,
    }),
  );
  return { ...UserPoolClient, ClientId: UserPoolClient?.ClientId ?? '' };
}

/** A confirmed user with a password. */
export async function makeUser(
  { sdk }: Pick<Api, 'sdk'>,
  UserPoolId: string,
  Username: string,
  attributes: Record<string, string> = {},
): Promise<void> {
  const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
  await sdk.send(new AdminCreateUserCommand({ UserPoolId, Username, UserAttributes }));
  await sdk.send(
    new AdminSetUserPasswordCommand({ UserPoolId, Username, Password, Permanent: true }),
  );
}

/** The password of every user made here. */
export const Password = 'Correct-Horse-1';

/** A list of attributes as a record. */
export const recordOf = (list: AttributeType[] = []): Record<string, string | undefined> =>
  Object.fromEntries(list.map(({ Name, Value }) => [Name, Value]));
