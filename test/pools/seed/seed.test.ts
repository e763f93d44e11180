import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { DescribeUserPoolCommand } from '@aws-sdk/client-cognito-identity-provider';
import { verifiedJwt } from '../../support/jwt.js';
import {
  federatedPoolsSeed,
  type Pools,
  type PoolsSeed,
  startPools,
} from '../../../src/pools/index.js';
import {
  asksForNewPassword,
  authorizeUrl,
  chooseNewPassword,
  codeIn,
  openBrowser,
  signIn,
  signInThroughUpstream,
  submitCredentials,
} from '../journeys.js';
import { sdkFor } from '../api/api.js';
import { alice, app, bob, callback, ned, seed, uma } from '../seed.js';
import { exchangeCode, requestTokens, tokensIn } from '../token-endpoint.js';
import { useWorld } from '../world.js';

const start = async (chosen: PoolsSeed | string | URL): Promise<Pools> =>
  startPools({ seed: chosen, keys: 'fixed' });

describe('a seed in a file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lifeguard-seed-'));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  const fileWith = async (name: string, content: string): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, content);
    return file;
  };

  it.each<[string, string]>([
    ['pools.yaml', stringify(seed)],
    ['pools.yml', stringify(seed)],
    ['pools.json', JSON.stringify(seed)],
  ])('is the same pools as an object: %s', async (name, content) => {
    const file = await fileWith(name, content);
    await using pools = await start(file);
    codeIn(await signIn(openBrowser(), pools.pool('members'), 'site', alice));
    expect(pools.pool('members').users()).toHaveLength(6);
    expect(pools.pool('oidc-pool-1').id).toBe('eu-west-1_Master001');
  });

  it('may be named by a URL', async () => {
    const file = await fileWith('by-url.json', JSON.stringify(seed));
    await using pools = await start(pathToFileURL(file));
    expect(pools.pool('members').id).toBe('eu-west-1_Members01');
  });

  it.each([
    ['is missing', 'missing.yaml', undefined],
    ['is not YAML', 'broken.yaml', 'pools: [\n  - {'],
    ['is not JSON', 'broken.json', '{"pools": ['],
    ['is empty', 'empty.yaml', ''],
    ['has an unknown ending', 'pools.toml', 'pools = []'],
  ])('is refused, by name, when it %s', async (_, name, content) => {
    const file = content === undefined ? join(folder, name) : await fileWith(name, content);
    await expect(start(file)).rejects.toThrow(name);
  });
});

function breakSeed(change: Record<string, unknown>): PoolsSeed {
  const pool = { name: 'one', clients: [], users: [], ...change };
  // Seeds come from files too, where no compiler has looked at them.
  return { pools: [pool] };
}

const problemsOf = async (chosen: PoolsSeed): Promise<string> =>
  start(chosen).then(
    async (pools) => {
      await pools.close();
      return 'it started';
    },
    (error: unknown) => String(error),
  );

