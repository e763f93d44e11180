import type { CreateUserPoolRequest } from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pools } from '../../../src/pools/index.js';
import type { Actual } from '../../../src/program/setup/account/actual.js';
import type { CognitoApi } from '../../../src/program/setup/account/cognito-api.js';
import { apiOf, emptyAccount, everythingIn, inputs, planNow, runSetup, stepsNow } from './world.js';

let pools: Pools;
let api: CognitoApi;
beforeEach(async () => {
  pools = await emptyAccount();
  api = await apiOf(pools);
});
afterEach(() => pools.close());

async function pool(request: Partial<CreateUserPoolRequest> = {}): Promise<string> {
  const { UserPool } = await api.cognito.createUserPool({ PoolName: 'oidc-pool-1', ...request });
  return UserPool!.Id!;
}

const changesOf = async (title: string): Promise<string[]> => {
  const { steps } = await planNow(api);
  const step = steps.find(
    ({ resource, action }) => resource.title === title && action === 'change',
  );
  return (step?.changes ?? []).map(({ property, text }) => `${property}: ${text}`);
};

/** What is there, given to setup. */
const adoptAll = async (wanted = inputs): Promise<Actual> =>
  runSetup(api, wanted, await everythingIn(api, wanted));

describe('a client of ours, changed by hand', () => {
  it('gets what it lacks and keeps everything else', async () => {
    await runSetup(api);
    const { MasterPool, SiteClient } = await runSetup(api);
    const ids = { UserPoolId: MasterPool?.Id, ClientId: SiteClient?.ClientId };
    // As in the console years ago: everything that is not named here is reset to its default.
    await api.cognito.updateUserPoolClient({
      ...ids,
      ClientName: 'site',
      AccessTokenValidity: 10,
      TokenValidityUnits: { AccessToken: 'minutes' },
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['implicit'],
      AllowedOAuthScopes: ['openid', 'phone'],
      CallbackURLs: ['https://staging.example.com/callback'],
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_PASSWORD_AUTH'],
      WriteAttributes: ['email', 'nickname'],
      EnableTokenRevocation: false,
    });

    expect(await changesOf('app client site of oidc-pool-1')).toEqual(
      expect.arrayContaining([
        'AllowedOAuthFlows: + code (was implicit)',
        'CallbackURLs: + http://localhost:3000/callback (was https://staging.example.com/callback)',
        'LogoutURLs: (nothing) -> http://localhost:3000/logout/continue',
        'ExplicitAuthFlows: - ALLOW_REFRESH_TOKEN_AUTH (was ALLOW_REFRESH_TOKEN_AUTH, ALLOW_USER_PASSWORD_AUTH)',
        'EnableTokenRevocation: false -> true',
        'WriteAttributes: + name, + given_name, + family_name (was email, nickname)',
      ]),
    );
    await runSetup(api);
    const { UserPoolClient } = await api.cognito.describeUserPoolClient(ids);
    expect(UserPoolClient).toMatchObject({
      AccessTokenValidity: 10,
      TokenValidityUnits: { AccessToken: 'minutes' },
      AllowedOAuthFlows: ['implicit', 'code'],
      AllowedOAuthScopes: ['openid', 'phone', 'email', 'profile', 'orders/read'],
      CallbackURLs: ['https://staging.example.com/callback', 'http://localhost:3000/callback'],
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
      WriteAttributes: ['email', 'nickname', 'name', 'given_name', 'family_name'],
      RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 60 },
      ClientSecret: SiteClient?.ClientSecret,
    });
    expect(await stepsNow(api)).toEqual([]);
  });

  it('keeps a grace as long as ours, and makes a shorter one longer', async () => {
    const { MasterPool, SiteClient } = await runSetup(api);
    const rotate = (seconds: number): Promise<unknown> =>
      api.cognito.updateUserPoolClient({
        ...SiteClient,
        UserPoolId: MasterPool?.Id,
        ClientId: SiteClient?.ClientId,
        RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: seconds },
      });
    await rotate(60);
    expect(await stepsNow(api)).toEqual([]);
    for (const seconds of [0, 10, 59]) {
      await rotate(seconds);
      expect(await changesOf('app client site of oidc-pool-1')).toEqual([
        `RefreshTokenRotation: Feature ENABLED, RetryGracePeriodSeconds ${seconds} -> Feature ENABLED, RetryGracePeriodSeconds 60`,
      ]);
    }
  });

  it('stops us when it can never do: no secret for the second pool, machines beside people', async () => {
    const master = await pool();
    const upstream = await pool({ PoolName: 'oidc-pool-2' });
    await api.cognito.createUserPoolClient({ UserPoolId: upstream, ClientName: 'master-pool' });
    await api.cognito.createResourceServer({
      UserPoolId: master,
      Identifier: 'orders',
      Name: 'orders',
      Scopes: [{ ScopeName: 'write', ScopeDescription: 'Write orders' }],
    });
    await api.cognito.createUserPoolClient({
      UserPoolId: master,
      ClientName: 'site',
      GenerateSecret: true,
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['client_credentials'],
      AllowedOAuthScopes: ['orders/write'],
    });
    const { problems } = await planNow(api, inputs, await everythingIn(api));
    expect(problems).toEqual([
      expect.stringMatching(/master-pool of oidc-pool-2 has no secret/),
      expect.stringMatching(/site of oidc-pool-1 would have client_credentials beside/),
    ]);
  });

  it('gets no rotation where the plan of its pool has none', async () => {
    await pool({ UserPoolTier: 'LITE' });
    const { SiteClient } = await adoptAll();
    expect(SiteClient?.RefreshTokenRotation?.Feature).not.toBe('ENABLED');
    const { steps, notes } = await planNow(api);
    expect(steps).toEqual([]);
    expect(notes.join()).toContain('Lite plan');
  });
});

