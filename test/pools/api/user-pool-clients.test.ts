import {
  CreateResourceServerCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolDomainCommand,
  DeleteUserPoolClientCommand,
  DescribeUserPoolClientCommand,
  ListUserPoolClientsCommand,
  paginateListUserPoolClients,
  UpdateUserPoolClientCommand,
  type UserPoolClientType,
} from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, it } from 'vitest';
import { authorizeUrl, codeIn, openBrowser, signIn } from '../journeys.js';
import { callback } from '../seed.js';
import { exchangeCode, requestTokens, tokensIn } from '../token-endpoint.js';
import { unverifiedJwt } from '../../support/jwt.js';
import { makeClient, makePool, makeUser, Password, refusal, useApi } from './api.js';

const api = useApi();

async function describeClient(
  UserPoolId: string,
  ClientId: string | undefined,
): Promise<UserPoolClientType> {
  const { UserPoolClient } = await api.sdk.send(
    new DescribeUserPoolClientCommand({ UserPoolId, ClientId }),
  );
  return UserPoolClient ?? {};
}

const oauth = {
  CallbackURLs: [callback],
  AllowedOAuthFlows: ['code'],
  AllowedOAuthScopes: ['openid', 'email', 'profile'],
  AllowedOAuthFlowsUserPoolClient: true,
  SupportedIdentityProviders: ['COGNITO'],
} satisfies Partial<UserPoolClientType>;

