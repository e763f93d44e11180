import {
  AdminGetUserCommand,
  CreateUserPoolCommand,
  DeleteUserPoolCommand,
  DescribeUserPoolCommand,
  ListUserPoolsCommand,
  paginateListUserPools,
  StartUserImportJobCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, it } from 'vitest';
import { makePool, refusal, sdkFor, useApi } from './api.js';

const api = useApi();

/** A call without the SDK: what is on the wire. */
async function post(operation: string, body: string): Promise<Response> {
  return fetch(api.pools.url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': `AWSCognitoIdentityProviderService.${operation}`,
    },
    body,
  });
}

describe('an answer', () => {
  it('is AWS JSON 1.1 with a request id, and times are epoch seconds', async () => {
    const response = await post('CreateUserPool', '{"PoolName":"one","NoSuchMember":1}');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[\da-f-]{36}$/);
    const { UserPool } = (await response.json()) as { UserPool: Record<string, unknown> };
    expect(UserPool['CreationDate']).toBeCloseTo(api.pools.clock.now() / 1000, -2);
    expect(UserPool['Id']).toMatch(/^eu-west-1_[A-Za-z0-9]{9}$/);
  });

  it('has no body where the operation has no output, and an empty object where the output is empty', async () => {
    const UserPoolId = await makePool(api);
    const updated = await post('UpdateUserPool', JSON.stringify({ UserPoolId }));
    expect(await updated.text()).toBe('{}');
    const deleted = await post('DeleteUserPool', JSON.stringify({ UserPoolId }));
    expect([deleted.status, await deleted.text()]).toEqual([200, '']);
  });
});

describe('a refusal', () => {
  it('is 400 with its name in body and header', async () => {
    const response = await post('DescribeUserPool', '{"UserPoolId":"eu-west-1_nowhere00"}');
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException');
    expect(await response.json()).toEqual({
      __type: 'ResourceNotFoundException',
      message: 'User pool eu-west-1_nowhere00 does not exist.',
    });
  });

  it.each([
    ['a member is missing', '{}', "1 validation error detected: Value at 'userPoolId' failed"],
    ['there are no members at all', '[]', "1 validation error detected: Value at '' failed"],
    ['a member has the wrong type', '{"UserPoolId":7}', 'Member must be of type string'],
    ['a member has the wrong form', '{"UserPoolId":"x y"}', 'regular expression pattern'],
    ['a member is too long', `{"UserPoolId":"${'x'.repeat(60)}_1"}`, 'less than or equal to 55'],
  ])('says so when %s', async (_, body, words) => {
    const answer = (await (await post('DescribeUserPool', body)).json()) as Record<string, string>;
    expect(answer['__type']).toBe('InvalidParameterException');
    expect(answer['message']).toContain(words);
  });

  it('never quotes a value, which may be a password', async () => {
    const Password = 'secret with a blank ';
    const body = JSON.stringify({ UserPoolId: 'eu-west-1_a', Username: 'u', Password });
    const text = await (await post('AdminSetUserPassword', body)).text();
    expect(text).toContain("'password'");
    expect(text).not.toContain('secret');
  });

  it('takes no body for no members', async () => {
    const answer: unknown = await (await post('DescribeUserPool', '')).json();
    expect(answer).toMatchObject({ __type: 'InvalidParameterException' });
  });

  it.each([
    ['AdminCreateUser', { UserPoolId: 'eu-west-1_a', Username: 'u', ForceAliasCreation: 'yes' }],
    ['CreateUserPoolClient', { ClientName: 'x', SupportedIdentityProviders: [''] }],
    ['CreateUserPoolClient', { ClientName: 'x', AuthSessionValidity: 16 }],
    ['CreateUserPoolClient', { ClientName: 'x', AuthSessionValidity: 2 }],
    ['DeleteUserPoolClientSecret', { ClientId: 'x', ClientSecretId: '' }],
    ['DeleteUserPoolClientSecret', { ClientId: 'x', ClientSecretId: 'x'.repeat(129) }],
  ])('says which member has a value that none may have: %s %j', async (operation, members) => {
    const body = JSON.stringify({ UserPoolId: 'eu-west-1_a', ...members });
    const answer = (await (await post(operation, body)).json()) as Record<string, string>;
    expect(answer['__type']).toBe('InvalidParameterException');
    const name = Object.keys(members).at(-1)!;
    expect(answer['message']?.toLowerCase()).toContain(`'${name.toLowerCase()}`);
  });

  it('tells a body that is not JSON apart', async () => {
    const response = await post('DescribeUserPool', '{"UserPoolId"');
    expect(await response.json()).toMatchObject({ __type: 'SerializationException' });
  });

  it.each(['toString', 'NoSuchOperation', ''])('knows no operation "%s"', async (operation) => {
    const response = await post(operation, '{}');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: 'UnknownOperationException' });
  });
});

