import {
  AdminCreateUserCommand,
  type CognitoIdentityProviderClient,
  CreateIdentityProviderCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  CreateUserPoolDomainCommand,
  DescribeUserPoolClientCommand,
  UpdateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';

/** What the article's console session leaves behind. */
export interface Article {
  readonly masterId: string;
  readonly upstreamId: string;
  /** The site's app client at the master pool. */
  readonly site: { readonly id: string; readonly secret: string };
  /** The master pool's app client at the second pool. */
  readonly bridge: { readonly id: string };
}

export const newcomer = {
  username: 'carol',
  email: 'carol@example.com',
  temporaryPassword: 'Welcome-4-Carol!',
  password: 'Chosen-By-Carol-5!',
} as const;

/**
 * Makes the article's two joined pools and one user, from nothing, with the official SDK and
 * nothing else.
 */
export async function makeArticle(
  sdk: CognitoIdentityProviderClient,
  endpoint: string,
  baseUrl: string,
): Promise<Article> {
  const masterId = await makePool(sdk, 'oidc-pool-1');
  const upstreamId = await makePool(sdk, 'oidc-pool-2');
  const shared = {
    GenerateSecret: true,
    AllowedOAuthFlows: ['code' as const],
    AllowedOAuthScopes: ['openid', 'email', 'profile'],
    AllowedOAuthFlowsUserPoolClient: true,
    LogoutURLs: [`${baseUrl}/logout/continue`],
  };
  const bridge = await makeClient(sdk, {
    ...shared,
    UserPoolId: upstreamId,
    ClientName: 'master-pool',
    CallbackURLs: [`${endpoint}/oidc-pool-1/oauth2/idpresponse`],
    SupportedIdentityProviders: ['COGNITO'],
  });
  const site = await makeClient(sdk, {
    ...shared,
    UserPoolId: masterId,
    ClientName: 'site',
    CallbackURLs: [`${baseUrl}/callback`],
  });
  await sdk.send(
    new CreateIdentityProviderCommand({
      UserPoolId: masterId,
      ProviderName: 'oidc-pool-2',
      ProviderType: 'OIDC',
      ProviderDetails: {
        client_id: bridge.id,
        client_secret: bridge.secret,
        attributes_request_method: 'GET',
        oidc_issuer: `${endpoint}/${upstreamId}`,
        authorize_scopes: 'openid email profile',
      },
      AttributeMapping: { email: 'email', email_verified: 'email_verified', name: 'name' },
    }),
  );
  await enableProvider(sdk, masterId, site.id);
  await sdk.send(
    new AdminCreateUserCommand({
      UserPoolId: upstreamId,
      Username: newcomer.username,
      TemporaryPassword: newcomer.temporaryPassword,
      MessageAction: 'SUPPRESS',
      UserAttributes: [
        { Name: 'email', Value: newcomer.email },
        { Name: 'email_verified', Value: 'true' },
        { Name: 'name', Value: 'Carol Example' },
      ],
    }),
  );
  return { masterId, upstreamId, site, bridge };
}

async function makePool(sdk: CognitoIdentityProviderClient, PoolName: string): Promise<string> {
  const { UserPool } = await sdk.send(new CreateUserPoolCommand({ PoolName }));
  const UserPoolId = UserPool?.Id ?? '';
  await sdk.send(new CreateUserPoolDomainCommand({ Domain: PoolName, UserPoolId }));
  return UserPoolId;
}

async function makeClient(
  sdk: CognitoIdentityProviderClient,
  settings: ConstructorParameters<typeof CreateUserPoolClientCommand>[0],
): Promise<{ id: string; secret: string }> {
  const { UserPoolClient } = await sdk.send(new CreateUserPoolClientCommand(settings));
  return { id: UserPoolClient?.ClientId ?? '', secret: UserPoolClient?.ClientSecret ?? '' };
}

/**
 * "Select the identity provider and save": read first, since an update resets what it leaves out.
 */
async function enableProvider(
  sdk: CognitoIdentityProviderClient,
  UserPoolId: string,
  ClientId: string,
): Promise<void> {
  const client = new DescribeUserPoolClientCommand({ UserPoolId, ClientId });
  const { UserPoolClient } = await sdk.send(client);
  const {
    ClientSecret: _secret,
    CreationDate: _created,
    LastModifiedDate: _modified,
    ...settings
  } = UserPoolClient ?? {};
  await sdk.send(
    new UpdateUserPoolClientCommand({
      ...settings,
      UserPoolId,
      ClientId,
      SupportedIdentityProviders: ['oidc-pool-2'],
    }),
  );
}