describe('an app client', () => {
  it("shows AWS's defaults, no secret unless asked for, and no block that nobody set", async () => {
    const UserPoolId = await makePool(api);
    const create = new CreateUserPoolClientCommand({ UserPoolId, ClientName: 'plain' });
    const { UserPoolClient } = await api.sdk.send(create);
    expect(UserPoolClient).toEqual({
      UserPoolId,
      ClientName: 'plain',
      ClientId: expect.stringMatching(/^[a-z0-9]{26}$/),
      CreationDate: expect.any(Date),
      LastModifiedDate: expect.any(Date),
      RefreshTokenValidity: 30,
      TokenValidityUnits: {},
      AllowedOAuthFlowsUserPoolClient: false,
      EnableTokenRevocation: true,
      EnablePropagateAdditionalUserContextData: false,
      AuthSessionValidity: 3,
    });
    expect(await describeClient(UserPoolId, UserPoolClient?.ClientId)).toEqual(UserPoolClient);
  });

  it('has a secret made up, or the one it is given, and lists show none', async () => {
    const UserPoolId = await makePool(api);
    const made = await makeClient(api, UserPoolId);
    expect(made.ClientSecret).toMatch(/^[a-z0-9]{51}$/);
    const ClientSecret = 'given_secret_0123456789ab';
    const given = await makeClient(api, UserPoolId, { GenerateSecret: false, ClientSecret });
    expect((await describeClient(UserPoolId, given.ClientId)).ClientSecret).toBe(ClientSecret);
    const { UserPoolClients } = await api.sdk.send(new ListUserPoolClientsCommand({ UserPoolId }));
    expect(UserPoolClients).toEqual(
      [made, given].map(({ ClientId }) => ({ ClientId, ClientName: 'site', UserPoolId })),
    );
  });

  it('resets what an update leaves out, but for name and secret', async () => {
    const UserPoolId = await makePool(api);
    const { ClientId, ClientSecret } = await makeClient(api, UserPoolId, {
      ...oauth,
      LogoutURLs: ['https://app.example/bye'],
      EnableTokenRevocation: false,
      PreventUserExistenceErrors: 'ENABLED',
      AuthSessionValidity: 10,
      AccessTokenValidity: 20,
      TokenValidityUnits: { AccessToken: 'minutes' },
      RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 10 },
    });
    const update = new UpdateUserPoolClientCommand({
      UserPoolId,
      ClientId,
      CallbackURLs: [callback],
    });
    const { UserPoolClient } = await api.sdk.send(update);
    expect(UserPoolClient).toEqual({
      UserPoolId,
      ClientName: 'site',
      ClientId,
      ClientSecret,
      CreationDate: expect.any(Date),
      LastModifiedDate: expect.any(Date),
      CallbackURLs: [callback],
      RefreshTokenValidity: 30,
      TokenValidityUnits: {},
      AllowedOAuthFlowsUserPoolClient: false,
      EnableTokenRevocation: true,
      EnablePropagateAdditionalUserContextData: false,
      AuthSessionValidity: 3,
    });
  });

  it('is gone once deleted', async () => {
    const UserPoolId = await makePool(api);
    const { ClientId } = await makeClient(api, UserPoolId);
    await api.sdk.send(new DeleteUserPoolClientCommand({ UserPoolId, ClientId }));
    expect(await refusal(describeClient(UserPoolId, ClientId))).toBe(
      `ResourceNotFoundException: User pool client ${ClientId} does not exist.`,
    );
  });

  it('is on one of the pages', async () => {
    const UserPoolId = await makePool(api);
    for (let n = 0; n < 3; n += 1) await makeClient(api, UserPoolId);
    const sizes = [];
    const pages = paginateListUserPoolClients({ client: api.sdk }, { UserPoolId, MaxResults: 2 });
    for await (const { UserPoolClients } of pages) sizes.push(UserPoolClients?.length);
    expect(sizes).toEqual([2, 1]);
  });

  it.each<[string, Partial<UserPoolClientType>, string]>([
    [
      'OAuth without scopes',
      { ...oauth, AllowedOAuthScopes: [] },
      'InvalidParameterException: AllowedOAuthFlows and AllowedOAuthScopes are required',
    ],
    [
      'client credentials beside the code flow',
      { ...oauth, AllowedOAuthFlows: ['code', 'client_credentials'] },
      'InvalidOAuthFlowException: client_credentials flow can not be selected along with',
    ],
    [
      'a scope that is not there',
      { ...oauth, AllowedOAuthScopes: ['openid', 'orders/read'] },
      'ScopeDoesNotExistException: ',
    ],
    [
      'offline_access',
      { ...oauth, AllowedOAuthScopes: ['openid', 'offline_access'] },
      'ScopeDoesNotExistException: ',
    ],
    [
      'a provider that is not there',
      { ...oauth, SupportedIdentityProviders: ['oidc-pool-2'] },
      'InvalidParameterException: The provider oidc-pool-2 does not exist for User Pool ',
    ],
    ['http elsewhere', { CallbackURLs: ['http://app.example/callback'] }, 'must be absolute'],
    ['a fragment', { LogoutURLs: ['https://app.example/#bye'] }, 'must be absolute'],
    [
      'a default redirect URI that is no callback',
      { CallbackURLs: [callback], DefaultRedirectURI: 'https://app.example' },
      'DefaultRedirectURI',
    ],
    [
      'rotation and REFRESH_TOKEN_AUTH',
      {
        RefreshTokenRotation: { Feature: 'ENABLED' },
        ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
      },
      'InvalidParameterException: Refresh token rotation',
    ],
    [
      'a lifetime of a minute',
      { AccessTokenValidity: 60, TokenValidityUnits: { AccessToken: 'seconds' } },
      'Invalid range for token validity.',
    ],
    ['attributes that are not there', { ReadAttributes: ['shoe_size'] }, 'Invalid read attributes'],
    ['sub to write', { WriteAttributes: ['sub'] }, 'Invalid write attributes'],
    [
      'a verification to write',
      { WriteAttributes: ['email', 'email_verified'] },
      'Invalid write attributes',
    ],
  ])('is not made with %s', async (_, settings, words) => {
    const UserPoolId = await makePool(api);
    const create = new CreateUserPoolClientCommand({ UserPoolId, ClientName: 'c', ...settings });
    expect(await refusal(api.sdk.send(create))).toContain(words);
  });
});

