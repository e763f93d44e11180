import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pools } from '../../../src/pools/index.js';
import { emptyFolder, endCommands, lifeguard, type RunningCommand } from '../cli/command.js';
import { createBrowser } from '../../support/browser.js';
import { freePort } from '../../support/free-port.js';
import { apiOf, emptyAccount } from './world.js';

let pools: Pools;
let folder: string;
beforeEach(async () => {
  pools = await emptyAccount();
  folder = emptyFolder();
});
afterEach(() => pools.close());
afterAll(() => endCommands());

const SITE = 'https://www.example.com';
const setup = (flags: string, site = SITE): RunningCommand =>
  lifeguard(`setup --base-url ${site} ${flags}`, { AWS_ENDPOINT_URL: pools.url }, folder);

describe('setup --managed-login', () => {
  it('makes the newer pages, with a style for each client that people see, and they are shown', async () => {
    const port = await freePort();
    const site = `http://localhost:${port}`;
    const command = setup('--managed-login --yes --user alice --email alice@example.com', site);
    expect(await command.exit(), command.output()).toBe(0);
    expect(command.output()).toContain('create  style of app client site');
    const { cognito } = await apiOf(pools);
    for (const name of ['oidc-pool-1', 'oidc-pool-2']) {
      const { UserPools = [] } = await cognito.listUserPools({ MaxResults: 60 });
      const pool = UserPools.find(({ Name }) => Name === name);
      const { UserPool } = await cognito.describeUserPool({ UserPoolId: pool?.Id });
      const { DomainDescription } = await cognito.describeUserPoolDomain({
        Domain: UserPool?.Domain,
      });
      expect(DomainDescription?.ManagedLoginVersion).toBe(2);
    }
    const again = setup('--managed-login --yes', site);
    expect(await again.exit()).toBe(0);
    expect(again.output()).toContain('Nothing to change.');

    const serve = lifeguard('serve', { PORT: String(port) }, folder);
    await serve.says('"listening"');
    const page = await createBrowser().get(`${site}/profile`);
    expect(page.url).toContain(pools.pool('oidc-pool-2').domain);
    expect(page.document.querySelector('[name="password"]')).not.toBeNull();
  });
});

describe('setup --base-path', () => {
  it('registers the URLs below the path, writes the setting, and leaves a site there that works', async () => {
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    const site = `${origin}/shop`;
    const wanted = '--yes --user alice --email alice@example.com';
    const command = setup(`--base-path /shop ${wanted}`, origin);
    expect(await command.exit(), command.output()).toBe(0);
    expect(command.output()).toContain(`User pools for ${site} in`);
    const values = parseEnv(readFileSync(join(folder, '.env'), 'utf8'));
    expect(values).toMatchObject({ BASE_URL: origin, BASE_PATH: '/shop' });
    for (const [pool, client] of [
      ['oidc-pool-1', 'site'],
      ['oidc-pool-2', 'master-pool'],
    ] as const) {
      const { id } = pools.pool(pool).client(client);
      const { cognito } = await apiOf(pools);
      const { UserPoolClient } = await cognito.describeUserPoolClient({
        UserPoolId: pools.pool(pool).id,
        ClientId: id,
      });
      expect(UserPoolClient?.LogoutURLs).toEqual([`${site}/logout/continue`]);
      if (client === 'site') expect(UserPoolClient?.CallbackURLs).toEqual([`${site}/callback`]);
    }
    // The path is in the file now.
    const again = setup(wanted, origin);
    expect(await again.exit()).toBe(0);
    expect(again.output()).toContain('Nothing to change.');

    const serve = lifeguard('serve', { PORT: String(port) }, folder);
    await serve.says('"listening"');
    const browser = createBrowser();
    const login = await browser.get(`${site}/profile`);
    const password = /Password {2}(\S+)/.exec(command.output())![1]!;
    const next = await browser.submit(login, { username: 'alice', password });
    const profile = await browser.submit(next, {
      new_password: 'Another-Passw0rd!',
      new_password_confirm: 'Another-Passw0rd!',
    });
    expect(profile.url).toBe(`${site}/profile`);
    const out = await browser.click(profile, 'Sign out');
    expect(out.url).toBe(`${site}/signed-out`);

    const doctor = lifeguard(`doctor --endpoint-url ${pools.url} --json`, {}, folder);
    expect(await doctor.exit(), doctor.output()).toBe(0);
  });

  it.each(['shop', '/shop/', '/sh op'])('refuses %j', async (path) => {
    const command = setup(`--base-path=${path.replace(' ', '%20')} --yes`);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain('--base-path is no path');
  });
});

