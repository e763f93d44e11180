import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pools } from '../../../src/pools/index.js';
import type { CognitoApi } from '../../../src/program/setup/account/cognito-api.js';
import { emptyFolder, endCommands, lifeguard, type RunningCommand } from '../cli/command.js';
import { changedPaths, OKTA, oktaDetails, wholeAccount } from './accounts.js';
import type { ApiProxy } from './api-proxy.js';
import { startNewerCognito } from './newer-cognito.js';
import { apiOf, emptyAccount } from './world.js';

const SITE = 'https://www.example.com';

let pools: Pools;
let api: CognitoApi;
let folder: string;
beforeEach(async () => {
  pools = await emptyAccount();
  api = await apiOf(pools);
  folder = emptyFolder();
});
afterEach(() => pools.close());
afterAll(() => endCommands());

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

async function setup(flags: string, at = pools.url): Promise<Ended> {
  const command: RunningCommand = lifeguard(
    `setup --base-url ${SITE} ${flags}`,
    { AWS_ENDPOINT_URL: at },
    folder,
  );
  const code = await command.exit();
  return { code, output: command.output(), errors: command.errors() };
}

const backupIn = ({ output }: Ended): string =>
  /lifeguard-setup-backup-\S+?\.json/.exec(output)![0];

/** A pool that lives already, with Okta behind it and an app that a mobile client shares. */
async function livingAccount(): Promise<{ poolId: string; clientId: string }> {
  const { cognito } = api;
  const { UserPool } = await cognito.createUserPool({
    PoolName: 'prod',
    LambdaConfig: { PreSignUp: 'arn:aws:lambda:eu-west-1:000000000000:function:check' },
    UserPoolTags: { team: 'web' },
    DeletionProtection: 'INACTIVE',
  });
  const UserPoolId = UserPool!.Id!;
  await cognito.createIdentityProvider({
    UserPoolId,
    ProviderName: 'Okta',
    ProviderType: 'OIDC',
    ProviderDetails: oktaDetails,
    AttributeMapping: { email: 'mail', nickname: 'nick' },
  });
  const { UserPoolClient } = await cognito.createUserPoolClient({
    UserPoolId,
    ClientName: 'site',
    GenerateSecret: true,
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthFlows: ['code'],
    AllowedOAuthScopes: ['openid', 'phone'],
    CallbackURLs: ['myapp://callback'],
    SupportedIdentityProviders: ['Okta'],
    ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH'],
    PreventUserExistenceErrors: 'LEGACY',
    RefreshTokenValidity: 90,
  });
  return { poolId: UserPoolId, clientId: UserPoolClient!.ClientId! };
}

describe('setup in an account that others live in', () => {
  it('touches nothing that it was not given, and says how to give it', async () => {
    const { poolId } = await livingAccount();
    const before = await wholeAccount(api);
    const { code, errors } = await setup('--master-name prod --upstream-name Okta --yes');
    expect(code).toBe(1);
    expect(errors).toContain(`--adopt-pool ${poolId}`);
    expect(errors).toContain('Nothing was changed.');
    expect(await wholeAccount(api)).toEqual(before);
  });

  it('names what else in an adopted pool is not its own', async () => {
    const { poolId, clientId } = await livingAccount();
    const before = await wholeAccount(api);
    const { code, errors } = await setup(
      `--master-name prod --upstream-name Okta --yes --allow-removals --adopt-pool ${poolId}`,
    );
    expect(code).toBe(1);
    expect(errors).toContain('--adopt-provider Okta');
    expect(errors).toContain(`--adopt-client ${clientId}`);
    expect(await wholeAccount(api)).toEqual(before);
  });

  it('never makes a provider of another issuer its own, even one that it was given', async () => {
    const { poolId, clientId } = await livingAccount();
    const before = await wholeAccount(api);
    const { code, errors } = await setup(
      `--master-name prod --upstream-name Okta --yes --allow-removals --adopt-pool ${poolId} --adopt-client ${clientId} --adopt-provider Okta`,
    );
    expect(code).toBe(1);
    expect(errors).toContain(`has the issuer ${OKTA}`);
    expect(await wholeAccount(api)).toEqual(before);
  });

  it('changes of what it was given only what it announces, and nothing that others live on', async () => {
    const { poolId, clientId } = await livingAccount();
    const before = await wholeAccount(api);
    const flags = `--master-name prod --adopt-pool ${poolId} --adopt-client ${clientId}`;
    const made = await setup(`${flags} --yes`);
    expect(made.code, made.output).toBe(0);
    const after = await wholeAccount(api);
    const client = `client ${clientId}`;
    const changed = changedPaths(before, after).filter(
      (path) => path in before || path.includes(clientId) || path.startsWith(`pool ${poolId}`),
    );
    expect(changed).toEqual(
      expect.arrayContaining([`${client} CallbackURLs`, `${client} SupportedIdentityProviders`]),
    );
    for (const path of changed.filter((each) => each.startsWith(client))) {
      expect(made.output).toContain(`${path.slice(client.length + 1)}: `);
    }
    expect(after[client]).toMatchObject({
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH'],
      PreventUserExistenceErrors: 'LEGACY',
      RefreshTokenValidity: 90,
      CallbackURLs: ['myapp://callback', `${SITE}/callback`],
    });
    expect(after[client]).not.toHaveProperty('RefreshTokenRotation.Feature', 'ENABLED');
    const pool = `pool ${poolId}`;
    expect(
      changed
        .filter((path) => path.startsWith(pool))
        .map((path) => path.split(' ').slice(2).join(' ')),
    ).toEqual(
      expect.arrayContaining([
        'UserPoolTags lifeguard:setup',
        'UserPoolTags lifeguard:setup:SiteClient',
      ]),
    );
    expect(
      changed.filter(
        (path) =>
          path.startsWith(pool) && !path.includes('UserPoolTags') && !path.endsWith(' Domain'),
      ),
    ).toEqual([]);

    // What was given once is its own from then on.
    const again = await setup('--master-name prod --yes');
    expect(again.output).toContain('Nothing to change.');
    expect(await wholeAccount(api)).toEqual(after);
  });

  it('refuses what it would remove unless that is allowed, and lists it', async () => {
    await setup('--yes');
    const { id } = pools.pool('oidc-pool-1').client('site');
    const { UserPools = [] } = await api.cognito.listUserPools({ MaxResults: 60 });
    const UserPoolId = UserPools.find(({ Name }) => Name === 'oidc-pool-1')!.Id;
    const ids = { UserPoolId, ClientId: id };
    const { UserPoolClient } = await api.cognito.describeUserPoolClient(ids);
    await api.cognito.updateUserPoolClient({
      ...UserPoolClient,
      ...ids,
      RefreshTokenRotation: { Feature: 'DISABLED' },
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH'],
    });
    const before = await wholeAccount(api);
    const refused = await setup('--yes');
    expect(refused.code).toBe(1);
    expect(refused.output).toContain('Removals:');
    expect(refused.output).toContain(
      'app client site of oidc-pool-1, ExplicitAuthFlows: ALLOW_REFRESH_TOKEN_AUTH',
    );
    expect(refused.errors).toContain('--allow-removals');
    expect(await wholeAccount(api)).toEqual(before);
    expect((await setup('--yes --allow-removals')).code).toBe(0);
  });

  it('says so when something is given that it has no use for', async () => {
    const { code, errors } = await setup('--yes --adopt-client nobodys-client');
    expect(code).toBe(1);
    expect(errors).toContain('--adopt-client nobodys-client: there is none');
    expect(pools.dump().pools).toEqual([]);
  });
});

