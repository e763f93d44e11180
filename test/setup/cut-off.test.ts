import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyFolder, endCommands, lifeguard } from '../cli/command.js';
import { startApiProxy } from './api-proxy.js';
import { emptyAccount } from './world.js';

/* A run that is killed after Cognito has made something, and before it could hear of that. */

afterAll(() => endCommands());

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
    let seen = 0;
    const proxy = await startApiProxy(pools, async (asked, body) => {
      if (asked === operation && ++seen === which) {
        command.process.kill('SIGKILL');
        await command.exit();
      }
      return body;
    });
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