describe('setup --json', () => {
  const documentOf = (command: RunningCommand): Record<string, unknown> =>
    JSON.parse(command.printed()) as Record<string, unknown>;

  it('gives a program the plan and the outcome as one document, and no secret', async () => {
    const planned = setup('--json --dry-run');
    expect(await planned.exit()).toBe(0);
    expect(documentOf(planned)).toMatchObject({ result: 'planned', region: 'eu-west-1' });

    const made = setup('--json --yes');
    expect(await made.exit()).toBe(0);
    const outcome = documentOf(made);
    expect(outcome).toMatchObject({
      result: 'changed',
      backup: expect.stringMatching(/^lifeguard-setup-backup-.+\.json$/),
      steps: expect.arrayContaining([
        expect.objectContaining({ action: 'create', kind: 'user pool', id: 'MasterPool' }),
      ]),
      file: { changes: expect.arrayContaining([{ name: 'CLIENT_SECRET', action: 'add' }]) },
    });
    const values = parseEnv(readFileSync(join(folder, '.env'), 'utf8'));
    for (const name of ['CLIENT_SECRET', 'SESSION_SECRET']) {
      expect(made.output()).not.toContain(values[name]);
    }

    const again = setup('--json --yes');
    expect(await again.exit()).toBe(0);
    expect(documentOf(again)).toMatchObject({ result: 'unchanged', steps: [] });

    const restored = setup(`--json --yes --restore ${String(outcome['backup'])}`);
    expect(await restored.exit()).toBe(1);
    expect(documentOf(restored)).toMatchObject({
      result: 'unchanged',
      impossible: expect.arrayContaining([expect.stringContaining('was made by setup')]),
    });
  });

  it('says what keeps it from going on', async () => {
    const { cognito } = await apiOf(pools);
    await cognito.createUserPool({ PoolName: 'oidc-pool-1' });
    const refused = setup('--json --yes');
    expect(await refused.exit()).toBe(1);
    expect(documentOf(refused)).toMatchObject({
      result: 'refused',
      problems: [expect.stringContaining('--adopt-pool')],
    });
  });
});

describe('setup while it works', () => {
  it('says what it waits for', async () => {
    for (let times = 0; times < 2; times += 1) pools.faults.once('*', 'api', { throttle: true });
    const command = setup('--yes');
    expect(await command.exit()).toBe(0);
    expect(command.output()).toMatch(
      /waits \d\.\d s until AWS has time \(TooManyRequestsException\)/,
    );
  });

  it('says where the secret of the client for machines is', async () => {
    const command = setup('--api --yes');
    expect(await command.exit()).toBe(0);
    const { id, secret } = pools.pool('oidc-pool-1').client('machine');
    expect(command.output()).toContain(`Machines ask for tokens as client ${id}.`);
    expect(command.output()).toContain(
      `--client-id ${id} --query UserPoolClient.ClientSecret --output text`,
    );
    expect(command.output()).not.toContain(secret);
  });

  it('writes what people read of the second pool', async () => {
    const command = lifeguard(
      `setup --base-url ${SITE} --yes --label Staff`,
      { AWS_ENDPOINT_URL: pools.url },
      folder,
    );
    expect(await command.exit()).toBe(0);
    const values = parseEnv(readFileSync(join(folder, '.env'), 'utf8'));
    expect(JSON.parse(values['IDENTITY_PROVIDERS']!)).toMatchObject([{ label: 'Staff' }]);
  });
});
