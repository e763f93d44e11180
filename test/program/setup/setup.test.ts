import { afterEach, describe, expect, it } from 'vitest';
import type { Pools } from '../../../src/pools/index.js';
import type { CognitoApi } from '../../../src/program/setup/account/cognito-api.js';
import {
  NOTHING_ADOPTED,
  apiOf,
  cutOffAfter,
  emptyAccount,
  inputs,
  planNow,
  runSetup,
  stateOf,
  stepsNow,
} from './world.js';
import { SetupError } from '../../../src/program/setup/failure.js';

const open: Pools[] = [];
async function account(): Promise<{ pools: Pools; api: CognitoApi }> {
  const pools = await emptyAccount();
  open.push(pools);
  return { pools, api: await apiOf(pools) };
}
afterEach(async () => {
  for (const pools of open.splice(0)) await pools.close();
});

/** What a run that nothing disturbs ends with, and the calls it makes. */
const undisturbed = await (async () => {
  const { api } = await account();
  const calls = cutOffAfter(api, 0);
  await runSetup(api);
  const made = [...calls];
  return { calls: made, state: await stateOf(api), stepsLeft: await stepsNow(api) };
})();

const writes = undisturbed.calls
  .map((name, index) => ({ name, number: index + 1 }))
  .filter(({ name }) => /Create|Update/.test(name));

describe('setup in an empty account', () => {
  it('leaves nothing for a second run', () => {
    expect(undisturbed.stepsLeft).toEqual([]);
  });

  it('makes each thing with one call', () => {
    expect(writes.map(({ name }) => name)).toEqual([
      'CreateUserPoolCommand',
      'CreateUserPoolCommand',
      'CreateUserPoolDomainCommand',
      'CreateUserPoolDomainCommand',
      'CreateUserPoolClientCommand',
      'CreateIdentityProviderCommand',
      'CreateResourceServerCommand',
      'CreateUserPoolClientCommand',
      'CreateUserPoolClientCommand',
      'AdminCreateUserCommand',
    ]);
  });

  it('makes clients for the code grant that rotate and revoke, with every URL of the way out', async () => {
    const { api, pools } = await account();
    const { SiteClient, UpstreamClient } = await runSetup(api);
    expect(SiteClient).toMatchObject({
      AllowedOAuthFlows: ['code'],
      AllowedOAuthFlowsUserPoolClient: true,
      CallbackURLs: ['http://localhost:3000/callback'],
      LogoutURLs: ['http://localhost:3000/logout/continue'],
      SupportedIdentityProviders: ['oidc-pool-2'],
      EnableTokenRevocation: true,
      RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 60 },
      PreventUserExistenceErrors: 'ENABLED',
    });
    expect(UpstreamClient).toMatchObject({
      CallbackURLs: [`${pools.pool('oidc-pool-1').domain}/oauth2/idpresponse`],
      LogoutURLs: ['http://localhost:3000/logout/continue'],
      SupportedIdentityProviders: ['COGNITO'],
    });
    for (const client of [SiteClient, UpstreamClient]) {
      expect(client?.ExplicitAuthFlows).not.toContain('ALLOW_REFRESH_TOKEN_AUTH');
    }
  });

  it('takes the given prefix for the domains', async () => {
    const { api } = await account();
    const { MasterDomain, UpstreamDomain } = await runSetup(api, {
      ...inputs,
      domainPrefix: 'shop',
    });
    expect([MasterDomain?.name, UpstreamDomain?.name]).toEqual(['shop', 'shop-upstream']);
  });
});

describe('setup, stopped and run again', () => {
  // Reads change nothing, so stopping after one is the same as after the write before it.
  it.each(writes)('ends in the same state after call $number, $name', async ({ number }) => {
    const { pools, api } = await account();
    cutOffAfter(api, number);
    await expect(runSetup(api)).rejects.toThrow('cut off');

    const next = await apiOf(pools);
    await runSetup(next);
    expect(await stateOf(next)).toEqual(undisturbed.state);
    expect(await stepsNow(next)).toEqual([]);
  });
});

describe('setup, asked for patience', () => {
  it('goes on until AWS has time', async () => {
    const { pools, api } = await account();
    for (let times = 0; times < 5; times += 1) pools.faults.once('*', 'api', { throttle: true });
    await runSetup(api);
    expect(await stateOf(api)).toEqual(undisturbed.state);
  });

  it('waits for a new domain to appear in the discovery document', async () => {
    const { pools, api } = await account();
    const body = JSON.stringify({ issuer: 'https://not.yet.example.com' });
    for (let times = 0; times < 3; times += 1) {
      pools.faults.once('*', 'discovery', { status: 200, body, contentType: 'application/json' });
    }
    const { MasterDomain, issuers } = await runSetup(api);
    expect(MasterDomain?.origin).toBe(pools.pool('oidc-pool-1').domain);
    expect(issuers.MasterPool).toBe(pools.pool('oidc-pool-1').issuer);
  });

  it('says so when AWS never has, and goes on from there later', async () => {
    const { pools, api } = await account();
    cutOffAfter(api, 6);
    await expect(runSetup(api)).rejects.toThrow('cut off');
    pools.faults.always('*', 'api', { throttle: true });
    const next = await apiOf(pools);
    await expect(runSetup(next)).rejects.toMatchObject({ name: 'TooManyRequestsException' });
    pools.faults.clear();
    await runSetup(next);
    expect(await stateOf(next)).toEqual(undisturbed.state);
  });

  it('never makes a thing twice when an answer is lost', async () => {
    const { pools, api } = await account();
    let isLost = false;
    api.cognito.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args);
          if (commandName !== 'CreateUserPoolCommand' || isLost) return answer;
          isLost = true;
          throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
        },
      { step: 'finalizeRequest', name: 'loseAnswer', priority: 'low' },
    );
    await expect(runSetup(api)).rejects.toThrow(SetupError);
    expect(pools.dump().pools).toHaveLength(1);
    await runSetup(api);
    expect(await stateOf(api)).toEqual(undisturbed.state);
  });
});

