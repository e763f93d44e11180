import {
  AdminDisableUserCommand,
  ListUsersCommand,
  type ListUsersCommandInput,
  paginateListUsers,
} from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, it } from 'vitest';
import { makePool, makeUser, refusal, useApi } from './api.js';

const api = useApi();

async function poolWithUsers(): Promise<string> {
  const UserPoolId = await makePool(api);
  await makeUser(api, UserPoolId, 'alice', {
    email: 'alice@example.com',
    name: 'Alice "A" Example',
  });
  await makeUser(api, UserPoolId, 'albert', { email: 'albert@example.com' });
  await makeUser(api, UserPoolId, 'bob');
  await api.sdk.send(new AdminDisableUserCommand({ UserPoolId, Username: 'bob' }));
  return UserPoolId;
}

const list = async (
  UserPoolId: string,
  input: Partial<ListUsersCommandInput> = {},
): Promise<(string | undefined)[]> => {
  const { Users = [] } = await api.sdk.send(new ListUsersCommand({ UserPoolId, ...input }));
  return Users.map(({ Username }) => Username);
};

describe('ListUsers', () => {
  it.each([
    ['email = "alice@example.com"', ['alice']],
    ['email ^= "al"', ['alice', 'albert']],
    ['"username"="bob"', ['bob']],
    ['name = "Alice \\"A\\" Example"', ['alice']],
    ['cognito:user_status = "CONFIRMED"', ['alice', 'albert', 'bob']],
    ['status = "Disabled"', ['bob']],
    ['sub = "nobody"', []],
    ['', ['alice', 'albert', 'bob']],
  ])('filters by %s', async (Filter, names) => {
    expect(await list(await poolWithUsers(), { Filter })).toEqual(names);
  });

  it('refuses a filter it cannot read, or an attribute that cannot be searched', async () => {
    const UserPoolId = await makePool(api);
    for (const Filter of ['email like "a"', 'not email = "a"', 'email = "a" or name = "b"']) {
      const parse = list(UserPoolId, { Filter });
      expect(await refusal(parse)).toBe('InvalidParameterException: Error while parsing filter');
    }
    const attribute = list(UserPoolId, { Filter: 'custom:team = "x"' });
    expect(await refusal(attribute)).toBe(
      'InvalidParameterException: Invalid search attribute: custom:team',
    );
  });

  it('turns pages, and shows the attributes asked for', async () => {
    const UserPoolId = await poolWithUsers();
    const pages = [];
    const paginator = paginateListUsers({ client: api.sdk, pageSize: 2 }, { UserPoolId });
    for await (const { Users } of paginator) pages.push(Users?.length);
    expect(pages).toEqual([2, 1]);
    const { Users } = await api.sdk.send(
      new ListUsersCommand({ UserPoolId, AttributesToGet: ['email'], Limit: 1 }),
    );
    expect(Users?.[0]?.Attributes).toEqual([{ Name: 'email', Value: 'alice@example.com' }]);
    const unknown = list(UserPoolId, { AttributesToGet: ['shoes'] });
    expect(await refusal(unknown)).toMatch(/^InvalidParameterException: /);
  });
});
