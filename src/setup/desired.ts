import type {
  ClientProperties,
  ClientResource,
  DomainResource,
  PoolId,
  PoolResource,
  Resource,
  ResourceServerResource,
  UserResource,
} from './resources.js';
import {
  clientIdOf,
  clientSecretOf,
  domainOf,
  issuerOf,
  type Reference,
  type Text,
} from './references.js';
import { ROTATION_GRACE_SECONDS } from '../config/time-limits.js';
import { TAG } from './tag.js';
import { attributeMapping } from './attribute-mapping.js';

/** What the operator wants, checked. */
export interface SetupInputs {
  /** Public origin of the site. */
  readonly baseUrl: string;
  readonly masterName: string;
  /** Also what the identity provider is called in the master pool. */
  readonly upstreamName: string;
  /** Of the master pool's domain; the second pool's has `-upstream` behind it. Without it both are made from the pools' ids. */
  readonly domainPrefix: string | undefined;
  /** Also a scope for the API, and a client for machines that may ask for it. */
  readonly withApi: boolean;
  readonly user: { readonly username: string; readonly email: string } | undefined;
}

/** Everything that must exist, each after what it needs, and what `.env` must then say. */
export interface Desired {
  readonly resources: readonly Resource[];
  readonly variables: readonly Variable[];
}

export interface Variable {
  readonly name: string;
  readonly value: Text | SignOutOf;
  readonly isSecret: boolean;
  /** A list of words: others may stand beside ours. */
  readonly joinedBy?: ' ' | ',';
}

/** `IDENTITY_PROVIDERS`: one provider whose sign-out is a pool's. */
export interface SignOutOf {
  readonly provider: string;
  readonly domain: Reference;
  readonly clientId: Reference;
}

const SCOPES = ['openid', 'email', 'profile'];
const API_SCOPE = 'orders/read';

/** What must exist for these inputs: the article's two joined pools. */
export function desiredFor(inputs: SetupInputs): Desired {
  const { masterName, upstreamName, baseUrl, domainPrefix } = inputs;
  const scopes = inputs.withApi ? [...SCOPES, API_SCOPE] : SCOPES;
  const afterSignOut = `${baseUrl}/logout/continue`;

  const resources: Resource[] = [
    pool('MasterPool', masterName),
    pool('UpstreamPool', upstreamName),
    domain('MasterDomain', 'MasterPool', masterName, domainPrefix),
    domain(
      'UpstreamDomain',
      'UpstreamPool',
      upstreamName,
      domainPrefix && `${domainPrefix}-upstream`,
    ),
    {
      kind: 'app client',
      id: 'UpstreamClient',
      title: `app client master-pool of ${upstreamName}`,
      pool: 'UpstreamPool',
      properties: {
        ...codeClient('master-pool', SCOPES, [afterSignOut], 'COGNITO'),
        CallbackURLs: [domainOf('MasterPool', '/oauth2/idpresponse')],
      },
    },
    {
      kind: 'identity provider',
      id: 'IdentityProvider',
      title: `identity provider ${upstreamName} of ${masterName}`,
      pool: 'MasterPool',
      properties: {
        ProviderName: upstreamName,
        ProviderType: 'OIDC',
        ProviderDetails: {
          client_id: clientIdOf('UpstreamClient'),
          client_secret: clientSecretOf('UpstreamClient'),
          attributes_request_method: 'GET',
          oidc_issuer: issuerOf('UpstreamPool'),
          authorize_scopes: SCOPES.join(' '),
        },
        AttributeMapping: attributeMapping,
      },
    },
    ...(inputs.withApi ? [resourceServer(masterName)] : []),
    {
      kind: 'app client',
      id: 'SiteClient',
      title: `app client site of ${masterName}`,
      pool: 'MasterPool',
      properties: {
        ...codeClient('site', scopes, [afterSignOut], upstreamName),
        CallbackURLs: [`${baseUrl}/callback`],
      },
    },
    ...(inputs.withApi ? [machineClient(masterName)] : []),
    ...(inputs.user ? [firstUser(upstreamName, inputs.user)] : []),
  ];
  return { resources, variables: variables(inputs, scopes) };
}

