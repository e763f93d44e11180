import type { CognitoApi } from '../../../src/program/setup/account/cognito-api.js';

export const OKTA = 'https://example.okta.com';

/** Of a provider that is somebody else's. */
export const oktaDetails = {
  client_id: 'at-okta',
  client_secret: 'okta-secret',
  attributes_request_method: 'GET',
  oidc_issuer: OKTA,
  authorize_scopes: 'openid email',
  authorize_url: `${OKTA}/authorize`,
  token_url: `${OKTA}/token`,
  attributes_url: `${OKTA}/userinfo`,
  jwks_uri: `${OKTA}/keys`,
};

/** Everything that an account has, as Cognito describes it; without the times of changes. */
export async function wholeAccount({ cognito }: CognitoApi): Promise<Record<string, unknown>> {
  const things: Record<string, unknown> = {};
  const { UserPools = [] } = await cognito.listUserPools({ MaxResults: 60 });
  for (const { Id: UserPoolId = '' } of UserPools) {
    const { UserPool } = await cognito.describeUserPool({ UserPoolId });
    const { EstimatedNumberOfUsers: _users, ...pool } = UserPool ?? {};
    things[`pool ${UserPoolId}`] = pool;
    const { $metadata: _mfa, ...factors } = await cognito.getUserPoolMfaConfig({ UserPoolId });
    things[`factors of ${UserPoolId}`] = factors;
    for (const Domain of [pool.Domain, pool.CustomDomain]) {
      if (Domain === undefined) continue;
      const { DomainDescription } = await cognito.describeUserPoolDomain({ Domain });
      things[`domain of ${UserPoolId}`] = DomainDescription;
    }
    const { UserPoolClients = [] } = await cognito.listUserPoolClients({ UserPoolId });
    for (const { ClientId } of UserPoolClients) {
      const { UserPoolClient } = await cognito.describeUserPoolClient({ UserPoolId, ClientId });
      things[`client ${ClientId}`] = UserPoolClient;
      const style = await styleOf(cognito, { UserPoolId, ClientId });
      if (style !== undefined) things[`style of ${ClientId}`] = style;
    }
    const { Providers = [] } = await cognito.listIdentityProviders({ UserPoolId });
    for (const { ProviderName } of Providers) {
      const { IdentityProvider } = await cognito.describeIdentityProvider({
        UserPoolId,
        ProviderName,
      });
      things[`provider ${ProviderName} of ${UserPoolId}`] = IdentityProvider;
    }
    const { ResourceServers = [] } = await cognito.listResourceServers({
      UserPoolId,
      MaxResults: 50,
    });
    for (const server of ResourceServers) {
      things[`resource server ${server.Identifier} of ${UserPoolId}`] = server;
    }
    const { Users = [] } = await cognito.listUsers({ UserPoolId });
    for (const user of Users) things[`user ${user.Username} of ${UserPoolId}`] = user;
    const { Groups = [] } = await cognito.listGroups({ UserPoolId });
    for (const group of Groups) things[`group ${group.GroupName} of ${UserPoolId}`] = group;
  }
  return JSON.parse(
    JSON.stringify(things, (key, value: unknown) =>
      key.endsWith('ModifiedDate') ? undefined : value,
    ),
  );
}

async function styleOf(
  cognito: CognitoApi['cognito'],
  client: { UserPoolId: string; ClientId: string | undefined },
): Promise<unknown> {
  try {
    const { ManagedLoginBranding } = await cognito.describeManagedLoginBrandingByClient(client);
    return ManagedLoginBranding;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/**
 * The same account with all that Cognito makes up (ids, secrets, times, the port of the pools)
 * replaced by the name of what it belongs to, so that two accounts can be compared.
 */
export function withoutIds(account: Record<string, unknown>, { url }: { url: string }): unknown {
  const names = new Map([[url, '<url>']]);
  for (const thing of Object.values(account) as Record<string, unknown>[]) {
    const called = String(thing['ClientName'] ?? thing['Name']);
    for (const key of ['ClientId', 'ClientSecret', 'Id', 'ManagedLoginBrandingId']) {
      if (typeof thing[key] === 'string' && !names.has(thing[key])) {
        names.set(thing[key], `<${key} of ${called}>`);
      }
    }
  }
  let text = JSON.stringify(account, (key, value: unknown) => {
    if (key.endsWith('Date')) return undefined;
    if (key === 'Attributes')
      return (value as { Name: string }[]).filter(({ Name }) => Name !== 'sub');
    return value;
  });
  for (const [value, name] of names) text = text.replaceAll(value, name);
  return JSON.parse(text);
}

/** The members that differ, as paths; what is new or gone as a whole by its name. */
export function changedPaths(before: unknown, after: unknown, path = ''): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const isPlain = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isPlain(before) || !isPlain(after)) return [path];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) =>
    changedPaths(before[key], after[key], path === '' ? key : `${path} ${key}`),
  );
}

/** A step of a plan, as `--json` has it. */
export interface PlannedStep {
  readonly action: string;
  readonly id: string;
  readonly title: string;
  readonly changes: readonly { readonly property: string }[];
}

/**
 * The members of what existed before that differ now and that no step of the plan names. Tags of
 * `setup` are its marks: the docs announce them for whatever it makes or is given.
 */
export function unannounced(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  steps: readonly PlannedStep[],
): string[] {
  const things = thingsOf(after);
  const isNamed = (path: string): boolean =>
    steps.some(({ action, id, changes }) => {
      const thing = things.get(id) ?? '';
      if (id.endsWith('Domain') && action === 'create') {
        return path === `${things.get(id.replace('Domain', 'Pool'))} Domain`;
      }
      return changes.some(({ property }) =>
        path.startsWith(`${thing} ${property.replace(/[.,].*/, '')}`),
      );
    });
  return changedPaths(before, after).filter((path) => {
    const thing = Object.keys(before).find((key) => path === key || path.startsWith(`${key} `));
    if (thing === undefined) return false;
    return !/ UserPoolTags lifeguard:setup(?::\w+)?$/.test(path) && !isNamed(path);
  });
}

/** What in an account has which part in a set-up, by the tags of its pools. */
function thingsOf(account: Record<string, unknown>): Map<string, string> {
  const things = new Map<string, string>();
  for (const [key, value] of Object.entries(account)) {
    const { UserPoolTags = {}, Id } = value as {
      UserPoolTags?: Record<string, string>;
      Id?: string;
    };
    const part = UserPoolTags['lifeguard:setup'];
    if (!key.startsWith('pool ') || part === undefined) continue;
    things.set(part, key);
    for (const [tag, text] of Object.entries(UserPoolTags)) {
      const [, , role] = tag.split(':');
      const [, name = ''] = text.split(' ');
      if (role === undefined) continue;
      const kinds = { IdentityProvider: 'provider', ResourceServer: 'resource server' };
      const kind = kinds[role as keyof typeof kinds];
      things.set(role, kind === undefined ? `client ${name}` : `${kind} ${name} of ${Id}`);
    }
  }
  return things;
}
