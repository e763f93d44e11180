import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { Pools } from '../../../src/pools/index.js';
import { emptyFolder, endCommands, lifeguard, type RunningCommand } from '../cli/command.js';
import { changedPaths, wholeAccount } from './accounts.js';
import { type ApiProxy, startApiProxy } from './api-proxy.js';
import { apiOf, emptyAccount } from './world.js';

/* A run that is killed after Cognito has made something, and before it could hear of that. */

afterAll(() => endCommands());

/** Kills the command when the operation was carried out so many times, before it hears of it. */
function startKilling(
  pools: Pools,
  operation: string,
  which: number,
  running: () => RunningCommand,
): Promise<ApiProxy> {
  let seen = 0;
  return startApiProxy(pools, async (asked, body) => {
    if (asked === operation && ++seen === which) {
      running().process.kill('SIGKILL');
      await running().exit();
    }
    return body;
  });
}

describe('a backup whose run was killed while it made', () => {
  it.each([
    ['CreateUserPool', 2, 'user pool oidc-pool-2'],
    ['CreateUserPoolDomain', 1, 'domain of'],
    ['CreateUserPoolClient', 3, 'app client'],
    ['CreateIdentityProvider', 1, 'identity provider oidc-pool-2'],
    ['CreateResourceServer', 1, 'resource server'],
    ['CreateManagedLoginBranding', 1, 'style'],
    ['AdminCreateUser', 1, 'user alice'],
  ] as const)('knows of it (%s, no. %i)', async (operation, which, title) => {
    const pools = await emptyAccount();
    const folder = emptyFolder();
    const proxy = await startKilling(pools, operation, which, () => command);
    const command = lifeguard(
      'setup --base-url https://www.example.com --api --managed-login --user alice --email alice@example.com --yes',
      { AWS_ENDPOINT_URL: proxy.url },
      folder,
    );
    expect(await command.exit(), command.output()).toBe(null);
    await proxy.close();

    const [backup] = readdirSync(folder).filter((name) => name.startsWith('lifeguard-setup-'));
    const restored = lifeguard(
      `setup --restore ${backup} --yes`,
      { AWS_ENDPOINT_URL: pools.url },
      folder,
    );
    expect(await restored.exit(), restored.output()).toBe(1);
    const made = [...restored.output().matchAll(/The (.*) was made by setup/g)];
    expect(made[0]?.[1]).toContain(title);
    await pools.close();
  });
});

describe('a backup whose run was killed while it marked a pool that was given to it', () => {
  it.each([
    [1, []],
    [4, ['lifeguard:setup:IdentityProvider']],
  ])('takes the mark back, or names it (tag no. %i)', async (which, marks) => {
    const pools = await emptyAccount();
    const api = await apiOf(pools);
    const made = await api.cognito.createUserPool({ PoolName: 'oidc-pool-1' });
    const poolId = made.UserPool!.Id!;
    const before = await wholeAccount(api);
    const folder = emptyFolder();
    const proxy = await startKilling(pools, 'TagResource', which, () => command);
    const command = lifeguard(
      `setup --base-url https://www.example.com --adopt-pool ${poolId} --yes`,
      { AWS_ENDPOINT_URL: proxy.url },
      folder,
    );
    expect(await command.exit(), command.output()).toBe(null);
    await proxy.close();
    const [backup] = readdirSync(folder).filter((name) => name.startsWith('lifeguard-setup-'));
    const restored = lifeguard(
      `setup --restore ${backup} --yes --allow-removals`,
      { AWS_ENDPOINT_URL: pools.url },
      folder,
    );
    await restored.exit();
    const pool = `pool ${poolId} UserPoolTags`;
    const differ = changedPaths(before, await wholeAccount(api));
    expect(differ.filter((path) => path.startsWith(pool))).toEqual(
      marks.map((mark) => `${pool} ${mark}`),
    );
    for (const mark of marks) {
      expect(restored.output()).toMatch(new RegExp(`Tags of the user pool .* stay: ${mark}\\.`));
    }
    await pools.close();
  });

  it('names it also where the run has changed nothing else (a later run)', async () => {
    const pools = await emptyAccount();
    const folder = emptyFolder();
    const setup = (flags: string, url = pools.url): RunningCommand =>
      lifeguard(`setup ${flags} --yes`, { AWS_ENDPOINT_URL: url }, folder);
    expect(await setup('--base-url https://www.example.com').exit()).toBe(0);
    const kept = readdirSync(folder);
    const proxy = await startKilling(pools, 'TagResource', 1, () => later);
    const later = setup('--base-url https://www.example.com --api', proxy.url);
    expect(await later.exit(), later.output()).toBe(null);
    await proxy.close();
    const backup = readdirSync(folder).find(
      (name) => name.startsWith('lifeguard-') && !kept.includes(name),
    );
    const restored = setup(`--restore ${backup}`);
    expect(await restored.exit()).toBe(1);
    expect(restored.output()).toMatch(/Tags of .* stay: .*lifeguard:setup:ResourceServer/);
    await pools.close();
  });
});