describe('the SDK', () => {
  it('gives up at once on an operation the pools do not have', async () => {
    const UserPoolId = await makePool(api);
    const { name } = api.pools.pool(UserPoolId);
    const before = api.pools.requests(name).length;
    const call = api.sdk.send(new StartUserImportJobCommand({ UserPoolId, JobId: 'import-1' }));
    expect(await refusal(call)).toMatch(/^UnknownOperationException: /);
    expect(api.pools.requests(name)).toHaveLength(before + 1);
  });

  it('tries again when it is throttled, and gets through', async () => {
    const UserPoolId = await makePool(api);
    const { name } = api.pools.pool(UserPoolId);
    api.pools.faults.once(name, 'api', { throttle: true });
    const { UserPool } = await api.sdk.send(new DescribeUserPoolCommand({ UserPoolId }));
    expect(UserPool?.Name).toBe(name);
    const statuses = api.pools.requests(name, '/').map(({ status }) => status);
    expect(statuses).toEqual([400, 200]);
  });

  it('says TooManyRequestsException when it is throttled for good', async () => {
    api.pools.faults.always('*', 'api', { status: 400 });
    const impatient = sdkFor(api.pools, { maxAttempts: 1 });
    const call = impatient.send(new ListUserPoolsCommand({ MaxResults: 1 }));
    expect(await refusal(call)).toBe('TooManyRequestsException: Rate exceeded');
    impatient.destroy();
  });

  it('is told InternalErrorException by a server that fails', async () => {
    api.pools.faults.always('*', 'api', { status: 500 });
    const impatient = sdkFor(api.pools, { maxAttempts: 1 });
    const call = impatient.send(new CreateUserPoolCommand({ PoolName: 'x' }));
    expect(await refusal(call)).toBe('InternalErrorException: Internal server error');
    impatient.destroy();
  });

  it('turns pages until there are no more', async () => {
    const ids = [await makePool(api), await makePool(api), await makePool(api)];
    const pages = paginateListUserPools({ client: api.sdk, pageSize: 2 }, { MaxResults: 2 });
    const seen: (string | undefined)[][] = [];
    for await (const { UserPools = [] } of pages) seen.push(UserPools.map(({ Id }) => Id));
    expect(seen).toEqual([ids.slice(0, 2), ids.slice(2)]);
    const foreign = new ListUserPoolsCommand({ MaxResults: 2, NextToken: 'not-a-token' });
    expect(await refusal(api.sdk.send(foreign))).toMatch(/^InvalidParameterException: /);
  });
});

it('is asked by the same pool under its name and its id', async () => {
  const UserPoolId = await makePool(api);
  const pool = api.pools.pool(UserPoolId);
  expect(api.pools.pool(pool.name).id).toBe(UserPoolId);
  expect(() => pool.domain).toThrow('no domain');
  await api.sdk.send(new DeleteUserPoolCommand({ UserPoolId }));
  const call = api.sdk.send(new AdminGetUserCommand({ UserPoolId, Username: 'alice' }));
  expect(await refusal(call)).toMatch(/^ResourceNotFoundException: /);
});