describe('a seed with mistakes', () => {
  it('is refused in words of ours also where something of another kind stands', async () => {
    const text = await problemsOf({
      pools: [{ name: 7, clients: { name: 'site' }, Users: [] }, { name: '' }],
    } as never);
    for (const problem of [
      'pools[0].name: is a number, where a text belongs',
      'pools[0].clients: is an object, where a list belongs: put [ and ] round it',
      'pools[0]: has "Users", which is no member: write "users"',
      'pools[1].name: is empty',
    ]) {
      expect(text).toContain(problem);
    }
  });

  it('is refused with every problem and its path at once', async () => {
    const text = await problemsOf(
      breakSeed({
        id: 'not-a-pool-id',
        clients: [{ name: 'c', flows: ['magic'] }],
        users: [{ password: 'x' }],
        identityProviders: [{ name: 'my provider' }],
      }),
    );
    expect(text).toContain('pools[0].id');
    expect(text).toContain('pools[0].clients[0].flows[0]');
    expect(text).toContain('pools[0].users[0].username');
    expect(text).toContain('pools[0].identityProviders[0]');
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['a misspelt member', 'clientz', { clientz: [] }],
    [
      'a client of a provider that is not there',
      'nobody',
      { clients: [{ name: 'c', identityProviders: ['nobody'] }] },
    ],
    [
      'a provider in a pool that is not there',
      'elsewhere',
      {
        identityProviders: [
          {
            name: 'far-away',
            issuer: { pool: 'elsewhere' },
            client: { pool: 'elsewhere', name: 'c' },
            scopes: 'openid',
          },
        ],
      },
    ],
    [
      'a user in a group that is not there',
      'ghosts',
      { users: [{ username: 'u', groups: ['ghosts'] }] },
    ],
    ['two clients of one name', 'twin', { clients: [{ name: 'twin' }, { name: 'twin' }] }],
    ['two users of one name', 'twin', { users: [{ username: 'twin' }, { username: 'twin' }] }],
    [
      'a callback that is no URL',
      'callbackUrls[0]',
      { clients: [{ name: 'c', callbackUrls: ['not a url'] }] },
    ],
    [
      'a lifetime that is no number',
      'accessTokenSeconds',
      { clients: [{ name: 'c', accessTokenSeconds: 'long' }] },
    ],
  ])('is refused for %s', async (_, named, change) => {
    expect(await problemsOf(breakSeed(change))).toContain(named);
  });

  it('is refused for two pools of one name', async () => {
    const twins = { pools: [{ name: 'twin' }, { name: 'twin' }] } as PoolsSeed;
    expect(await problemsOf(twins)).toContain('pools[1].name: ');
    await expect(start(twins)).rejects.toMatchObject({
      code: 'seed_invalid',
      problems: [
        { path: 'pools[1].name', problem: '"twin" is taken' },
        { path: 'pools[1].domain', problem: '"twin" is taken' },
      ],
    });
  });
});

it('a password policy asks for every kind of character but those that it does not', async () => {
  const passwordPolicy = { minimumLength: 12, requireUppercase: false, requireSymbols: false };
  await using pools = await start(breakSeed({ passwordPolicy }));
  const sdk = sdkFor(pools);
  const command = new DescribeUserPoolCommand({ UserPoolId: pools.pool('one').id });
  const { UserPool } = await sdk.send(command);
  sdk.destroy();
  expect(UserPool?.Policies?.PasswordPolicy).toMatchObject({
    MinimumLength: 12,
    RequireUppercase: false,
    RequireLowercase: true,
    RequireNumbers: true,
    RequireSymbols: false,
  });
});

describe('what a seed leaves out', () => {
  it("is made up in Cognito's shapes", async () => {
    await using pools = await start({
      pools: [{ name: 'Small', clients: [{ name: 'c' }, { name: 'open', secret: null }] }],
    });
    const pool = pools.pool('Small');
    expect(pool.id).toMatch(/^[a-z]{2}(-gov)?-[a-z]+-\d_[A-Za-z0-9]{9}$/);
    expect(pool.domain).toBe(`${pools.url}/small`);
    expect(pool.client('c').id).toMatch(/^[a-z0-9]{26}$/);
    expect(pool.client('c').secret).toMatch(/^[a-z0-9]{51}$/);
    expect(pool.client('open').secret).toBeUndefined();
  });

  it('is not found under a name nobody gave', async () => {
    await using pools = await start({ pools: [{ name: 'one' }] });
    expect(() => pools.pool('two')).toThrow('two');
    expect(() => pools.pool('one').client('nobody')).toThrow('nobody');
  });
});

