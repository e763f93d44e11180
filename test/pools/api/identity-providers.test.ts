import {
  CreateIdentityProviderCommand,
  type CreateIdentityProviderCommandInput,
  DeleteIdentityProviderCommand,
  DescribeIdentityProviderCommand,
  GetIdentityProviderByIdentifierCommand,
  ListGroupsCommand,
  ListIdentityProvidersCommand,
  ListUsersCommand,
  paginateListIdentityProviders,
  UpdateIdentityProviderCommand,
  UpdateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, it } from 'vitest';
import { authorizeUrl, codeIn, openBrowser } from '../journeys.js';
import { callback } from '../seed.js';
import { exchangeCode, tokensIn } from '../token-endpoint.js';
import { makePool, recordOf, refusal, useApi } from './api.js';
import { joinPools, type FederatedSettings } from './federated-world.js';

const api = useApi();

const details = {
  client_id: 'a-client',
  client_secret: 'a-secret',
  attributes_request_method: 'GET',
  oidc_issuer: 'https://idp.example',
  authorize_scopes: 'openid email',
};

const create = async (
  UserPoolId: string,
  settings: Partial<CreateIdentityProviderCommandInput> = {},
): Promise<unknown> =>
  api.sdk.send(
    new CreateIdentityProviderCommand({
      UserPoolId,
      ProviderName: 'corporate',
      ProviderType: 'OIDC',
      ProviderDetails: details,
      ...settings,
    }),
  );

describe('an identity provider', () => {
  it('is described with what AWS adds, and brings its group', async () => {
    const UserPoolId = await makePool(api);
    await create(UserPoolId, {
      AttributeMapping: { email: 'email' },
      IdpIdentifiers: ['corp.example'],
    });
    const { IdentityProvider } = await api.sdk.send(
      new DescribeIdentityProviderCommand({ UserPoolId, ProviderName: 'corporate' }),
    );
    expect(IdentityProvider).toEqual({
      UserPoolId,
      ProviderName: 'corporate',
      ProviderType: 'OIDC',
      ProviderDetails: { ...details, attributes_url_add_attributes: 'false' },
      AttributeMapping: { email: 'email', username: 'sub' },
      IdpIdentifiers: ['corp.example'],
      CreationDate: expect.any(Date),
      LastModifiedDate: expect.any(Date),
    });
    const byIdentifier = await api.sdk.send(
      new GetIdentityProviderByIdentifierCommand({ UserPoolId, IdpIdentifier: 'corp.example' }),
    );
    expect(byIdentifier.IdentityProvider).toEqual(IdentityProvider);
    const { Groups } = await api.sdk.send(new ListGroupsCommand({ UserPoolId }));
    expect(Groups).toMatchObject([{ GroupName: `${UserPoolId}_corporate` }]);
  });

  it('keeps what an update does not name', async () => {
    const UserPoolId = await makePool(api);
    await create(UserPoolId, { AttributeMapping: { email: 'email' } });
    const { IdentityProvider } = await api.sdk.send(
      new UpdateIdentityProviderCommand({
        UserPoolId,
        ProviderName: 'corporate',
        ProviderDetails: { ...details, authorize_scopes: 'openid' },
      }),
    );
    expect(IdentityProvider?.AttributeMapping).toEqual({ email: 'email', username: 'sub' });
    expect(IdentityProvider?.ProviderDetails?.['authorize_scopes']).toBe('openid');
  });

  it('is listed, page by page, and gone when deleted', async () => {
    const UserPoolId = await makePool(api);
    const names = ['one-idp', 'two-idp', 'three-idp'];
    for (const ProviderName of names) await create(UserPoolId, { ProviderName });
    const pages: (string | undefined)[][] = [];
    const paginator = paginateListIdentityProviders(
      { client: api.sdk, pageSize: 2 },
      { UserPoolId },
    );
    for await (const { Providers = [] } of paginator) {
      pages.push(Providers.map(({ ProviderName }) => ProviderName));
    }
    expect(pages).toEqual([names.slice(0, 2), names.slice(2)]);
    const first = { UserPoolId, ProviderName: 'one-idp' };
    await api.sdk.send(new DeleteIdentityProviderCommand(first));
    const { Providers } = await api.sdk.send(new ListIdentityProvidersCommand({ UserPoolId }));
    expect(Providers).toHaveLength(2);
    expect(await refusal(api.sdk.send(new DescribeIdentityProviderCommand(first)))).toMatch(
      /^ResourceNotFoundException: /,
    );
  });

  it.each<[string, Partial<CreateIdentityProviderCommandInput>, string]>([
    ['a name somebody has', {}, 'DuplicateProviderException: '],
    [
      'a name that cannot be split from a subject',
      { ProviderName: 'my_idp' },
      'regular expression',
    ],
    [
      'no secret',
      { ProviderName: 'other', ProviderDetails: { ...details, client_secret: '' } },
      'client_secret',
    ],
    [
      'scopes without openid',
      { ProviderName: 'other', ProviderDetails: { ...details, authorize_scopes: 'email' } },
      'must contain openid',
    ],
    [
      'an issuer that is no URL',
      { ProviderName: 'other', ProviderDetails: { ...details, oidc_issuer: 'idp.example' } },
      'oidc_issuer is not a URL',
    ],
    ['another protocol', { ProviderName: 'other', ProviderType: 'SAML' }, 'OIDC only'],
  ])('is not made with %s', async (_, settings, words) => {
    const UserPoolId = await makePool(api);
    await create(UserPoolId);
    expect(await refusal(create(UserPoolId, settings))).toContain(words);
  });
});

