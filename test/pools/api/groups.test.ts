import {
  AdminAddUserToGroupCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  CreateGroupCommand,
  CreateUserPoolDomainCommand,
  DeleteGroupCommand,
  GetGroupCommand,
  ListUsersInGroupCommand,
  paginateAdminListGroupsForUser,
  paginateListGroups,
  paginateListUsersInGroup,
  UpdateGroupCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { expect, it } from 'vitest';
import { unverifiedJwt } from '../../support/jwt.js';
import { signInForTokens } from '../token-endpoint.js';
import { makeClient, makePool, makeUser, Password, refusal, useApi } from './api.js';

const api = useApi();

it('is made, described, changed and deleted', async () => {
  const UserPoolId = await makePool(api);
  const admins = { UserPoolId, GroupName: 'admins' };
  const RoleArn = 'arn:aws:iam::000000000000:role/admins';
  const settings = { Description: 'Run it', Precedence: 2, RoleArn };
  const create = new CreateGroupCommand({ ...admins, ...settings });
  const { Group } = await api.sdk.send(create);
  expect(Group).toEqual({
    ...admins,
    ...settings,
    CreationDate: expect.any(Date),
    LastModifiedDate: expect.any(Date),
  });
  expect((await api.sdk.send(new GetGroupCommand(admins))).Group).toEqual(Group);
  expect(await refusal(api.sdk.send(create))).toBe(
    'GroupExistsException: A group with the name already exists',
  );
  const updated = await api.sdk.send(new UpdateGroupCommand({ ...admins, Precedence: 1 }));
  expect(updated.Group).toMatchObject({ ...settings, Precedence: 1 });
  await api.sdk.send(new DeleteGroupCommand(admins));
  expect(await refusal(api.sdk.send(new GetGroupCommand(admins)))).toBe(
    'ResourceNotFoundException: Group not found.',
  );
});

it('has users, who carry it in their tokens, until they leave or it is deleted', async () => {
  const UserPoolId = await makePool(api);
  await api.sdk.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain: 'groups-here' }));
  await makeClient(api, UserPoolId);
  await makeUser(api, UserPoolId, 'alice');
  for (const GroupName of ['admins', 'staff']) {
    await api.sdk.send(new CreateGroupCommand({ UserPoolId, GroupName }));
    const membership = { UserPoolId, GroupName, Username: 'alice' };
    await api.sdk.send(new AdminAddUserToGroupCommand(membership));
    await api.sdk.send(new AdminAddUserToGroupCommand(membership));
  }
  const pool = api.pools.pool(UserPoolId);
  const alice = { username: 'alice', password: Password };
  const claimed = async (): Promise<unknown> =>
    unverifiedJwt((await signInForTokens(pool, 'site', alice)).access_token).claims[
      'cognito:groups'
    ];
  expect(await claimed()).toEqual(['admins', 'staff']);
  const inStaff = new ListUsersInGroupCommand({ UserPoolId, GroupName: 'staff' });
  expect((await api.sdk.send(inStaff)).Users).toMatchObject([{ Username: 'alice' }]);

  await api.sdk.send(
    new AdminRemoveUserFromGroupCommand({ UserPoolId, GroupName: 'staff', Username: 'alice' }),
  );
  const groupsOf = new AdminListGroupsForUserCommand({ UserPoolId, Username: 'alice' });
  expect((await api.sdk.send(groupsOf)).Groups).toMatchObject([{ GroupName: 'admins' }]);
  await api.sdk.send(new DeleteGroupCommand({ UserPoolId, GroupName: 'admins' }));
  expect(await claimed()).toBeUndefined();
});

it('comes in pages, seen from every side', async () => {
  const UserPoolId = await makePool(api);
  for (const name of ['alice', 'bob', 'carol']) {
    await makeUser(api, UserPoolId, name);
    await api.sdk.send(new CreateGroupCommand({ UserPoolId, GroupName: name }));
  }
  for (const name of ['alice', 'bob', 'carol']) {
    const alice = { UserPoolId, GroupName: name, Username: 'alice' };
    const all = { UserPoolId, GroupName: 'bob', Username: name };
    await api.sdk.send(new AdminAddUserToGroupCommand(alice));
    await api.sdk.send(new AdminAddUserToGroupCommand(all));
  }
  const byTwo = { client: api.sdk, pageSize: 2 };
  const sizes: (number | undefined)[] = [];
  for await (const { Groups } of paginateListGroups(byTwo, { UserPoolId })) {
    sizes.push(Groups?.length);
  }
  const ofAlice = { UserPoolId, Username: 'alice' };
  for await (const { Groups } of paginateAdminListGroupsForUser(byTwo, ofAlice)) {
    sizes.push(Groups?.length);
  }
  const ofBob = { UserPoolId, GroupName: 'bob' };
  for await (const { Users } of paginateListUsersInGroup(byTwo, ofBob)) sizes.push(Users?.length);
  expect(sizes).toEqual([2, 1, 2, 1, 2, 1]);
});