describe('the current state as a seed', () => {
  const world = useWorld();

  it('starts the same pools again: ids, secrets, users, passwords and what changed since', async () => {
    const browser = openBrowser();
    const page = await signIn(browser, world.members, 'site', bob);
    await chooseNewPassword(browser, page, 'Chosen-By-Bob-2');
    await signInThroughUpstream(openBrowser(), world.master, 'site', uma);
    const dumped = world.pools.dump();

    await using again = await start(JSON.parse(JSON.stringify(dumped)));
    const members = again.pool('members');
    expect(members.client('site')).toEqual(world.members.client('site'));
    expect(members.users()).toEqual(world.members.users());
    expect(again.pool('oidc-pool-1').users()).toEqual(world.master.users());
    codeIn(await signIn(openBrowser(), members, 'site', { ...bob, password: 'Chosen-By-Bob-2' }));
    codeIn(await signInThroughUpstream(openBrowser(), again.pool('oidc-pool-1'), 'site', uma));
  });

  it('contains no password', () => {
    const text = JSON.stringify(world.pools.dump());
    for (const { password } of [alice, bob, uma, ned]) expect(text).not.toContain(password);
    expect(text).toContain('passwordHash');
  });

  it('is back to the seed after a reset: users, sessions, tokens and keys', async () => {
    const before = world.pools.dump();
    const browser = openBrowser();
    const page = await signIn(browser, world.members, 'site', alice);
    const tokens = tokensIn(await exchangeCode(world.members, 'site', codeIn(page)));
    await signInThroughUpstream(openBrowser(), world.master, 'site', uma);
    world.members.deleteUser('frank');
    world.members.setUserEnabled('alice', false);
    await world.members.rotateKeys();
    await expect(verifiedJwt(tokens.id_token, world.members.issuer)).rejects.toThrow();

    world.pools.reset();
    await expect(verifiedJwt(tokens.id_token, world.members.issuer)).resolves.toBeDefined();
    expect(world.pools.dump()).toEqual(before);
    expect(world.members.isRefreshTokenActive(tokens.refresh_token)).toBe(false);
    const next = await browser.get(authorizeUrl(world.members, 'site'));
    expect(next.url).toMatch(`${world.members.domain}/login?`);
  });
});

describe('the seed of the two federated pools', () => {
  const baseUrl = 'http://localhost:3000';

  it('takes its user from a temporary password to tokens, and its machine to its scope', async () => {
    await using pools = await start(federatedPoolsSeed({ baseUrl }));
    const master = pools.pool('oidc-pool-1');
    const upstream = pools.pool('oidc-pool-2');
    expect(master.users()).toEqual([]);
    expect(upstream.users()).toMatchObject([
      { username: 'alice', status: 'FORCE_CHANGE_PASSWORD', enabled: true },
    ]);

    const browser = openBrowser();
    const chooser = await browser.get(authorizeUrl(master, 'site'));
    const loginPage = await browser.click(chooser, 'oidc-pool-2');
    const page = await submitCredentials(browser, loginPage, {
      username: 'alice',
      password: 'Welcome-2-Lifeguard!',
    });
    expect(asksForNewPassword(page)).toBe(true);
    const end = await chooseNewPassword(browser, page, 'Chosen-By-Alice-2');
    expect(end.url).toMatch(`${callback}?code=`);
    expect((await exchangeCode(master, 'site', codeIn(end))).status).toBe(200);
    expect(master.users()).toMatchObject([
      { status: 'EXTERNAL_PROVIDER', attributes: { email: 'alice@example.com' } },
    ]);

    const grant = { grant_type: 'client_credentials', scope: 'orders/read' };
    expect((await requestTokens(master, 'machine', grant)).status).toBe(200);
  });

  it('registers the addresses of the site it is given, and no other', async () => {
    await using pools = await start(federatedPoolsSeed({ baseUrl: 'http://localhost:8080' }));
    const master = pools.pool('oidc-pool-1');
    const [here, elsewhere] = await Promise.all(
      ['http://localhost:8080/callback', `${app}/callback`].map(async (redirectUri) =>
        openBrowser().get(authorizeUrl(master, 'site', { redirect_uri: redirectUri })),
      ),
    );
    expect(here?.status).toBe(200);
    expect(elsewhere?.status).toBe(400);
  });

  it('is what the pools start with when they are given none', async () => {
    await using pools = await startPools({ keys: 'fixed' });
    expect(pools.dump()).toMatchObject({
      pools: [{ name: 'oidc-pool-1' }, { name: 'oidc-pool-2' }],
    });
  });
});
