import {
  AdminDisableProviderForUserCommand,
  AdminGetUserCommand,
  AdminLinkProviderForUserCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { expect, it } from 'vitest';
import { unverifiedJwt } from '../../support/jwt.js';
import { codeIn } from '../journeys.js';
import { exchangeCode, tokensIn } from '../token-endpoint.js';
import { makeUser, recordOf, refusal, useApi } from './api.js';
import { type FederatedWorld, joinPools } from './federated-world.js';

const api = useApi();

/** The user of the provider who signs in in these tests. */
function source({ upstreamId }: FederatedWorld) {
  const [alice] = api.pools.pool(upstreamId).users();
  return {
    ProviderName: 'oidc-pool-2',
    ProviderAttributeName: 'Cognito_Subject',
    ProviderAttributeValue: alice?.sub ?? '',
  };
}

const link = async (world: FederatedWorld, SourceUser = source(world)): Promise<unknown> =>
  api.sdk.send(
    new AdminLinkProviderForUserCommand({
      UserPoolId: world.masterId,
      DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: 'alice-here' },
      SourceUser,
    }),
  );

it('makes a provider’s user sign in as a user of the pool, who is not in the provider’s group', async () => {
  const world = await joinPools(api);
  await makeUser(api, world.masterId, 'alice-here');
  await link(world);
  const code = codeIn(await world.signIn());
  const { claims } = unverifiedJwt(
    tokensIn(await exchangeCode(world.master, 'site', code)).id_token,
  );
  expect(claims).toMatchObject({
    'cognito:username': 'alice-here',
    email: 'alice@example.com',
    identities: [{ providerName: 'oidc-pool-2', primary: 'false' }],
  });
  expect(claims).not.toHaveProperty('cognito:groups');
  expect(world.master.users()).toMatchObject([{ username: 'alice-here', status: 'CONFIRMED' }]);
});

it('can be undone: the next sign-in makes a profile of its own', async () => {
  const world = await joinPools(api);
  await makeUser(api, world.masterId, 'alice-here');
  await link(world);
  const UserPoolId = world.masterId;
  await api.sdk.send(new AdminDisableProviderForUserCommand({ UserPoolId, User: source(world) }));
  const { UserAttributes } = await api.sdk.send(
    new AdminGetUserCommand({ UserPoolId, Username: 'alice-here' }),
  );
  expect(recordOf(UserAttributes)).not.toHaveProperty('identities');
  codeIn(await world.signIn());
  expect(world.master.users()).toHaveLength(2);
});

it('leaves the other identities when one is taken away', async () => {
  const world = await joinPools(api);
  await makeUser(api, world.masterId, 'alice-here');
  const other = { ...source(world), ProviderAttributeValue: 'another' };
  await link(world);
  await link(world, other);
  const UserPoolId = world.masterId;
  await api.sdk.send(new AdminDisableProviderForUserCommand({ UserPoolId, User: other }));
  const { UserAttributes } = await api.sdk.send(
    new AdminGetUserCommand({ UserPoolId, Username: 'alice-here' }),
  );
  const { identities } = recordOf(UserAttributes);
  const { ProviderAttributeValue: userId } = source(world);
  expect(JSON.parse(identities!)).toMatchObject([{ userId, providerName: 'oidc-pool-2' }]);
});

it('closes a profile that has no other way in', async () => {
  const world = await joinPools(api);
  codeIn(await world.signIn());
  const input = { UserPoolId: world.masterId, User: source(world) };
  await api.sdk.send(new AdminDisableProviderForUserCommand(input));
  const end = await world.signIn();
  expect(end.query.get('error_description')).toBe('User is disabled.');
});

it('is refused once the source has signed in, for unknown providers, and for a sixth identity', async () => {
  const world = await joinPools(api);
  await makeUser(api, world.masterId, 'alice-here');
  const stranger = (ProviderAttributeValue: string) => ({
    ...source(world),
    ProviderAttributeValue,
  });
  for (const subject of ['1', '2', '3', '4', '5']) await link(world, stranger(subject));
  expect(await refusal(link(world, stranger('6')))).toMatch(/^LimitExceededException: /);
  expect(await refusal(link(world, stranger('1')))).toContain('Merging is not currently supported');
  codeIn(await world.signIn());
  expect(await refusal(link(world))).toContain('has not signed in yet');
  const nowhere = { ...source(world), ProviderName: 'nowhere' };
  expect(await refusal(link(world, nowhere))).toMatch(/^ResourceNotFoundException: /);
});