describe('setup, where Cognito knows more than the SDK', () => {
  const newer: ApiProxy[] = [];
  afterEach(async () => {
    for (const each of newer.splice(0)) await each.close();
  });
  const newerCognito = async (operation: string): Promise<string> => {
    const started = await startNewerCognito(pools, operation);
    newer.push(started);
    return started.url;
  };

  it.each([
    ['DescribeUserPool', 'UserPool.NewIn2027'],
    ['DescribeUserPoolClient', 'UserPoolClient.NewIn2027'],
    ['DescribeIdentityProvider', 'IdentityProvider.NewIn2027'],
    ['DescribeResourceServer', 'ResourceServer.NewIn2027'],
    ['DescribeUserPoolDomain', 'DomainDescription.NewIn2027'],
  ])('stops before any change when %s has a member it does not know', async (operation, member) => {
    const made = await setup('--api --yes');
    expect(made.code, made.output).toBe(0);
    const before = await wholeAccount(api);
    const at = await newerCognito(operation);
    const stopped = await setup('--api --yes --user bob --email bob@example.com', at);
    expect(stopped.code).toBe(1);
    expect(stopped.errors).toContain(member);
    expect(stopped.errors).toMatch(/AWS SDK 3\.\d+\.\d+ does not know/);
    expect(stopped.errors).toContain('@aws-sdk/client-cognito-identity-provider@latest');
    expect(await wholeAccount(api)).toEqual(before);
  });

  it('has nothing to stop for where nothing is to change', async () => {
    await setup('--yes');
    const unchanged = await setup('--yes', await newerCognito('DescribeUserPoolClient'));
    expect(unchanged.output).toContain('Nothing to change.');
    expect(unchanged.code).toBe(0);
  });
});

describe('the backup that setup writes before its first change', () => {
  it('is for its owner alone, has what was there, and no secret', async () => {
    const { poolId, clientId } = await livingAccount();
    const made = await setup(
      `--master-name prod --yes --adopt-pool ${poolId} --adopt-client ${clientId}`,
    );
    const path = join(folder, backupIn(made));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = readFileSync(path, 'utf8');
    const secret = pools.pool('prod').client('site').secret!;
    expect(text).not.toContain(secret);
    expect(text).not.toContain(pools.pool('oidc-pool-2').client('master-pool').secret);
    const backup = JSON.parse(text);
    expect(backup.secretsLeftOut).toEqual(['ClientSecret of the app client site of prod']);
    expect(backup.resources).toContainEqual(
      expect.objectContaining({
        id: 'SiteClient',
        before: expect.objectContaining({ CallbackURLs: ['myapp://callback'] }),
        after: expect.objectContaining({
          CallbackURLs: ['myapp://callback', `${SITE}/callback`],
        }),
      }),
    );
  });

  it('stops setup when it cannot be written', async () => {
    const command = lifeguard(
      `setup --base-url ${SITE} --yes`,
      { AWS_ENDPOINT_URL: pools.url },
      '/proc',
    );
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain('cannot be written');
    expect(pools.dump().pools).toEqual([]);
  });
});

