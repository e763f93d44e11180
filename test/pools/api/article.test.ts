import {
  AdminCreateUserCommand,
  CreateIdentityProviderCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  CreateUserPoolDomainCommand,
  ListUsersCommand,
  UpdateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { expect, it } from 'vitest';
import {
  chooseNewPassword,
  asksForNewPassword,
  codeIn,
  openBrowser,
  authorizeUrl,
  submitCredentials,
} from '../journeys.js';
import { callback } from '../seed.js';
import { exchangeCode, tokensIn } from '../token-endpoint.js';
import { useApi } from './api.js';

const api = useApi();

it('takes nothing but the SDK from no pools at all to a user who came through both', async () => {
  const { sdk, pools } = api;
  const ids = [];
  for (const PoolName of ['oidc-pool-1', 'oidc-pool-2']) {
    const { UserPool } = await sdk.send(new CreateUserPoolCommand({ PoolName }));
    await sdk.send(new CreateUserPoolDomainCommand({ Domain: PoolName, UserPoolId: UserPool?.Id }));
    ids.push(UserPool?.Id);
  }
  const [masterId, upstreamId] = ids;
  const { UserPoolClient: upstreamClient } = await sdk.send(
    new CreateUserPoolClientCommand({
      UserPoolId: upstreamId,
      ClientName: 'master-pool',
      GenerateSecret: true,
    }),
  );
  const { UserPoolClient: site } = await sdk.send(
    new CreateUserPoolClientCommand({
      UserPoolId: masterId,
      ClientName: 'site',
      GenerateSecret: true,
    }),
  );
  await sdk.send(
    new UpdateUserPoolClientCommand({
      UserPoolId: upstreamId,
      ClientId: upstreamClient?.ClientId,
      CallbackURLs: [`${pools.url}/oidc-pool-1/oauth2/idpresponse`],
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid'],
      AllowedOAuthFlowsUserPoolClient: true,
      SupportedIdentityProviders: ['COGNITO'],
    }),
  );
  await sdk.send(
    new CreateIdentityProviderCommand({
      UserPoolId: masterId,
      ProviderName: 'oidc-pool-2',
      ProviderType: 'OIDC',
      ProviderDetails: {
        client_id: upstreamClient?.ClientId ?? '',
        client_secret: upstreamClient?.ClientSecret ?? '',
        attributes_request_method: 'GET',
        oidc_issuer: `${pools.url}/${upstreamId}`,
        authorize_scopes: 'openid',
      },
      AttributeMapping: { email: 'email', email_verified: 'email_verified', name: 'name' },
    }),
  );
  await sdk.send(
    new UpdateUserPoolClientCommand({
      UserPoolId: masterId,
      ClientId: site?.ClientId,
      CallbackURLs: [callback],
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email', 'profile'],
      AllowedOAuthFlowsUserPoolClient: true,
      SupportedIdentityProviders: ['oidc-pool-2'],
    }),
  );
  await sdk.send(
    new AdminCreateUserCommand({
      UserPoolId: upstreamId,
      Username: 'alice',
      TemporaryPassword: 'Welcome-2-Lifeguard!',
      UserAttributes: [
        { Name: 'email', Value: 'alice@example.com' },
        { Name: 'email_verified', Value: 'true' },
        { Name: 'name', Value: 'Alice Example' },
      ],
    }),
  );

  const master = pools.pool('oidc-pool-1');
  const browser = openBrowser();
  const chooser = await browser.get(authorizeUrl(master, 'site'));
  const loginPage = await browser.click(chooser, 'oidc-pool-2');
  const alice = { username: 'alice', password: 'Welcome-2-Lifeguard!' };
  const page = await submitCredentials(browser, loginPage, alice);
  expect(asksForNewPassword(page)).toBe(true);
  const end = await chooseNewPassword(browser, page, 'Chosen-By-Alice-2');
  const tokens = tokensIn(await exchangeCode(master, 'site', codeIn(end)));
  expect(tokens.refresh_token).toMatch(/^eyJjdHkiOiJKV1Qi/);

  const { Users = [] } = await sdk.send(new ListUsersCommand({ UserPoolId: masterId }));
  expect(Users).toMatchObject([{ UserStatus: 'EXTERNAL_PROVIDER', Enabled: true }]);
  const { Users: upstreamUsers = [] } = await sdk.send(
    new ListUsersCommand({ UserPoolId: upstreamId }),
  );
  expect(upstreamUsers).toMatchObject([{ Username: 'alice', UserStatus: 'CONFIRMED' }]);
  const valueOf = (name: string): string | undefined =>
    Users[0]?.Attributes?.find(({ Name }) => Name === name)?.Value;
  expect(Users[0]?.Username).toBe(
    `oidc-pool-2_${upstreamUsers[0]?.Attributes?.find(({ Name }) => Name === 'sub')?.Value}`,
  );
  expect(valueOf('email')).toBe('alice@example.com');
  expect(valueOf('email_verified')).toBe('true');
  expect(valueOf('name')).toBe('Alice Example');
  expect(JSON.parse(valueOf('identities') ?? '')).toMatchObject([
    { providerName: 'oidc-pool-2', providerType: 'OIDC', primary: true },
  ]);
});
