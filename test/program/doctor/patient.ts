import {
  AddUserPoolClientSecretCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolDomainCommand,
  DescribeIdentityProviderCommand,
  DescribeUserPoolClientCommand,
  UpdateIdentityProviderCommand,
  UpdateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { readSettings } from '../../../src/program/config/from-environment.js';
import type { Change } from '../../../src/program/doctor/findings/change.js';
import { diagnose, type Diagnosis } from '../../../src/program/doctor/diagnose.js';
import { openUserPools } from '../../../src/program/doctor/context/user-pools.js';
import {
  federatedPoolsSeed,
  type Pools,
  type PoolsSeed,
  startPools,
} from '../../../src/pools/index.js';
import { articleEnvironment } from '../../support/world.js';
import { whole } from './whole.js';

export type PoolSeed = PoolsSeed['pools'][number];
export type ClientSeed = NonNullable<PoolSeed['clients']>[number];
export type ProviderSeed = NonNullable<PoolSeed['identityProviders']>[number];

/**
 * The set-up of the two federated pools, which is healthy, with what a case does to it. Nobody
 * listens at the site.
 */
export interface Patient {
  readonly pools: Pools;
  readonly environment: Record<string, string>;
  readonly sdk: CognitoIdentityProviderClient;
  /** Added to our clock. */
  clockOffsetMs: number;
  /** @param look `inside` reads the pools' settings through the AWS SDK, too */
  examine(look: 'outside' | 'inside'): Promise<Diagnosis>;
  /** Makes the change, as the command in the report would. */
  apply(change: Change): Promise<void>;
  stop(): Promise<void>;
}

export const siteUrl = 'http://localhost:2';

export async function startPatient(
  seed: (seed: PoolsSeed) => PoolsSeed = (same) => same,
): Promise<Patient> {
  const pools = await startPools({
    seed: seed(federatedPoolsSeed({ baseUrl: siteUrl })),
    keys: 'fixed',
  });
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const sdk = new CognitoIdentityProviderClient({
    endpoint: pools.url,
    region: 'eu-west-1',
    credentials,
  });
  const environment: Record<string, string> = {
    BASE_URL: siteUrl,
    SESSION_SECRET: 'q8vT2mZx91LrKwYbNc73HsdPfGjE5uAo',
    SESSION_STORE: 'file:./test-results/no-such-folder/sessions',
    ...articleEnvironment(pools),
  };
  const patient: Patient = {
    pools,
    environment,
    sdk,
    clockOffsetMs: 0,
    async examine(look) {
      const { url: endpointUrl } = pools;
      const userPools = look === 'inside' ? await openUserPools({ endpointUrl }) : undefined;
      const now = (): number => Date.now() + patient.clockOffsetMs;
      try {
        const diagnosis = await diagnose(readSettings(environment), {
          now,
          fetch,
          userPools,
          environment,
          // The embedded pools' ids say nothing of where they are.
          endpointUrl,
        });
        return whole(diagnosis);
      } finally {
        userPools?.close();
      }
    },
    async apply(change) {
      if (change.kind === 'environment') Object.assign(environment, change.set);
      else await applyAtAws(sdk, change);
    },
    async stop() {
      sdk.destroy();
      await pools.close();
    },
  };
  return patient;
}

/** Reads, changes and writes back whole, like the command that doctor prints. */
async function applyAtAws(
  sdk: CognitoIdentityProviderClient,
  change: Exclude<Change, { kind: 'environment' }>,
): Promise<void> {
  const UserPoolId = change.userPoolId;
  switch (change.kind) {
    case 'app-client': {
      const ids = { UserPoolId, ClientId: change.clientId };
      const { UserPoolClient } = await sdk.send(new DescribeUserPoolClientCommand(ids));
      const changed: Record<string, unknown> = { ...UserPoolClient, ...change.set };
      for (const member of ['ClientSecret', 'CreationDate', 'LastModifiedDate']) {
        delete changed[member];
      }
      for (const [list, values] of Object.entries(change.add ?? {})) {
        const present = (changed[list] as string[] | undefined) ?? [];
        changed[list] = [...new Set([...present, ...values])];
      }
      await sdk.send(new UpdateUserPoolClientCommand({ ...changed, ...ids }));
      return;
    }
    case 'identity-provider': {
      const ids = { UserPoolId, ProviderName: change.name };
      const { IdentityProvider } = await sdk.send(new DescribeIdentityProviderCommand(ids));
      const secret = change.secretOf && (await secretFor(sdk, change.secretOf));
      const mapping = Object.entries({ ...IdentityProvider?.AttributeMapping, ...change.mapping });
      await sdk.send(
        new UpdateIdentityProviderCommand({
          ...ids,
          ProviderDetails: {
            ...IdentityProvider?.ProviderDetails,
            ...change.details,
            ...(secret !== undefined && { client_secret: secret }),
          },
          AttributeMapping: Object.fromEntries(
            mapping.filter((entry): entry is [string, string] => entry[1] !== null),
          ),
        }),
      );
      return;
    }
    case 'domain':
      await sdk.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain: change.prefix }));
      return;
    case 'client-secret': {
      const ids = { UserPoolId, ClientId: change.clientId };
      await sdk.send(new AddUserPoolClientSecretCommand(ids));
    }
  }
}

/** The secret of a client that is shown, or a new one for it. */
async function secretFor(
  sdk: CognitoIdentityProviderClient,
  client: NonNullable<(Change & { kind: 'identity-provider' })['secretOf']>,
): Promise<string | undefined> {
  const ids = { UserPoolId: client.userPoolId, ClientId: client.clientId };
  if (client.isNew !== true) {
    return (await sdk.send(new DescribeUserPoolClientCommand(ids))).UserPoolClient?.ClientSecret;
  }
  const { ClientSecretDescriptor } = await sdk.send(new AddUserPoolClientSecretCommand(ids));
  return ClientSecretDescriptor?.ClientSecretValue;
}

/** Changes in the seed of the two federated pools, by pool. */
export const inMaster =
  (change: Partial<PoolSeed>) =>
  ({ pools: [master, ...others] }: PoolsSeed): PoolsSeed => ({
    pools: [{ ...master!, ...change }, ...others],
  });

export const inUpstream =
  (change: Partial<PoolSeed>) =>
  ({ pools: [master, upstream] }: PoolsSeed): PoolsSeed => ({
    pools: [master!, { ...upstream!, ...change }],
  });

export const inSite =
  (change: Partial<ClientSeed>) =>
  (seed: PoolsSeed): PoolsSeed =>
    inMaster({ clients: firstChanged(seed.pools[0]?.clients, change) })(seed);

export const inMasterClient =
  (change: Partial<ClientSeed>) =>
  (seed: PoolsSeed): PoolsSeed =>
    inUpstream({ clients: firstChanged(seed.pools[1]?.clients, change) })(seed);

export const inProvider =
  (change: Partial<ProviderSeed>) =>
  (seed: PoolsSeed): PoolsSeed =>
    inMaster({ identityProviders: firstChanged(seed.pools[0]?.identityProviders, change) })(seed);

const firstChanged = <Each>(list: readonly Each[] | undefined, change: Partial<Each>): Each[] =>
  (list ?? []).map((each, index) => (index === 0 ? { ...each, ...change } : each));
