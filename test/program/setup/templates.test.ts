import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Pools } from '../../../src/pools/index.js';
import { emptyFolder, endCommands, lifeguard } from '../cli/command.js';
import { startOtherProvider, type OtherProvider } from '../../support/other-provider.js';
import { deployTemplate, type Template } from './templates/cloudformation.js';
import {
  comparableAccount,
  comparableSettings,
  renamed,
  settingName,
  type Settings,
} from './templates/compare.js';
import { applyModule, type Module } from './templates/terraform.js';
import { apiOf, emptyAccount } from './world.js';

/*
 * What `setup --print` prints, carried out by a small CloudFormation and a small Terraform at the
 * embedded pools, beside what `setup` itself makes. The CDK's stack is synthesised by the CDK, in
 * test/outside.
 */

const SITE = 'https://www.example.com';
const folder = emptyFolder();

let provider: OtherProvider;
let printedAccount: Pools;
let account: Pools;
beforeAll(async () => {
  provider = await startOtherProvider(SITE);
  writeFileSync(join(folder, 'secret.txt'), provider.clientSecret);
});
beforeEach(async () => {
  [printedAccount, account] = [await emptyAccount(), await emptyAccount()];
});
afterEach(async () => {
  await printedAccount.close();
  await account.close();
});
afterAll(async () => {
  endCommands();
  await provider.stop();
});

/** What the command prints; nothing is asked of AWS for it. */
async function printed(what: string, flags: string): Promise<string> {
  const command = lifeguard(
    `setup --base-url ${SITE} --print ${what} ${flags}`.trim(),
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
    folder,
  );
  expect(await command.exit(), command.errors()).toBe(0);
  return command.printed();
}

interface Tool {
  readonly name: string;
  /** Carries out what was printed. @returns the outputs, under the names of settings */
  deploy(text: string, given?: Record<string, string>): Promise<Settings>;
  /** The name of a parameter there. */
  parameter(name: string): string;
}

const tools: Tool[] = [
  {
    name: 'cloudformation',
    deploy: async (text, given) => {
      const outputs = await deployTemplate(parse(text) as Template, printedAccount, given);
      return renamed(outputs);
    },
    parameter: (name) => name,
  },
  {
    name: 'terraform',
    deploy: async (text, given) => {
      const outputs = await applyModule(JSON.parse(text) as Module, printedAccount, given);
      return renamed(outputs);
    },
    parameter: (name) => settingName(name).toLowerCase(),
  },
];

const shapes: [string, string][] = [
  ['two pools', ''],
  ['an API and a first user', '--api --user alice --email alice@example.com'],
  ['managed login', '--managed-login'],
  ['other names', '--master-name prod --upstream-name Corp --label Staff'],
];