describe('in the browser', () => {
  it.each<[string, FederatedSettings]>([
    ['its endpoints looked up', {}],
    ['userInfo asked by POST', { details: { attributes_request_method: 'POST' } }],
  ])('works with %s', async (_, settings) => {
    const world = await joinPools(api, settings);
    codeIn(await world.signIn());
    const { Users } = await api.sdk.send(new ListUsersCommand({ UserPoolId: world.masterId }));
    expect(recordOf(Users?.[0]?.Attributes)).toMatchObject({ email: 'alice@example.com' });
    const asked = api.pools
      .requests(world.upstreamId, '/oauth2/userInfo')
      .map((each) => each.method);
    expect(asked).toEqual([settings.details?.['attributes_request_method'] ?? 'GET']);
  });

  it('gives tokens that together are too long for one cookie', async () => {
    const world = await joinPools(api);
    const code = codeIn(await world.signIn());
    const tokens = tokensIn(await exchangeCode(world.master, 'site', code));
    expect(tokens.refresh_token.length).toBeGreaterThan(1700);
    expect(Object.values(tokens).join('').length).toBeGreaterThan(4096);
  });

  it('works with endpoints given and none looked up', async () => {
    const world = await joinPools(api);
    const upstream = api.pools.pool(world.upstreamId);
    const { IdentityProvider } = await api.sdk.send(
      new DescribeIdentityProviderCommand({
        UserPoolId: world.masterId,
        ProviderName: 'oidc-pool-2',
      }),
    );
    await api.sdk.send(
      new UpdateIdentityProviderCommand({
        UserPoolId: world.masterId,
        ProviderName: 'oidc-pool-2',
        ProviderDetails: {
          ...IdentityProvider?.ProviderDetails,
          authorize_url: `${upstream.domain}/oauth2/authorize`,
          token_url: `${upstream.domain}/oauth2/token`,
          attributes_url: `${upstream.domain}/oauth2/userInfo`,
          jwks_uri: `${upstream.issuer}/.well-known/jwks.json`,
        },
      }),
    );
    codeIn(await world.signIn());
    const path = '/.well-known/openid-configuration';
    expect(api.pools.requests(world.upstreamId, path)).toEqual([]);
  });

  /** Ends at the app with an error; its code and words. */
  async function failure(settings: FederatedSettings, signIns = 1): Promise<string> {
    const world = await joinPools(api, settings);
    for (let n = 1; n < signIns; n += 1) codeIn(await world.signIn());
    const end = await world.signIn();
    expect(end.url).toMatch(`${callback}?`);
    return `${end.query.get('error')}: ${end.query.get('error_description')}`;
  }

  it('says so when the issuer has a slash too many', async () => {
    const world = await joinPools(api);
    const { IdentityProvider } = await api.sdk.send(
      new DescribeIdentityProviderCommand({
        UserPoolId: world.masterId,
        ProviderName: 'oidc-pool-2',
      }),
    );
    const issuer = `${api.pools.url}/${world.upstreamId}`;
    await api.sdk.send(
      new UpdateIdentityProviderCommand({
        UserPoolId: world.masterId,
        ProviderName: 'oidc-pool-2',
        ProviderDetails: { ...IdentityProvider?.ProviderDetails, oidc_issuer: `${issuer}/` },
      }),
    );
    const end = await world.signIn();
    expect(end.query.get('error')).toBe('invalid_request');
    expect(end.query.get('error_description')).toBe(`Bad id_token issuer ${issuer}`);
  });

  it('is not available while its issuer cannot be reached, or the client may not use it', async () => {
    const world = await joinPools(api, { details: { oidc_issuer: 'http://127.0.0.1:9/nowhere' } });
    const unavailable = 'Login option is not available. Please try another one';
    const url = authorizeUrl(world.master, 'site', { identity_provider: 'oidc-pool-2' });
    expect((await openBrowser().get(url)).text()).toContain(unavailable);
    await api.sdk.send(
      new UpdateUserPoolClientCommand({
        UserPoolId: world.masterId,
        ClientId: world.siteId,
        CallbackURLs: [callback],
        AllowedOAuthFlows: ['code'],
        AllowedOAuthScopes: ['openid', 'email', 'profile'],
        AllowedOAuthFlowsUserPoolClient: true,
        SupportedIdentityProviders: ['COGNITO'],
      }),
    );
    const page = await openBrowser().get(url);
    expect([page.status, page.text().includes(unavailable)]).toEqual([401, true]);
  });

  it('fails at the second sign-in when a mapped attribute is immutable', async () => {
    const Schema = [{ Name: 'email', Mutable: false, AttributeDataType: 'String' as const }];
    expect(await failure({ masterPool: { Schema } }, 2)).toBe(
      'invalid_request: user.email: Attribute cannot be updated.\n ',
    );
  });

  it('fails when a required attribute is not mapped', async () => {
    const Schema = [{ Name: 'email', Required: true, AttributeDataType: 'String' as const }];
    const settings = { masterPool: { Schema }, mapping: { name: 'name' } };
    expect(await failure(settings)).toBe('invalid_request: attributes required: [email]');
  });

  it('fails when the mapping names an attribute that is not there', async () => {
    const mapping = { email: 'email', 'custom:team': 'name' };
    expect(await failure({ mapping })).toBe(
      'invalid_request: Invalid user attributes: custom:team: Attribute does not exist in the schema.\n',
    );
  });

  it('fails when the client may not write what is mapped', async () => {
    const site = { WriteAttributes: ['name'] };
    expect(await failure({ site })).toContain('attempted to write unauthorized attribute');
  });

  it('fails with the words of the provider when the secret is wrong', async () => {
    const settings = { details: { client_secret: 'wrong' } };
    expect(await failure(settings)).toMatch(/^invalid_request: oidc-pool-2 Error - 400 /);
  });
});
