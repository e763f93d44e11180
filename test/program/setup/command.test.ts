import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirm } from '../../../src/program/cli/surroundings/confirm.js';
import type { Pools } from '../../../src/pools/index.js';
import { PREFIX } from '../../../src/program/setup/wanted/inputs.js';
import { emptyFolder, endCommands, lifeguard, type RunningCommand } from '../cli/command.js';
import { freePort } from '../../support/free-port.js';
import { createBrowser } from '../../support/browser.js';
import { emptyAccount } from './world.js';

let pools: Pools;
const folder = emptyFolder();
const envFile = join(folder, '.env');
const port = await freePort();
const site = `http://localhost:${port}`;

beforeAll(async () => {
  pools = await emptyAccount();
});
afterAll(async () => {
  endCommands();
  await pools.close();
});

const setup = (flags: string, environment: Record<string, string> = {}): RunningCommand =>
  lifeguard(`setup ${flags}`, { AWS_ENDPOINT_URL: pools.url, ...environment }, folder);

const wanted = `--base-url ${site} --user alice --email alice@example.com`;

describe('lifeguard setup, before anybody has agreed', () => {
  it('lists all that is wrong with the command line', async () => {
    const command = setup(
      '--upstream-name a_b --domain-prefix -aws --user alice --endpoint-url 4000',
    );
    expect(await command.exit()).toBe(1);
    for (const flag of [
      '--base-url',
      '--upstream-name',
      '--domain-prefix',
      '--email',
      '--endpoint-url',
    ]) {
      expect(command.errors()).toContain(`  ${flag} `);
    }
  });

  it.each([
    ['-shop', false],
    ['shop-', false],
    ['Shop', false],
    ['sh op', false],
    ['sh_op', false],
    ['shop\n', false],
    ['s'.repeat(55), false],
    ['s'.repeat(54), true],
    ['s', true],
    ['my-shop-2', true],
  ])('takes the domain prefix %j: %s', (prefix, isTaken) => {
    expect(PREFIX.test(prefix)).toBe(isTaken);
  });

  it.each([
    ['--master-name \u00A0', "'--master-name <name>' argument"],
    ['--upstream-name COGNITO', "--upstream-name is what Cognito calls a pool's own users"],
    ['--upstream-name Cognito', "--upstream-name is what Cognito calls a pool's own users"],
  ])('refuses a name that is none: %s', async (flags, problem) => {
    const command = setup(`${wanted} ${flags} --dry-run`);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain(problem);
  });

  it('shows the plan and changes nothing with --dry-run', async () => {
    const command = setup(`${wanted} --dry-run`);
    expect(await command.exit()).toBe(0);
    expect(command.output()).toContain('+  create  user pool oidc-pool-1');
    expect(command.output()).toContain('Domain: <made from the id of the pool>');
    expect(command.output()).toContain('Schema: email, name, given_name, family_name mutable');
    expect(command.output()).toContain('add CLIENT_SECRET: (hidden)');
    expect(command.output()).toContain('Dry run: nothing was changed.');
    expect([pools.dump().pools, existsSync(envFile)]).toEqual([[], false]);
  });

  it('changes nothing where nobody can be asked', async () => {
    const command = setup(wanted);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain('add --yes to do this, or --dry-run');
    expect([pools.dump().pools, existsSync(envFile)]).toEqual([[], false]);
  });

  it.each([
    ['yes', true],
    ['Y', true],
    ['no', false],
    ['', false],
  ])('takes the answer "%s" as %s', async (answer, isAgreed) => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const asked = confirm('Do this?', input, output);
    input.write(`${answer}\n`);
    expect(await asked).toBe(isAgreed);
    expect(String(output.read())).toContain('Do this? (yes/no)');
  });

  it('takes a terminal that goes away as a no', async () => {
    const input = new PassThrough();
    const asked = confirm('Do this?', input, new PassThrough());
    input.end();
    expect(await asked).toBe(false);
  });

  it('prints a template without asking AWS anything', async () => {
    const command = setup(`--base-url ${site} --print cloudformation`, {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    });
    expect(await command.exit()).toBe(0);
    expect(command.output()).toMatch(/^AWSTemplateFormatVersion: /);
  });
});

describe('lifeguard setup, when it cannot speak to AWS', () => {
  it('says what to install when the SDK is missing', async () => {
    const hook = join(folder, 'no-sdk.mjs');
    writeFileSync(
      hook,
      `import { register } from 'node:module';
      const source = \`export async function resolve(specifier, context, next) {
        return next(specifier.replace('@aws-sdk/', '@not-installed/'), context);
      }\`;
      register('data:text/javascript,' + encodeURIComponent(source));`,
    );
    const command = setup(wanted, { NODE_OPTIONS: `--import=file://${hook}` });
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain('npm install @aws-sdk/client-cognito-identity-provider');
  });

  it('says that it cannot be reached', async () => {
    const command = setup(`${wanted} --endpoint-url http://127.0.0.1:9`);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toBe(
      'Cognito cannot be reached at http://127.0.0.1:9 (ECONNREFUSED): check --endpoint-url (or AWS_ENDPOINT_URL), and that something listens there.\n',
    );
  });

  it('says that something else than Cognito answers', async () => {
    const page = createServer((_req, res) => res.end('<p>Welcome!</p>')).listen(0);
    const { port: where } = page.address() as AddressInfo;
    const command = setup(`${wanted} --endpoint-url http://127.0.0.1:${where}`);
    expect(await command.exit()).toBe(1);
    page.close();
    expect(command.errors()).toBe(
      `Cognito cannot be reached at http://127.0.0.1:${where} (what answers there is not Cognito: no JSON): check --endpoint-url (or AWS_ENDPOINT_URL), and that something listens there.\n`,
    );
  });

  it('says which region and proxy to look at where AWS itself cannot be reached', async () => {
    const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', HOME: folder };
    const command = lifeguard(`setup ${wanted} --region nowhere-1`, keys, folder);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toMatch(
      /^Cognito cannot be reached at https:\/\/cognito-idp\.nowhere-1\.amazonaws\.com \(E\w+\): check --region, .*HTTPS_PROXY/,
    );
  });

  it('says which flag or variable gives the region', async () => {
    const command = lifeguard(`setup ${wanted}`, { HOME: folder }, folder);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain('add --region, or set AWS_REGION');
  });

  it('says how to sign in when there are no credentials', async () => {
    const nothing = { HOME: folder, AWS_EC2_METADATA_DISABLED: 'true' };
    const command = lifeguard(`setup ${wanted} --region eu-west-1`, nothing, folder);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain('No AWS credentials were found');
  });
});