it('believes the answer to a creation although lists do not show the new yet', async () => {
  const { pools, api } = await account();
  api.cognito.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const answer = await next(args);
        const isList = commandName.startsWith('List');
        return isList ? { ...answer, output: { ...answer.output, ...nothing } } : answer;
      },
    { step: 'initialize', name: 'lists', priority: 'high' },
  );
  await runSetup(api);
  expect(await stateOf(await apiOf(pools))).toEqual(undisturbed.state);
});

const nothing = { UserPools: [], UserPoolClients: [] };

describe('setup, where names are not enough', () => {
  it('refuses to guess between two pools of one name', async () => {
    const { api } = await account();
    await api.cognito.createUserPool({ PoolName: 'oidc-pool-1' });
    await api.cognito.createUserPool({ PoolName: 'oidc-pool-1' });
    const { UserPools = [] } = await api.cognito.listUserPools({ MaxResults: 60 });
    const [one, other] = UserPools.map(({ Id }) => Id);
    const { problems, steps } = await planNow(api);
    expect(problems).toEqual([
      expect.stringContaining(`--adopt-pool ${one} or --adopt-pool ${other}`),
    ]);
    expect(steps.map(({ resource }) => resource.id)).not.toContain('MasterPool');
    const adopted = { ...NOTHING_ADOPTED, pools: [other!] };
    expect((await runSetup(api, inputs, adopted)).MasterPool?.Id).toBe(other);
    expect(await stepsNow(api)).toEqual([]);
  });

  it('takes the one it has made itself', async () => {
    const { api } = await account();
    const { MasterPool } = await runSetup(api);
    await api.cognito.createUserPool({ PoolName: 'oidc-pool-1' });
    expect(await stepsNow(api)).toEqual([]);
    expect((await runSetup(api)).MasterPool?.Id).toBe(MasterPool?.Id);
  });

  it('finds a client behind the first page of a list', async () => {
    const { api } = await account();
    const { UserPool } = await api.cognito.createUserPool({ PoolName: 'oidc-pool-1' });
    for (let number = 0; number < 60; number += 1) {
      const ClientName = `another-${number}`;
      await api.cognito.createUserPoolClient({ UserPoolId: UserPool?.Id, ClientName });
    }
    const { UserPoolClient } = await api.cognito.createUserPoolClient({
      UserPoolId: UserPool?.Id,
      ClientName: 'site',
    });
    const { problems } = await planNow(api, inputs, {
      ...NOTHING_ADOPTED,
      pools: [UserPool!.Id!],
    });
    expect(problems.join()).toContain(`--adopt-client ${UserPoolClient?.ClientId}`);
  });

  it('takes the client that it has made itself, not another of the name', async () => {
    const { api } = await account();
    const { MasterPool, SiteClient } = await runSetup(api);
    await api.cognito.createUserPoolClient({ UserPoolId: MasterPool?.Id, ClientName: 'site' });
    expect(await stepsNow(api)).toEqual([]);
    expect((await runSetup(api)).SiteClient?.ClientId).toBe(SiteClient?.ClientId);
  });

  it('refuses to guess between two clients of one name', async () => {
    const { api } = await account();
    const { MasterPool, SiteClient } = await runSetup(api);
    const UserPoolId = MasterPool?.Id;
    const ids: string[] = [];
    for (let number = 0; number < 2; number += 1) {
      const made = await api.cognito.createUserPoolClient({ UserPoolId, ClientName: 'site' });
      ids.push(made.UserPoolClient!.ClientId!);
    }
    await api.cognito.deleteUserPoolClient({ UserPoolId, ClientId: SiteClient?.ClientId });
    const { problems } = await planNow(api);
    expect(problems).toEqual([expect.stringContaining('There are 2, and one of them')]);
    for (const id of ids) expect(problems.join()).toContain(`--adopt-client ${id}`);
  });

  it('says which prefix is taken, and what to write instead', async () => {
    const { api } = await account();
    const { UserPool } = await api.cognito.createUserPool({ PoolName: 'another' });
    await api.cognito.createUserPoolDomain({ UserPoolId: UserPool?.Id, Domain: 'shop' });
    await expect(runSetup(api, { ...inputs, domainPrefix: 'shop' })).rejects.toThrow(
      /domain prefix shop cannot be had.*--domain-prefix shop-[0-9a-f]{4}/s,
    );
    expect(await stepsNow(api, { ...inputs, domainPrefix: 'shop-2' })).toContain(
      'create domain of oidc-pool-1',
    );
  });
});
