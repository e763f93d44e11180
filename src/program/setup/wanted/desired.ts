import type {
  ClientProperties,
  ClientResource,
  DomainResource,
  PoolId,
  PoolResource,
  ProviderResource,
  Resource,
  ResourceServerResource,
  StyleResource,
  UserResource,
} from './resources.js';
import { clientIdOf, clientSecretOf, domainOf, issuerOf, type Text } from '../references.js';
import { ROTATION_GRACE_SECONDS } from '../../../sessions/time-limits.js';
import { TAG } from '../account/ownership.js';
import { attributeMapping } from '../attribute-mapping.js';

/** What the operator wants, checked. */
export interface SetupInputs {
  /** Public origin of the site. */
  readonly baseUrl: string;
  /** All of the site is below it, e.g. `/shop`; empty: at the root. */
  readonly basePath: string;
  readonly masterName: string;
  /** Also what the identity provider is called in the master pool. */
  readonly upstreamName: string;
  /** Of the master pool's domain; the second pool's has `-upstream` behind it. Without it both are made from the pools' ids. */
  readonly domainPrefix: string | undefined;
  /** Instead of a second pool: an OpenID provider that exists, whatever it is. */
  readonly upstream: ExistingUpstream | undefined;
  /** What people read on the button of the upstream, and while it is signed out of; `undefined`: what `.env` has, or a word. */
  readonly label: string | undefined;
  /** Cognito's newer pages, with a style for each client that people see. */
  readonly withManagedLogin: boolean;
  /** Also a scope for the API, and a client for machines that may ask for it. */
  readonly withApi: boolean;
  readonly user: { readonly username: string; readonly email: string } | undefined;
}

