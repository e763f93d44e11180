import type {
  CreateUserPoolClientRequest,
  CreateUserPoolRequest,
} from '@aws-sdk/client-cognito-identity-provider';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Adoption } from '../../../src/program/setup/account/ownership.js';
import type { CognitoApi } from '../../../src/program/setup/account/cognito-api.js';
import type { SetupInputs } from '../../../src/program/setup/wanted/inputs.js';
import { oktaDetails, unannounced, wholeAccount, type PlannedStep } from './accounts.js';
import { apiOf, emptyAccount, inputs, planNow, runSetup } from './world.js';

/*
 * Accounts that nobody has thought of: whatever is there, and whatever of it is given to setup,
 * what the plan does not name is equal afterwards, and a plan that has problems changes nothing.
 */

const some = <T>(values: readonly T[]): fc.Arbitrary<T[] | undefined> =>
  fc.option(fc.subarray([...values], { minLength: 1 }), { nil: undefined });
const maybe = <T>(...values: T[]): fc.Arbitrary<T | undefined> =>
  fc.option(fc.constantFrom(...values), { nil: undefined });

/** Members that are `undefined` are not sent. */
type Loose<T> = { readonly [K in keyof T]?: T[K] | undefined };

const client: fc.Arbitrary<Loose<CreateUserPoolClientRequest>> = fc.record({
  ClientName: fc.constantFrom('site', 'master-pool', 'machine', 'app'),
  GenerateSecret: fc.boolean(),
  AllowedOAuthFlowsUserPoolClient: fc.boolean(),
  AllowedOAuthFlows: fc.constantFrom(
    undefined,
    ['code'],
    ['code', 'implicit'],
    ['client_credentials'],
  ),
  AllowedOAuthScopes: fc.constantFrom(undefined, ['openid'], ['openid', 'phone'], ['orders/write']),
  CallbackURLs: some([
    'myapp://in',
    'https://app.example.com/in',
    'http://localhost:3000/callback',
  ]),
  LogoutURLs: some(['myapp://out', 'http://localhost:3000/logout/continue']),
  SupportedIdentityProviders: fc.constantFrom(
    undefined,
    ['COGNITO'],
    ['Okta'],
    ['COGNITO', 'oidc-pool-2'],
  ),
  ExplicitAuthFlows: some([
    'ALLOW_REFRESH_TOKEN_AUTH',
    'ALLOW_USER_SRP_AUTH',
    'ALLOW_CUSTOM_AUTH',
    'ALLOW_USER_AUTH',
  ] as const),
  RefreshTokenRotation: maybe(
    { Feature: 'ENABLED' as const, RetryGracePeriodSeconds: 10 },
    { Feature: 'ENABLED' as const, RetryGracePeriodSeconds: 60 },
    { Feature: 'DISABLED' as const },
  ),
  PreventUserExistenceErrors: maybe('LEGACY' as const, 'ENABLED' as const),
  EnableTokenRevocation: fc.option(fc.boolean(), { nil: undefined }),
  EnablePropagateAdditionalUserContextData: fc.option(fc.boolean(), { nil: undefined }),
  ReadAttributes: some(['email', 'nickname', 'name', 'locale']),
  WriteAttributes: some(['email', 'nickname', 'given_name', 'locale']),
  RefreshTokenValidity: maybe(1, 30, 90),
  AccessTokenValidity: maybe(1, 12),
  AuthSessionValidity: maybe(3, 15),
});

const pool: fc.Arbitrary<Loose<CreateUserPoolRequest>> = fc.record({
  PoolName: fc.constantFrom('oidc-pool-1', 'oidc-pool-2', 'other'),
  UserPoolTier: maybe('LITE' as const, 'ESSENTIALS' as const, 'PLUS' as const),
  DeletionProtection: maybe('ACTIVE' as const, 'INACTIVE' as const),
  UserPoolTags: maybe({ team: 'web' }, { team: 'web', 'cost centre': '42' }),
  LambdaConfig: maybe({ PreSignUp: 'arn:aws:lambda:eu-west-1:000000000000:function:check' }),
  Policies: maybe({ PasswordPolicy: { MinimumLength: 20, RequireSymbols: false } }),
  AutoVerifiedAttributes: maybe(['email' as const]),
  UsernameAttributes: maybe(['email' as const]),
  AdminCreateUserConfig: maybe(
    { AllowAdminCreateUserOnly: true },
    { AllowAdminCreateUserOnly: false },
  ),
  Schema: maybe(
    [{ Name: 'team', AttributeDataType: 'String' as const, Mutable: true }],
    [{ Name: 'shoe', AttributeDataType: 'Number' as const, Mutable: false }],
    [{ Name: 'email', AttributeDataType: 'String' as const, Mutable: false }],
  ),
});

interface Contents {
  readonly pool: Loose<CreateUserPoolRequest>;
  readonly clients: readonly Loose<CreateUserPoolClientRequest>[];
  readonly providers: readonly {
    readonly name: string;
    readonly mapping: Record<string, string>;
  }[];
  readonly scopes: readonly string[] | undefined;
  readonly domainVersion: number | undefined;
  readonly group: string | undefined;
}