describe('a pool made by hand', () => {
  it('keeps all its settings, and only gets our tags', async () => {
    const settings = {
      Policies: { PasswordPolicy: { MinimumLength: 20, RequireSymbols: false } },
      LambdaConfig: { PreSignUp: 'arn:aws:lambda:eu-west-1:000000000000:function:check' },
      AutoVerifiedAttributes: ['email' as const],
      EmailVerificationSubject: 'Your code',
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: false },
      UserPoolTags: { team: 'web' },
    };
    const id = await pool(settings);
    const before = await api.cognito.describeUserPool({ UserPoolId: id });
    await adoptAll();
    const { UserPool } = await api.cognito.describeUserPool({ UserPoolId: id });
    const { UserPoolTags, Domain, ...rest } = UserPool!;
    const { UserPoolTags: _tags, ...same } = before.UserPool!;
    expect({ ...rest, LastModifiedDate: same.LastModifiedDate }).toEqual(same);
    expect(Domain).toBeDefined();
    expect(UserPoolTags).toMatchObject({ team: 'web', 'lifeguard:setup': 'MasterPool' });
    const { steps, notes } = await planNow(api);
    expect(steps).toEqual([]);
    expect(notes.join()).toContain('switch its deletion protection on');
  });

  it('stops us when a mapped attribute is immutable, which can never be changed', async () => {
    await pool({ Schema: [{ Name: 'email', AttributeDataType: 'String', Mutable: false }] });
    await expect(adoptAll()).rejects.toThrow(
      /attribute email is immutable and can never be made mutable.*--master-name/s,
    );
    expect(pools.dump().pools).toHaveLength(1);
  });

  it('stops us when it requires what the second pool does not send', async () => {
    await pool({ Schema: [{ Name: 'phone_number', AttributeDataType: 'String', Required: true }] });
    expect((await planNow(api, inputs, await everythingIn(api))).problems).toEqual([
      expect.stringMatching(/requires the attribute phone_number/),
    ]);
  });

  it('keeps its domain, and is told what managed login still needs', async () => {
    const id = await pool();
    await api.cognito.createUserPoolDomain({
      UserPoolId: id,
      Domain: 'shop',
      ManagedLoginVersion: 2,
    });
    const wanted = { ...inputs, domainPrefix: 'other' };
    expect((await adoptAll(wanted)).MasterDomain?.name).toBe('shop');
    const { steps, notes } = await planNow(api, wanted);
    expect(steps).toEqual([]);
    expect(notes).toEqual(
      expect.arrayContaining([
        expect.stringContaining('is shop already'),
        expect.stringContaining('add --managed-login'),
      ]),
    );
  });

  it('has users by their e-mail address, and so has the first one', async () => {
    await pool({ PoolName: 'oidc-pool-2', UsernameAttributes: ['email'] });
    await adoptAll();
    const [user] = pools.pool('oidc-pool-2').users();
    expect(user?.attributes).toMatchObject({ email: 'alice@example.com', email_verified: 'true' });
    expect(await stepsNow(api)).toEqual([]);
  });
});

