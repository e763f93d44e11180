import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Pools } from '../../src/pools/index.js';
import { emptyFolder, endCommands, lifeguard } from '../program/cli/command.js';
import { deployTemplate, type Template } from '../program/setup/templates/cloudformation.js';
import {
  comparableAccount,
  comparableSettings,
  renamed,
} from '../program/setup/templates/compare.js';
import { emptyAccount } from '../program/setup/world.js';
import { repository, run } from './packed.js';

/*
 * What `setup --print cdk` prints, compiled with the real CDK's types, synthesised by it, and
 * deployed into the embedded pools.
 */

const SITE = 'https://www.example.com';

const SYNTHESISE = `
import { App } from 'aws-cdk-lib';
import { UserPools } from './stack.js';
const app = new App({ analyticsReporting: false });
new UserPools(app, 'UserPools');
console.log(JSON.stringify(app.synth().getStackByName('UserPools').template));
`;

describe('the stack that setup --print cdk prints', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeguard-cdk-'));
  let deployed: Pools;
  let account: Pools;
  beforeAll(() => {
    const dependencies = { 'aws-cdk-lib': '2.276.0', constructs: '10.8.1' };
    const manifest = { private: true, type: 'module', dependencies };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'synthesise.js'), SYNTHESISE);
    run(folder, 'npm', ['install', '--prefer-offline', '--no-audit', '--no-fund']);
  });
  beforeEach(async () => {
    [deployed, account] = [await emptyAccount(), await emptyAccount()];
  });
  afterEach(async () => {
    await deployed.close();
    await account.close();
  });
  afterAll(() => {
    endCommands();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The template that the CDK makes of what the command prints. */
  async function synthesised(flags: string): Promise<Template> {
    const command = lifeguard(`setup --base-url ${SITE} --print cdk ${flags}`);
    expect(await command.exit(), command.errors()).toBe(0);
    writeFileSync(join(folder, 'stack.ts'), command.printed());
    const options = '--strict --noUnusedLocals --skipLibCheck --module nodenext --target es2022';
    run(folder, process.execPath, [
      join(repository, 'node_modules/typescript/bin/tsc'),
      ...options.split(' '),
      '--types',
      '',
      'stack.ts',
    ]);
    const { Parameters, Resources, Outputs } = JSON.parse(
      run(folder, process.execPath, ['synthesise.js']),
    ) as Template;
    // What the CDK adds for its own deployments.
    const { BootstrapVersion: _version, ...own } = Parameters;
    return { Parameters: own, Resources, Outputs };
  }

  it.each([
    ['two pools', '--domain-prefix shop'],
    [
      'everything',
      '--domain-prefix shop --api --managed-login --user alice --email alice@example.com --label Staff',
    ],
  ])('makes what setup makes: %s', async (_shape, flags) => {
    const outputs = await deployTemplate(await synthesised(flags), deployed);
    const elsewhere = emptyFolder();
    const command = lifeguard(
      `setup --base-url ${SITE} --yes ${flags}`,
      { AWS_ENDPOINT_URL: account.url },
      elsewhere,
    );
    expect(await command.exit(), command.errors()).toBe(0);
    expect(await comparableAccount(deployed)).toEqual(await comparableAccount(account));
    const written = parseEnv(readFileSync(join(elsewhere, '.env'), 'utf8'));
    expect(comparableSettings(renamed(outputs), deployed)).toEqual(
      comparableSettings(written, account),
    );
  });

  it('has the logical ids of the CloudFormation template, and refuses the prefixes that setup refuses', async () => {
    const { Parameters, Resources } = await synthesised('--label A${B}`c`\\"d"');
    expect(Object.keys(Resources)).toEqual([
      'MasterPool',
      'UpstreamPool',
      'MasterDomain',
      'UpstreamDomain',
      'UpstreamClient',
      'IdentityProvider',
      'SiteClient',
    ]);
    const pattern = new RegExp(Parameters['DomainPrefix']!.AllowedPattern!);
    const prefixes = ['shop-1', 'aws', 'my-amazon-shop', 'cognito', '-a', 'a-', 'A'];
    expect(prefixes.filter((prefix) => pattern.test(prefix))).toEqual(['shop-1']);
    const template = await synthesised('--domain-prefix shop --label A${B}`c`\\"d"');
    const { IdentityProviders } = await deployTemplate(template, deployed);
    expect(JSON.parse(IdentityProviders!)).toMatchObject([{ label: 'A${B}`c`\\"d"' }]);
  });
});
