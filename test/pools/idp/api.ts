import {
  CognitoIdentityProviderClient,
  type CognitoIdentityProviderClientConfig,
  type CognitoIdentityProviderServiceException,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Pools, startPools, type StartPoolsOptions } from '../../../src/pools/index.js';

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

/** Starts pools once for the calling file, empty unless a seed is given, and puts them back before each test. */
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