describe('a secret of the master pool at the second, rotated by hand', () => {
  /** Gives the client a second secret, and the provider that. */
  async function rotate(): Promise<{ ids: object; provider: object; value: string }> {
    const { MasterPool, UpstreamPool, UpstreamClient } = await runSetup(api);
    const ids = { UserPoolId: UpstreamPool?.Id, ClientId: UpstreamClient?.ClientId };
    const added = await api.cognito.addUserPoolClientSecret(ids);
    const value = added.ClientSecretDescriptor?.ClientSecretValue ?? '';
    const provider = { UserPoolId: MasterPool?.Id, ProviderName: 'oidc-pool-2' };
    const { IdentityProvider } = await api.cognito.describeIdentityProvider(provider);
    await api.cognito.updateIdentityProvider({
      ...provider,
      ProviderDetails: { ...IdentityProvider?.ProviderDetails, client_secret: value },
    });
    return { ids, provider, value };
  }

  const secretOf = async (provider: object): Promise<string | undefined> => {
    const ids = provider as { UserPoolId: string; ProviderName: string };
    const { IdentityProvider } = await api.cognito.describeIdentityProvider(ids);
    return IdentityProvider?.ProviderDetails?.['client_secret'];
  };

  const deleteOldest = async (ids: object): Promise<void> => {
    const client = ids as { UserPoolId: string; ClientId: string };
    const { ClientSecrets = [] } = await api.cognito.listUserPoolClientSecrets(client);
    const ClientSecretId = ClientSecrets[0]?.ClientSecretId;
    await api.cognito.deleteUserPoolClientSecret({ ...client, ClientSecretId });
  };

  it('stays with the provider, while both are good and when the first is gone', async () => {
    const { ids, provider, value } = await rotate();
    for (const isFirstGone of [false, true]) {
      if (isFirstGone) await deleteOldest(ids);
      const { steps, problems, notes } = await planNow(api);
      expect({ steps, problems }).toEqual({ steps: [], problems: [] });
      expect(notes.join()).toContain('the identity provider keeps the one that it has');
      await runSetup(api);
      expect(await secretOf(provider)).toBe(value);
    }
    const given = provider as { UserPoolId: string; ProviderName: string };
    await api.cognito.updateIdentityProvider({ ...given, AttributeMapping: { email: 'mail' } });
    await runSetup(api);
    expect(await secretOf(provider)).toBe(value);
    expect(await stepsNow(api)).toEqual([]);
  });

  it('is asked for where the provider is not there any more', async () => {
    const { ids, provider } = await rotate();
    await deleteOldest(ids);
    const given = provider as { UserPoolId: string; ProviderName: string };
    await api.cognito.deleteIdentityProvider(given);
    const { problems } = await planNow(api);
    expect(problems).toEqual([
      expect.stringMatching(/was rotated, .*aws cognito-idp delete-user-pool-client /),
    ]);
    const client = ids as { UserPoolId: string; ClientId: string };
    await api.cognito.deleteUserPoolClient(client);
    await runSetup(api);
    expect(await stepsNow(api)).toEqual([]);
  });

  it('is no reason to call a client for machines one without a secret', async () => {
    const { MasterPool, MachineClient } = await runSetup(api);
    const ids = { UserPoolId: MasterPool?.Id, ClientId: MachineClient?.ClientId };
    await api.cognito.addUserPoolClientSecret(ids);
    await deleteOldest(ids);
    const { steps, problems } = await planNow(api);
    expect({ steps, problems }).toEqual({ steps: [], problems: [] });
  });
});

describe('an identity provider of ours, changed by hand', () => {
  it('gets the right client and mapping, and keeps what else is mapped', async () => {
    const { MasterPool } = await runSetup(api);
    const ids = { UserPoolId: MasterPool?.Id, ProviderName: 'oidc-pool-2' };
    const { IdentityProvider } = await api.cognito.describeIdentityProvider(ids);
    const right = IdentityProvider?.ProviderDetails;
    await api.cognito.updateIdentityProvider({
      ...ids,
      ProviderDetails: {
        ...right,
        client_secret: 'forgotten',
        authorize_scopes: 'openid phone',
      },
      AttributeMapping: { email: 'mail', nickname: 'preferred_username' },
      IdpIdentifiers: ['corp'],
    });

    const changes = await changesOf('identity provider oidc-pool-2 of oidc-pool-1');
    expect(changes.join('\n')).toContain('ProviderDetails.client_secret: (hidden) -> (hidden)');
    expect(changes.join('\n')).not.toContain('forgotten');
    expect(changes).toEqual(
      expect.arrayContaining([
        'AttributeMapping.email: mail -> email',
        'AttributeMapping.name: (nothing) -> name',
      ]),
    );
    await runSetup(api);
    const { IdentityProvider: after } = await api.cognito.describeIdentityProvider(ids);
    expect(after).toMatchObject({
      ProviderDetails: { ...right, authorize_scopes: 'openid phone email profile' },
      AttributeMapping: { email: 'email', nickname: 'preferred_username', name: 'name' },
      IdpIdentifiers: ['corp'],
    });
    expect(await stepsNow(api)).toEqual([]);
  });

  it('is read anew when it still has endpoints of a domain that is gone', async () => {
    const { MasterPool } = await runSetup(api);
    const ids = { UserPoolId: MasterPool?.Id, ProviderName: 'oidc-pool-2' };
    const { IdentityProvider } = await api.cognito.describeIdentityProvider(ids);
    await api.cognito.updateIdentityProvider({
      ...ids,
      ProviderDetails: {
        ...IdentityProvider?.ProviderDetails,
        authorize_url: 'https://gone.auth.eu-west-1.amazoncognito.com/oauth2/authorize',
      },
    });
    expect(await stepsNow(api)).toEqual(['change identity provider oidc-pool-2 of oidc-pool-1']);
    await runSetup(api);
    expect(await stepsNow(api)).toEqual([]);
  });
});

describe('a resource server made by hand', () => {
  it('keeps its scopes beside ours', async () => {
    const UserPoolId = await pool();
    await api.cognito.createResourceServer({
      UserPoolId,
      Identifier: 'orders',
      Name: 'Orders',
      Scopes: [{ ScopeName: 'write', ScopeDescription: 'Write orders' }],
    });
    const { ResourceServer } = await adoptAll();
    expect(ResourceServer).toMatchObject({
      Name: 'Orders',
      Scopes: [{ ScopeName: 'write' }, { ScopeName: 'read' }],
    });
  });
});