describe('what is set on a client acts in the browser at once', () => {
  async function poolWithAlice(): Promise<string> {
    const UserPoolId = await makePool(api);
    const Domain = UserPoolId.toLowerCase().replace('_', '-');
    await api.sdk.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain }));
    await makeUser(api, UserPoolId, 'alice', {
      email: 'alice@example.com',
      email_verified: 'true',
      name: 'Alice',
    });
    return UserPoolId;
  }
  const alice = { username: 'alice', password: Password };

  it('OAuth off, on again, and a callback that is not registered', async () => {
    const UserPoolId = await poolWithAlice();
    const pool = api.pools.pool(UserPoolId);
    const { ClientId } = await makeClient(api, UserPoolId);
    codeIn(await signIn(openBrowser(), pool, 'site', alice));

    const set = async (settings: Partial<UserPoolClientType>): Promise<unknown> =>
      api.sdk.send(new UpdateUserPoolClientCommand({ UserPoolId, ClientId, ...settings }));
    await set({ ...oauth, AllowedOAuthFlowsUserPoolClient: false });
    const off = await openBrowser().get(authorizeUrl(pool, 'site'));
    expect(off.query.get('error')).toBe('unauthorized_client');
    await set({ ...oauth, CallbackURLs: ['https://app.example/callback'] });
    const mismatch = await openBrowser().get(authorizeUrl(pool, 'site'));
    expect(mismatch.url).toContain('/error?error=redirect_mismatch');
    await set({ ...oauth, AllowedOAuthScopes: ['openid'] });
    const scope = await openBrowser().get(authorizeUrl(pool, 'site'));
    expect(scope.query.get('error_description')).toBe('invalid_scope');
    await set({ ...oauth, SupportedIdentityProviders: [] });
    const chooser = await openBrowser().get(authorizeUrl(pool, 'site'));
    expect(chooser.text()).toContain('no identity provider switched on');
  });

  it('lifetimes, read attributes, revocation and rotation', async () => {
    const UserPoolId = await poolWithAlice();
    const pool = api.pools.pool(UserPoolId);
    await makeClient(api, UserPoolId, {
      ...oauth,
      AccessTokenValidity: 10,
      IdTokenValidity: 2,
      TokenValidityUnits: { AccessToken: 'minutes' },
      ReadAttributes: ['email'],
      EnableTokenRevocation: false,
      RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 0 },
    });
    const code = codeIn(await signIn(openBrowser(), pool, 'site', alice));
    const tokens = tokensIn(await exchangeCode(pool, 'site', code));
    const { claims: access } = unverifiedJwt(tokens.access_token);
    const { claims: id } = unverifiedJwt(tokens.id_token);
    expect(Number(access['exp']) - Number(access['iat'])).toBe(600);
    expect(Number(id['exp']) - Number(id['iat'])).toBe(7200);
    expect(id).toMatchObject({ email: 'alice@example.com' });
    expect(id).not.toHaveProperty('name');
    expect(id).not.toHaveProperty('origin_jti');
    const grant = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    expect((await requestTokens(pool, 'site', grant)).status).toBe(200);
    expect((await requestTokens(pool, 'site', grant)).status).toBe(400);
  });

  it('a default redirect URI stands in for a missing one', async () => {
    const UserPoolId = await poolWithAlice();
    const pool = api.pools.pool(UserPoolId);
    await makeClient(api, UserPoolId, { ...oauth, DefaultRedirectURI: callback });
    const browser = openBrowser();
    const end = await signIn(browser, pool, 'site', alice, { redirect_uri: undefined });
    expect(end.url).toMatch(`${callback}?code=`);
  });

  it('scopes of a resource server are for machines', async () => {
    const UserPoolId = await poolWithAlice();
    await api.sdk.send(
      new CreateResourceServerCommand({
        UserPoolId,
        Identifier: 'orders',
        Name: 'Orders',
        Scopes: [{ ScopeName: 'read', ScopeDescription: 'Read orders' }],
      }),
    );
    await makeClient(api, UserPoolId, {
      AllowedOAuthFlows: ['client_credentials'],
      AllowedOAuthScopes: ['orders/read'],
      CallbackURLs: [],
    });
    const answer = await requestTokens(api.pools.pool(UserPoolId), 'site', {
      grant_type: 'client_credentials',
    });
    expect(unverifiedJwt(tokensIn(answer).access_token).claims['scope']).toBe('orders/read');
  });

  it('telling an unknown user from a wrong password, unless that is prevented', async () => {
    const UserPoolId = await poolWithAlice();
    const pool = api.pools.pool(UserPoolId);
    await makeClient(api, UserPoolId, { ...oauth, ClientName: 'legacy' });
    await makeClient(api, UserPoolId, {
      ...oauth,
      ClientName: 'careful',
      PreventUserExistenceErrors: 'ENABLED',
    });
    const nobody = { username: 'nobody', password: 'x' };
    const textFor = async (client: string): Promise<string> =>
      (await signIn(openBrowser(), pool, client, nobody)).text();
    expect(await textFor('legacy')).toContain('User does not exist.');
    expect(await textFor('careful')).toContain('Incorrect username or password.');
  });
});
