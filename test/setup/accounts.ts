import type { CognitoApi } from '../../src/setup/cognito-api.js';

/** Everything that an account has, as Cognito describes it; without the times of changes. */
export async function wholeAccount({ cognito }: CognitoApi): Promise<Record<string, unknown>> {
  const things: Record<string, unknown> = {};
  const { UserPools = [] } = await cognito.listUserPools({ MaxResults: 60 });
  for (const { Id: UserPoolId = '' } of UserPools) {
    const { UserPool } = await cognito.describeUserPool({ UserPoolId });
    const { EstimatedNumberOfUsers: _users, ...pool } = UserPool ?? {};
    things[`pool ${UserPoolId}`] = pool;
    const { UserPoolClients = [] } = await cognito.listUserPoolClients({ UserPoolId });
    for (const { ClientId } of UserPoolClients) {
      const { UserPoolClient } = await cognito.describeUserPoolClient({ UserPoolId, ClientId });
      things[`client ${ClientId}`] = UserPoolClient;
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
  }
  return JSON.parse(
    JSON.stringify(things, (key, value: unknown) =>
      key.endsWith('ModifiedDate') ? undefined : value,
    ),
  );
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