for (const tool of tools) {
  describe(`setup --print ${tool.name}`, () => {
    it.each(shapes)('makes what setup makes: %s', async (_shape, flags) => {
      const whole = `--domain-prefix shop ${flags}`.trim();
      const outputs = await tool.deploy(await printed(tool.name, whole));
      const elsewhere = emptyFolder();
      const command = lifeguard(
        `setup --base-url ${SITE} --yes ${whole}`.trim(),
        { AWS_ENDPOINT_URL: account.url },
        elsewhere,
      );
      expect(await command.exit(), command.errors()).toBe(0);
      expect(await comparableAccount(printedAccount)).toEqual(await comparableAccount(account));

      const written = parseEnv(readFileSync(join(elsewhere, '.env'), 'utf8'));
      expect(comparableSettings(outputs, printedAccount)).toEqual(
        comparableSettings(written, account),
      );
    });

    it('makes what setup makes: a provider that exists, its secret not in the template', async () => {
      const flags = `--domain-prefix shop --upstream-name Other --upstream-issuer ${provider.issuer} --upstream-client-id ${provider.clientId} --upstream-client-secret-file ${join(folder, 'secret.txt')}`;
      const text = await printed(tool.name, flags);
      expect(text).not.toContain(provider.clientSecret);
      await expect(tool.deploy(text)).rejects.toThrow(tool.parameter('UpstreamClientSecret'));
      const outputs = await tool.deploy(text, {
        [tool.parameter('UpstreamClientSecret')]: provider.clientSecret,
      });
      expect(outputs['IDENTITY_PROVIDERS']).toContain(`${provider.issuer}/session/end`);
      const command = lifeguard(
        `setup --base-url ${SITE} --yes ${flags}`,
        { AWS_ENDPOINT_URL: account.url },
        emptyFolder(),
      );
      expect(await command.exit(), command.errors()).toBe(0);
      expect(await comparableAccount(printedAccount)).toEqual(await comparableAccount(account));
    });

    it('leaves nothing for setup to do but to be given what is there', async () => {
      await tool.deploy(await printed(tool.name, '--domain-prefix shop'));
      const { cognito } = await apiOf(printedAccount);
      const { UserPools = [] } = await cognito.listUserPools({ MaxResults: 60 });
      const flags = ['--adopt-provider oidc-pool-2'];
      for (const { Id } of UserPools) {
        const { UserPoolClients = [] } = await cognito.listUserPoolClients({ UserPoolId: Id });
        flags.push(...UserPoolClients.map(({ ClientId }) => `--adopt-client ${ClientId}`));
      }
      const command = lifeguard(
        `setup --base-url ${SITE} --yes --json ${flags.join(' ')}`,
        { AWS_ENDPOINT_URL: printedAccount.url },
        emptyFolder(),
      );
      expect(await command.exit(), command.errors()).toBe(0);
      const { steps, removals } = JSON.parse(command.printed()) as {
        steps: { action: string }[];
        removals: unknown[];
      };
      expect(new Set(steps.map(({ action }) => action))).toEqual(new Set(['adopt']));
      expect(removals).toEqual([]);
    });

    let text: string | undefined;
    it.each(['aws', 'my-amazon-shop', 'cognito', '-a', 'a-', 'A', 'a'.repeat(55)])(
      'refuses the prefix %s, as setup does',
      async (prefix) => {
        text ??= await printed(tool.name, '');
        const command = lifeguard(
          `setup --base-url ${SITE} --print ${tool.name} --domain-prefix=${prefix}`,
          {},
          folder,
        );
        expect(await command.exit()).toBe(1);
        expect(command.errors()).toContain('--domain-prefix');
        const given = { [tool.parameter('DomainPrefix')]: prefix };
        await expect(tool.deploy(text, given)).rejects.toThrow(/failed to satisfy|Invalid value/);
        expect(printedAccount.dump().pools).toEqual([]);
        await tool.deploy(text, { [tool.parameter('DomainPrefix')]: 'a'.repeat(54) });
      },
    );

    it('asks for the prefix when none was given', async () => {
      await expect(tool.deploy(await printed(tool.name, ''))).rejects.toThrow(
        tool.parameter('DomainPrefix'),
      );
    });

    it('writes a label as it is, whatever a template would make of it', async () => {
      const label = 'A${B}%{c}`d`\\"e"$(f)';
      const command = lifeguard(
        `setup --base-url ${SITE} --print ${tool.name} --domain-prefix shop --label ${label}`,
        {},
        folder,
      );
      expect(await command.exit(), command.errors()).toBe(0);
      const outputs = await tool.deploy(command.printed());
      expect(JSON.parse(String(outputs['IDENTITY_PROVIDERS']))).toMatchObject([{ label }]);
    });
  });
}

it('prints no secret of the site but what Terraform calls one', async () => {
  const template = parse(await printed('cloudformation', '')) as Template;
  expect(JSON.stringify(template.Outputs)).not.toContain('"ClientSecret"');
  const { output } = JSON.parse(await printed('terraform', '')) as Module;
  const secrets = Object.entries(output).filter(([, { sensitive }]) => sensitive);
  expect(secrets.map(([name]) => name)).toEqual(['client_secret']);
});

it('tells Terraform to leave what Cognito adds to a provider by itself', async () => {
  const module = JSON.parse(await printed('terraform', '--domain-prefix shop')) as Module;
  await applyModule(module, printedAccount);
  const { cognito } = await apiOf(printedAccount);
  const { UserPools = [] } = await cognito.listUserPools({ MaxResults: 60 });
  const UserPoolId = UserPools.find(({ Name }) => Name === 'oidc-pool-1')?.Id;
  const ids = { UserPoolId, ProviderName: 'oidc-pool-2' };
  const { IdentityProvider } = await cognito.describeIdentityProvider(ids);
  const [written] = Object.values(module.resource['aws_cognito_identity_provider'] ?? {}) as {
    provider_details: object;
    lifecycle: { ignore_changes: string[] };
  }[];
  const added = Object.keys(IdentityProvider?.ProviderDetails ?? {}).filter(
    (key) => !(key in written!.provider_details),
  );
  expect(added).not.toEqual([]);
  expect(written!.lifecycle.ignore_changes).toEqual(
    expect.arrayContaining(added.map((key) => `provider_details["${key}"]`)),
  );
});