describe('setup --restore', () => {
  const adopted = async (): Promise<{
    before: Record<string, unknown>;
    clientId: string;
    poolId: string;
    backup: string;
  }> => {
    const { poolId, clientId } = await livingAccount();
    const before = await wholeAccount(api);
    const made = await setup(
      `--master-name prod --yes --adopt-pool ${poolId} --adopt-client ${clientId}`,
    );
    return { before, poolId, clientId, backup: backupIn(made) };
  };
  const restored = (after: Record<string, unknown>, before: object): string[] =>
    changedPaths(before, after).filter((path) =>
      Object.keys(before).some((key) => path.startsWith(key)),
    );

  it('puts back all that setup changed, once removals are allowed, and names what it has made', async () => {
    const { before, backup, poolId } = await adopted();
    const made = await wholeAccount(api);
    const refused = await setup(`--restore ${backup} --yes`);
    expect(refused.code).toBe(1);
    expect(refused.errors).toContain('--allow-removals');
    expect(await wholeAccount(api)).toEqual(made);

    const done = await setup(`--restore ${backup} --yes --allow-removals`);
    expect(done.code).toBe(1);
    expect(done.output).toContain(`CallbackURLs: - ${SITE}/callback`);
    expect(done.output).toContain(
      'The user pool oidc-pool-2 was made by setup and is not deleted.',
    );
    expect(done.output).toContain('aws cognito-idp delete-identity-provider');
    expect(done.output).toMatch(
      /Tags of the user pool prod that .* stay: lifeguard:setup:IdentityProvider\. When that is deleted: aws cognito-idp untag-resource .*--resource-arn \S+ --tag-keys lifeguard:setup:IdentityProvider$/m,
    );
    const left = restored(await wholeAccount(api), before);
    // The marks of what setup has made there and that is still there, and the domain.
    expect(left).toEqual(
      [
        `pool ${poolId} UserPoolTags lifeguard:setup:IdentityProvider`,
        `pool ${poolId} Domain`,
      ].toSorted((a, b) => left.indexOf(a) - left.indexOf(b)),
    );

    const again = await setup(`--restore ${backup} --yes --allow-removals`);
    expect(again.output).toContain('Nothing to change.');
  });

  it('leaves what others have changed since, unless told to overwrite it', async () => {
    const { backup, poolId, clientId } = await adopted();
    const ids = { UserPoolId: poolId, ClientId: clientId };
    const { UserPoolClient } = await api.cognito.describeUserPoolClient(ids);
    const CallbackURLs = [...UserPoolClient!.CallbackURLs!, 'https://later.example.com/callback'];
    await api.cognito.updateUserPoolClient({
      ...UserPoolClient,
      ...ids,
      CallbackURLs,
      RefreshTokenValidity: 30,
    });
    const kept = await setup(`--restore ${backup} --yes --allow-removals`);
    expect(kept.output).toContain('Changed since, and left as it is');
    expect(kept.output).toContain('https://later.example.com/callback');
    const client = async () => (await api.cognito.describeUserPoolClient(ids)).UserPoolClient!;
    expect(await client()).toMatchObject({ CallbackURLs, RefreshTokenValidity: 30 });
    expect((await client()).LogoutURLs ?? []).toEqual([]);

    await setup(`--restore ${backup} --yes --allow-removals --overwrite-later-changes`);
    expect(await client()).toMatchObject({
      CallbackURLs: ['myapp://callback'],
      RefreshTokenValidity: 30,
    });
  });

  it('names what was deleted since', async () => {
    const { backup, poolId, clientId } = await adopted();
    await api.cognito.deleteUserPoolClient({ UserPoolId: poolId, ClientId: clientId });
    const done = await setup(`--restore ${backup} --yes --allow-removals`);
    expect(done.code).toBe(1);
    expect(done.output).toContain('app client site of prod has been deleted since');
  });

  it('is refused in another account, and in another region', async () => {
    const { backup } = await adopted();
    const other = await emptyAccount();
    const before = await wholeAccount(api);
    const elsewhere = await setup(`--restore ${backup} --yes --allow-removals`, other.url);
    expect(elsewhere.code).toBe(1);
    expect(elsewhere.errors).toContain('use the credentials of that account');
    const region = await setup(`--restore ${backup} --yes --region us-east-1`);
    expect(region.code).toBe(1);
    expect(region.errors).toContain('add --region eu-west-1');
    expect(await wholeAccount(api)).toEqual(before);
    await other.close();
  });

  it('is refused for a file that is no backup', async () => {
    const done = await setup('--restore package.json --yes');
    expect(done.code).toBe(1);
    expect(done.errors).toContain('--restore: package.json cannot be read (ENOENT).');
  });
});
