import {
  type ClientProperties,
  type ClientResource,
  type DomainResource,
  type PoolId,
  type PoolResource,
  type ProviderResource,
  type Resource,
  type ResourceServerResource,
  type StyleResource,
  type UserResource,
  clientIdOf,
  clientSecretOf,
  domainOf,
  issuerOf,
  TAG,
} from './resources.js';
import { afterSignOut, type SetupInputs } from './inputs.js';
import { type Variable, variablesFor } from './variables.js';
import { ROTATION_GRACE_SECONDS } from '../../../sessions/time-limits.js';

/** Everything that must exist, each after what it needs, and what `.env` must then say. */
export interface Desired {
  readonly resources: readonly Resource[];
  readonly variables: readonly Variable[];
}

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
    ...(inputs.upstream ? [] : upstreamParts(inputs, pages)),
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
  return { resources, variables: variablesFor(inputs, scopes) };
}

/**
 * What must exist before this resource although it names it by a word alone, or not at all: a
 * template has to say so.
 */
export function dependenciesOf(
  { id }: Resource,
  { upstream, withApi }: SetupInputs,
): readonly Resource['id'][] {
  // Cognito reads the endpoints from the second pool's discovery document, which has none before
  // its domain.
  if (id === 'IdentityProvider') return upstream === undefined ? ['UpstreamDomain'] : [];
  const scopes = withApi ? (['ResourceServer'] as const) : [];
  if (id === 'SiteClient') return ['IdentityProvider', ...scopes];
  return id === 'MachineClient' ? scopes : [];
}

/** What the second pool needs besides itself: its domain, and the master pool's client there. */
function upstreamParts(inputs: SetupInputs, pages: number): Resource[] {
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

/**
 * Attribute of the master pool <- claim of the second pool. `username` <- `sub` is Cognito's own
 * doing; and without `email_verified` a mapped e-mail address counts as unverified.
 */
export const attributeMapping: Readonly<Record<string, string>> = {
  email: 'email',
  email_verified: 'email_verified',
  name: 'name',
  given_name: 'given_name',
  family_name: 'family_name',
};

const style = (
  id: StyleResource['id'],
  client: StyleResource['client'],
  pool: PoolId,
  name: string,
): StyleResource => ({ kind: 'style', id, title: `style of app client ${name}`, pool, client });

// Standard attributes are mutable unless told otherwise; it is said here because it can never be
// changed.
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
  // Not empty, since empty means the defaults, and ALLOW_REFRESH_TOKEN_AUTH among them excludes
  // rotation.
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