describe('lifeguard setup --yes', () => {
  let password = '';

  it('makes the pools, prints the password once, and writes .env for its owner alone', async () => {
    writeFileSync(envFile, `# the shop\nPORT=${port}\nSESSION_STORE=file:./sessions\n`);
    chmodSync(envFile, 0o644);
    const command = setup(`${wanted} --yes`);
    expect(await command.exit()).toBe(0);
    [, password = ''] = /Password {2}(\S+)/.exec(command.output()) ?? [];
    expect(command.output().split(password)).toHaveLength(2);

    expect(statSync(envFile).mode & 0o777).toBe(0o600);
    const text = readFileSync(envFile, 'utf8');
    expect(text.startsWith(`# the shop\nPORT=${port}\nSESSION_STORE=file:./sessions\n`)).toBe(true);
    const values = parseEnv(text);
    const { id, secret } = pools.pool('oidc-pool-1').client('site');
    expect(values).toMatchObject({ BASE_URL: site, CLIENT_ID: id, CLIENT_SECRET: secret });
    for (const hidden of [secret, values['SESSION_SECRET']]) {
      expect(command.output()).not.toContain(hidden);
    }
  });

  it('has nothing to change the second time, and takes BASE_URL from .env', async () => {
    const before = readFileSync(envFile, 'utf8');
    const command = setup('--yes');
    expect(await command.exit()).toBe(0);
    expect(command.output()).toContain('Nothing to change.');
    expect(command.output()).not.toMatch(/[+~] {2}c/);
    expect(readFileSync(envFile, 'utf8')).toBe(before);
  });

  it('changes a value of .env only when that was agreed to', async () => {
    const right = readFileSync(envFile, 'utf8');
    const wrong = right
      .replace(/CLIENT_ID=.*/, 'CLIENT_ID=mine')
      .replace(/CLIENT_SECRET=.*/, 'CLIENT_SECRET=of-mine');
    writeFileSync(envFile, wrong);
    const asking = setup('--region eu-west-1');
    expect(await asking.exit()).toBe(1);
    expect(asking.output()).toContain('replace CLIENT_ID');
    expect(readFileSync(envFile, 'utf8')).toBe(wrong);
    // It is another set-up's file, by all it says: what it loses is agreed to by itself.
    const refused = setup('--yes');
    expect(await refused.exit()).toBe(1);
    expect(refused.output()).toContain(`replace CLIENT_ID: mine -> `);
    expect(refused.output()).toMatch(/Removals:[^]*, CLIENT_ID: mine\n/);
    expect(refused.output()).toMatch(/, CLIENT_SECRET: a secret, cannot be restored/);
    expect(refused.errors()).toContain('--allow-removals');
    expect(readFileSync(envFile, 'utf8')).toBe(wrong);
    const agreed = setup('--yes --allow-removals');
    expect(await agreed.exit()).toBe(0);
    expect(readFileSync(envFile, 'utf8')).toBe(right);
    const [, backup] = /--restore (\S+\.json) --endpoint-url/.exec(agreed.output())!;
    const restored = setup(`--restore ${backup} --yes`);
    expect(await restored.exit()).toBe(1);
    expect(restored.output()).toMatch(/CLIENT_ID in .*\.env was mine: set it by hand\./);
    expect(restored.output()).toMatch(
      /CLIENT_SECRET in .*\.env was another, which is in no backup/,
    );
  });

  it('leaves nothing behind for doctor to find', async () => {
    const doctor = lifeguard(`doctor --strict --endpoint-url ${pools.url}`, {}, folder);
    expect(await doctor.exit(), doctor.output()).toBe(0);
    expect(doctor.output()).toContain('All is well.');
  });

  it('leaves a site behind that signs people in, and out again at both pools', async () => {
    const serve = lifeguard('serve', {}, folder);
    await serve.says('"listening"');
    const browser = createBrowser();
    const signIn = await browser.get(`${site}/profile`);
    expect(signIn.url).toContain(pools.pool('oidc-pool-2').domain);
    const change = await browser.submit(signIn, { username: 'alice', password });
    const chosen = 'Correct-Horse-7-Battery';
    const profile = await browser.submit(change, {
      new_password: chosen,
      new_password_confirm: chosen,
    });
    expect(profile.url).toBe(`${site}/profile`);
    expect(profile.html).toContain('alice@example.com');

    const out = await browser.click(profile, 'Sign out');
    expect(out.url).toBe(`${site}/signed-out`);
    const visited = out.history.map(({ url }) => url);
    for (const name of ['oidc-pool-1', 'oidc-pool-2']) {
      const logout = `${pools.pool(name).domain}/logout`;
      expect(visited.some((url) => url.startsWith(logout))).toBe(true);
    }
    const again = await browser.get(`${site}/profile`);
    expect(again.document.querySelector('[name="password"]')).not.toBeNull();
  });
});