const contents: fc.Arbitrary<Contents> = fc.record({
  pool,
  clients: fc.uniqueArray(client, { maxLength: 4, selector: ({ ClientName }) => ClientName }),
  providers: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('Okta', 'Corp', 'Google-2', 'oidc-pool-2'),
      mapping: fc.constantFrom<Record<string, string>>({}, { email: 'mail', nickname: 'nick' }),
    }),
    { maxLength: 2, selector: ({ name }) => name },
  ),
  scopes: some(['read', 'write']),
  domainVersion: maybe(1, 2),
  group: maybe('admins'),
});

/** Tries to make each thing: what Cognito refuses is not there. */
async function fill({ cognito }: CognitoApi, all: readonly Contents[]): Promise<void> {
  const ifAllowed = (call: Promise<unknown>): Promise<unknown> => call.catch(() => undefined);
  for (const [number, each] of all.entries()) {
    const made = await cognito.createUserPool(each.pool as CreateUserPoolRequest);
    const UserPoolId = made.UserPool?.Id;
    if (each.scopes) {
      const Scopes = each.scopes.map((ScopeName) => ({ ScopeName, ScopeDescription: 'Orders' }));
      await cognito.createResourceServer({
        UserPoolId,
        Identifier: 'orders',
        Name: 'Orders',
        Scopes,
      });
    }
    for (const { name, mapping } of each.providers) {
      await cognito.createIdentityProvider({
        UserPoolId,
        ProviderName: name,
        ProviderType: 'OIDC',
        ProviderDetails: oktaDetails,
        AttributeMapping: mapping,
      });
    }
    for (const request of each.clients) {
      await ifAllowed(
        cognito.createUserPoolClient({ ...request, UserPoolId } as CreateUserPoolClientRequest),
      );
    }
    if (each.group) await cognito.createGroup({ UserPoolId, GroupName: each.group });
    if (each.domainVersion) {
      await cognito.createUserPoolDomain({
        UserPoolId,
        Domain: `theirs-${number}`,
        ManagedLoginVersion: each.domainVersion,
      });
    }
  }
}

/** Some of what is there, by names that setup has a use for. */
async function given(
  api: CognitoApi,
  wanted: SetupInputs,
  mask: readonly number[],
): Promise<Adoption> {
  const { cognito } = api;
  let next = 0;
  const isGiven = (): boolean => mask[next++ % mask.length] !== 0;
  const adoption = {
    pools: [] as string[],
    clients: [] as string[],
    providers: [] as string[],
    resourceServers: [] as string[],
  };
  const { UserPools = [] } = await cognito.listUserPools({ MaxResults: 60 });
  for (const { Id: UserPoolId = '', Name } of UserPools) {
    const isMaster = Name === wanted.masterName;
    if (!isMaster && Name !== wanted.upstreamName) continue;
    if (isGiven()) adoption.pools.push(UserPoolId);
    const { UserPoolClients = [] } = await cognito.listUserPoolClients({ UserPoolId });
    for (const { ClientId = '', ClientName } of UserPoolClients) {
      const meant = isMaster ? ['site', ...(wanted.withApi ? ['machine'] : [])] : ['master-pool'];
      if (meant.includes(ClientName ?? '') && isGiven()) adoption.clients.push(ClientId);
    }
  }
  const master = UserPools.find(({ Name }) => Name === wanted.masterName);
  if (master !== undefined && wanted.withApi) {
    const { ResourceServers = [] } = await cognito.listResourceServers({
      UserPoolId: master.Id,
      MaxResults: 50,
    });
    adoption.resourceServers.push(...ResourceServers.map(({ Identifier = '' }) => Identifier));
  }
  return adoption;
}

it('changes nothing that its plan does not name, whatever an account has', async () => {
  const outcomes = { refused: 0, changed: 0, adopted: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(contents, { maxLength: 3, selector: (each) => each.pool.PoolName }),
      // Most often everything.
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 9 }),
      fc.record({
        withApi: fc.boolean(),
        withManagedLogin: fc.boolean(),
        isWithUser: fc.boolean(),
      }),
      async (all, mask, { withApi, withManagedLogin, isWithUser }) => {
        const pools = await emptyAccount();
        try {
          const api = await apiOf(pools);
          await fill(api, all);
          const wanted = {
            ...inputs,
            withApi,
            withManagedLogin,
            user: isWithUser ? inputs.user : undefined,
          };
          const adoption = await given(api, wanted, mask);
          const before = await wholeAccount(api);
          const { problems, steps } = await planNow(api, wanted, adoption);
          const planned: PlannedStep[] = steps.map(
            ({ action, resource: { id, title }, changes }) => ({ action, id, title, changes }),
          );
          if (problems.length > 0) {
            outcomes.refused += 1;
            await expect(runSetup(api, wanted, adoption)).rejects.toThrow(problems[0]);
            expect(await wholeAccount(api)).toEqual(before);
            return;
          }
          outcomes.changed += 1;
          if (planned.some(({ action }) => action === 'adopt')) outcomes.adopted += 1;
          await runSetup(api, wanted, adoption);
          const after = await wholeAccount(api);
          expect(unannounced(before, after, planned)).toEqual([]);
          expect(Object.keys(before).filter((key) => !(key in after))).toEqual([]);
          expect((await planNow(api, wanted)).steps).toEqual([]);
        } finally {
          await pools.close();
        }
      },
    ),
    { numRuns: 60 },
  );
  // None of the ways is left out.
  expect(
    Object.values(outcomes).every((times) => times > 3),
    JSON.stringify(outcomes),
  ).toBe(true);
});