/** An OpenID provider that is not ours to set up, and the master pool's client there. */
export interface ExistingUpstream {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where it has one; else nobody can be signed out there by us. */
  readonly endSessionEndpoint: string | undefined;
  /** Of another user pool, which is signed out of in Cognito's own way. */
  readonly poolDomain: string | undefined;
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

/** `IDENTITY_PROVIDERS`: one provider, and how to sign out there. */
export interface SignOutOf {
  readonly provider: string;
  readonly label: string | undefined;
  /** In the words of `signOut`. */
  readonly signOut: Readonly<Record<string, Text>>;
}

/** What people can make more of than of the name of a pool. */
export const DEFAULT_LABEL = 'Company account';

const SCOPES = ['openid', 'email', 'profile'];
const API_SCOPE = 'orders/read';

/** What must exist for these inputs: the article's two joined pools. */
export function desiredFor(inputs: SetupInputs): Desired {
  const { masterName, upstreamName, domainPrefix, withManagedLogin } = inputs;
  const scopes = inputs.withApi ? [...SCOPES, API_SCOPE] : SCOPES;
  const pages = withManagedLogin ? 2 : 1;

  const resources: Resource[] = [
    pool('MasterPool', masterName),
    ...(inputs.upstream ? [] : [pool('UpstreamPool', upstreamName)]),
    domain('MasterDomain', 'MasterPool', masterName, domainPrefix, pages),
    ...(inputs.upstream ? [] : secondPool(inputs, pages)),
    identityProvider(inputs),
    ...(inputs.withApi ? [resourceServer(masterName)] : []),
    {
      kind: 'app client',
      id: 'SiteClient',
      title: `app client site of ${masterName}`,
      pool: 'MasterPool',
      properties: {
        ...codeClient('site', scopes, [afterSignOut(inputs)], upstreamName),
        CallbackURLs: [`${inputs.baseUrl}${inputs.basePath}/callback`],
      },
    },
    ...(withManagedLogin ? [style('SiteStyle', 'SiteClient', 'MasterPool', 'site')] : []),
    ...(inputs.withApi ? [machineClient(masterName)] : []),
    ...(inputs.user ? [firstUser(upstreamName, inputs.user)] : []),
  ];
  return { resources, variables: variables(inputs, scopes) };
}

/** Where a provider that people were signed out of sends them back to. */
export const afterSignOut = ({ baseUrl, basePath }: SetupInputs): string =>
  `${baseUrl}${basePath}/logout/continue`;

/** What the second pool needs besides itself: its domain, and the master pool's client there. */
function secondPool(inputs: SetupInputs, pages: number): Resource[] {
  const { upstreamName, domainPrefix, withManagedLogin } = inputs;
  const prefix = domainPrefix && `${domainPrefix}-upstream`;
  const name = 'master-pool';
  return [
    domain('UpstreamDomain', 'UpstreamPool', upstreamName, prefix, pages),
    {
      kind: 'app client',
      id: 'UpstreamClient',
      title: `app client ${name} of ${upstreamName}`,
      pool: 'UpstreamPool',
      properties: {
        ...codeClient(name, SCOPES, [afterSignOut(inputs)], 'COGNITO'),
        CallbackURLs: [domainOf('MasterPool', '/oauth2/idpresponse')],
      },
    },
    ...(withManagedLogin ? [style('UpstreamStyle', 'UpstreamClient', 'UpstreamPool', name)] : []),
  ];
}

const identityProvider = ({
  upstreamName,
  masterName,
  upstream,
}: SetupInputs): ProviderResource => ({
  kind: 'identity provider',
  id: 'IdentityProvider',
  title: `identity provider ${upstreamName} of ${masterName}`,
  pool: 'MasterPool',
  properties: {
    ProviderName: upstreamName,
    ProviderType: 'OIDC',
    ProviderDetails: {
      client_id: upstream?.clientId ?? clientIdOf('UpstreamClient'),
      client_secret: upstream?.clientSecret ?? clientSecretOf('UpstreamClient'),
      attributes_request_method: 'GET',
      oidc_issuer: upstream?.issuer ?? issuerOf('UpstreamPool'),
      authorize_scopes: SCOPES.join(' '),
    },
    AttributeMapping: attributeMapping,
  },
});

const style = (
  id: StyleResource['id'],
  client: StyleResource['client'],
  pool: PoolId,
  name: string,
): StyleResource => ({ kind: 'style', id, title: `style of app client ${name}`, pool, client });

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
  managedLoginVersion: number,
): DomainResource => ({
  kind: 'domain',
  id,
  title: `domain of ${name}`,
  pool: of,
  prefix,
  managedLoginVersion,
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
  const provider: SignOutOf = {
    provider: inputs.upstreamName,
    label: inputs.label,
    signOut: signOut(inputs),
  };
  return [
    open('BASE_URL', inputs.baseUrl),
    ...(inputs.basePath === '' ? [] : [open('BASE_PATH', inputs.basePath)]),
    open('ISSUER', issuerOf('MasterPool')),
    open('CLIENT_ID', clientIdOf('SiteClient')),
    { name: 'CLIENT_SECRET', value: clientSecretOf('SiteClient'), isSecret: true },
    open('IDENTITY_PROVIDERS', provider),
    ...(inputs.withApi
      ? [
          { ...open('SCOPE', scopes.join(' ')), joinedBy: ' ' as const },
          { ...open('API_CLIENT_IDS', clientIdOf('MachineClient')), joinedBy: ',' as const },
        ]
      : []),
  ];
}

function signOut({ upstream, upstreamName, label }: SetupInputs): SignOutOf['signOut'] {
  if (upstream === undefined) {
    return {
      kind: 'cognito',
      domain: domainOf('UpstreamPool'),
      clientId: clientIdOf('UpstreamClient'),
    };
  }
  const { endSessionEndpoint, clientId, poolDomain } = upstream;
  if (poolDomain !== undefined) return { kind: 'cognito', domain: poolDomain, clientId };
  return endSessionEndpoint === undefined
    ? {
        kind: 'none',
        advice: `You may still be signed in at ${label ?? upstreamName}: sign out there too.`,
      }
    : { kind: 'oidc', endSessionEndpoint, clientId };
}
