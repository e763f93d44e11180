import {
  CreateResourceServerCommand,
  DeleteResourceServerCommand,
  DescribeResourceServerCommand,
  paginateListResourceServers,
  UpdateResourceServerCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { expect, it } from 'vitest';
import { makeClient, makePool, refusal, useApi } from './api.js';

const api = useApi();

it('is made, described, changed and deleted, and its scopes with it', async () => {
  const UserPoolId = await makePool(api);
  const orders = { UserPoolId, Identifier: 'orders' };
  const Scopes = [{ ScopeName: 'read', ScopeDescription: 'Read orders' }];
  const create = new CreateResourceServerCommand({ ...orders, Name: 'Orders', Scopes });
  const { ResourceServer } = await api.sdk.send(create);
  expect(ResourceServer).toEqual({ ...orders, Name: 'Orders', Scopes });
  expect(await refusal(api.sdk.send(create))).toBe(
    `InvalidParameterException: orders already exists in user pool ${UserPoolId}.`,
  );
  const machine = {
    AllowedOAuthFlows: ['client_credentials' as const],
    AllowedOAuthScopes: ['orders/read'],
  };
  await makeClient(api, UserPoolId, machine);

  const renamed = [{ ScopeName: 'write', ScopeDescription: 'Write orders' }];
  await api.sdk.send(
    new UpdateResourceServerCommand({ ...orders, Name: 'All orders', Scopes: renamed }),
  );
  const describeIt = new DescribeResourceServerCommand(orders);
  expect((await api.sdk.send(describeIt)).ResourceServer).toEqual({
    ...orders,
    Name: 'All orders',
    Scopes: renamed,
  });
  expect(await refusal(makeClient(api, UserPoolId, machine))).toMatch(
    /^ScopeDoesNotExistException: /,
  );
  await api.sdk.send(new DeleteResourceServerCommand(orders));
  expect(await refusal(api.sdk.send(describeIt))).toMatch(/^ResourceNotFoundException: /);
});

it('comes in pages', async () => {
  const UserPoolId = await makePool(api);
  for (const Identifier of ['https://a.example', 'b', 'c']) {
    await api.sdk.send(new CreateResourceServerCommand({ UserPoolId, Identifier, Name: 'API' }));
  }
  const pages = [];
  const paginator = paginateListResourceServers({ client: api.sdk, pageSize: 2 }, { UserPoolId });
  for await (const { ResourceServers } of paginator) pages.push(ResourceServers?.length);
  expect(pages).toEqual([2, 1]);
});