// Standard attributes are mutable unless told otherwise; it is said here because it can never be changed.
const schema = ['email', 'name', 'given_name', 'family_name'].map((Name) => ({
  Name,
  AttributeDataType: 'String' as const,
  Mutable: true,
  Required: false,
}));

const pool = (id: PoolId, name: string): PoolResource => ({
  kind: 'user pool',
  id,
  title: `user pool ${name}`,
  properties: {
    PoolName: name,
    Schema: schema,
    DeletionProtection: 'ACTIVE',
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    UsernameConfiguration: { CaseSensitive: false },
    UserPoolTags: { [TAG]: id },
  },
});

const domain = (
  id: DomainResource['id'],
  of: PoolId,
  name: string,
  prefix: string | undefined,
): DomainResource => ({
  kind: 'domain',
  id,
  title: `domain of ${name}`,
  pool: of,
  prefix,
  // Classic pages: managed login answers 403 until each client has been given a style of its own.
  managedLoginVersion: 1,
});

const codeClient = (
  name: string,
  scopes: readonly string[],
  logoutUrls: readonly string[],
  provider: string,
): ClientProperties => ({
  ClientName: name,
  GenerateSecret: true,
  AllowedOAuthFlowsUserPoolClient: true,
  AllowedOAuthFlows: ['code'],
  AllowedOAuthScopes: [...scopes],
  LogoutURLs: [...logoutUrls],
  SupportedIdentityProviders: [provider],
  // Not empty, since empty means the defaults, and ALLOW_REFRESH_TOKEN_AUTH among them excludes rotation.
  ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
  EnableTokenRevocation: true,
  // An answer lost on the way is asked for again, and only within the grace.
  RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: ROTATION_GRACE_SECONDS },
  PreventUserExistenceErrors: 'ENABLED',
});

const resourceServer = (masterName: string): ResourceServerResource => {
  const [identifier = '', scope = ''] = API_SCOPE.split('/');
  return {
    kind: 'resource server',
    id: 'ResourceServer',
    title: `resource server ${identifier} of ${masterName}`,
    pool: 'MasterPool',
    properties: {
      Identifier: identifier,
      Name: identifier,
      Scopes: [{ ScopeName: scope, ScopeDescription: 'Read orders' }],
    },
  };
};

const machineClient = (masterName: string): ClientResource => ({
  kind: 'app client',
  id: 'MachineClient',
  title: `app client machine of ${masterName}`,
  pool: 'MasterPool',
  properties: {
    ClientName: 'machine',
    GenerateSecret: true,
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['client_credentials'],
    AllowedOAuthScopes: [API_SCOPE],
    ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
    EnableTokenRevocation: true,
    PreventUserExistenceErrors: 'ENABLED',
  },
});

const firstUser = (
  upstreamName: string,
  { username, email }: NonNullable<SetupInputs['user']>,
): UserResource => ({
  kind: 'user',
  id: 'FirstUser',
  title: `user ${username} of ${upstreamName}`,
  pool: 'UpstreamPool',
  properties: { Username: username, email },
});

function variables(inputs: SetupInputs, scopes: readonly string[]): Variable[] {
  const open = (name: string, value: Variable['value']): Variable => ({
    name,
    value,
    isSecret: false,
  });
  const signOut: SignOutOf = {
    provider: inputs.upstreamName,
    domain: domainOf('UpstreamPool'),
    clientId: clientIdOf('UpstreamClient'),
  };
  return [
    open('BASE_URL', inputs.baseUrl),
    open('ISSUER', issuerOf('MasterPool')),
    open('CLIENT_ID', clientIdOf('SiteClient')),
    { name: 'CLIENT_SECRET', value: clientSecretOf('SiteClient'), isSecret: true },
    open('IDENTITY_PROVIDERS', signOut),
    ...(inputs.withApi
      ? [
          { ...open('SCOPE', scopes.join(' ')), joinedBy: ' ' as const },
          { ...open('API_CLIENT_IDS', clientIdOf('MachineClient')), joinedBy: ',' as const },
        ]
      : []),
  ];
}
