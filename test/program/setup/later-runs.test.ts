import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pools } from '../../../src/pools/index.js';
import { readActual } from '../../../src/program/setup/account/read-actual.js';
import { backupOf, withStepBegun } from '../../../src/program/setup/restore/backup.js';
import type { CognitoApi } from '../../../src/program/setup/account/cognito-api.js';
import { desiredFor } from '../../../src/program/setup/wanted/desired.js';
import { envChanges, envNotes } from '../../../src/program/setup/env/env-values.js';
import { planRestore } from '../../../src/program/setup/restore/plan-restore.js';
import { readBackedUp } from '../../../src/program/setup/restore/read-backed-up.js';
import { memberNames } from '../../../src/program/setup/account/sdk-model.js';
import { send } from '../../../src/program/setup/account/call.js';
import { emptyFolder, endCommands, lifeguard, type RunningCommand } from '../cli/command.js';
import { wholeAccount } from './accounts.js';
import { apiOf, emptyAccount, inputs, planNow, runSetup } from './world.js';

/* What meets a set-up that is there already, and a run that does not come to its end. */

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

const setup = (flags: string): RunningCommand =>
  lifeguard(`setup --base-url ${SITE} ${flags}`, { AWS_ENDPOINT_URL: pools.url }, folder);

const noFile = { path: '.env', exists: false, text: '', values: {}, isOpen: false };

/** The site's client with a secret that was added, and no longer the one it was made with. */
async function rotateSecret(): Promise<void> {
  const { MasterPool, SiteClient } = await runSetup(api);
  const ids = { UserPoolId: MasterPool?.Id, ClientId: SiteClient?.ClientId };
  await api.cognito.addUserPoolClientSecret(ids);
  const { ClientSecrets = [] } = await api.cognito.listUserPoolClientSecrets(ids);
  const ClientSecretId = ClientSecrets[0]?.ClientSecretId;
  await api.cognito.deleteUserPoolClientSecret({ ...ids, ClientSecretId });
}

describe('a settings file', () => {
  it('gets no secret that Cognito shows to nobody, and the operator is told', async () => {
    await rotateSecret();
    const desired = desiredFor(inputs);
    const actual = await runSetup(api);
    const changes = envChanges(desired, actual, noFile);
    expect(changes.map(({ name }) => name)).not.toContain('CLIENT_SECRET');
    expect(envNotes(changes, actual, noFile)).toEqual([
      expect.stringMatching(/was rotated, .*copy CLIENT_SECRET from where the site has it/),
    ]);
    const has = {
      ...noFile,
      values: { CLIENT_ID: actual.SiteClient?.ClientId, CLIENT_SECRET: 'x' },
    };
    expect(envNotes(envChanges(desired, actual, has), actual, has)).toEqual([]);
  });

  it('that leaves the secret to another file, has that told of for another client', async () => {
    const actual = await runSetup(api);
    const other = { ...noFile, values: { CLIENT_SECRET_FILE: './secret', CLIENT_ID: 'another' } };
    const desired = desiredFor(inputs);
    expect(envNotes(envChanges(desired, actual, other), actual, other)).toEqual([
      expect.stringMatching(
        /^\.\/secret \(CLIENT_SECRET_FILE\) is left to you: .*describe-user-pool-client/,
      ),
    ]);
    const same = {
      ...noFile,
      values: { CLIENT_SECRET_FILE: './secret', CLIENT_ID: actual.SiteClient?.ClientId },
    };
    expect(envNotes(envChanges(desired, actual, same), actual, same)).toEqual([]);
  });

  it('that cannot be written stops setup before it changes anything', async () => {
    const command = setup('--yes --settings-file nowhere/new.env');
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain('nowhere/new.env cannot be written (ENOENT).');
    expect(pools.dump().pools).toEqual([]);
  });
});

describe('the backup', () => {
  it('knows of a change whose answer never came', async () => {
    const { MasterPool, SiteClient } = await runSetup(api);
    const ids = { UserPoolId: MasterPool!.Id, ClientId: SiteClient!.ClientId };
    const { resources } = desiredFor(inputs);
    const described = async () => (await api.cognito.describeUserPoolClient(ids)).UserPoolClient!;
    await api.cognito.updateUserPoolClient({
      ...(await described()),
      ...ids,
      CallbackURLs: ['https://a.example/in'],
    });
    const before = await readActual(api, resources, {
      pools: [],
      clients: [],
      providers: [],
      resourceServers: [],
    });
    const settings = { path: '.env', before: {} };
    const kept = backupOf(resources, before, { region: api.region, now: new Date(), settings });
    const [step] = (await planNow(api)).steps;
    const begun = withStepBegun(kept, step!, before);
    const restoring = async () => ({
      current: await readBackedUp(api, begun),
      updatable: {
        'app client': memberNames(api.sdk.UpdateUserPoolClientRequest$),
        'identity provider': memberNames(api.sdk.UpdateIdentityProviderRequest$),
      },
      isOverwriting: false,
    });
    // Cut off before the call, there is nothing to take back.
    expect(planRestore(begun, await restoring())).toEqual({ steps: [], left: [], impossible: [] });
    await send(api.cognito, step!.call!);
    const { steps } = planRestore(begun, await restoring());
    expect(steps.map(({ title }) => title)).toEqual(['app client site of oidc-pool-1']);
    await send(api.cognito, steps[0]!.call);
    expect((await described()).CallbackURLs).toEqual(['https://a.example/in']);
  });

  it('is none of ours without the pools of what is in it, or with what we do not know', async () => {
    const made = setup('--yes');
    await made.exit();
    const [, name = ''] = /--restore (\S+\.json)/.exec(made.output()) ?? [];
    const before = await wholeAccount(api);
    const backup = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
      resources: { kind: string }[];
    };
    const edited = async (resources: object[]): Promise<string> => {
      writeFileSync(join(folder, 'edited.json'), JSON.stringify({ ...backup, resources }));
      const command = setup('--restore edited.json --yes --allow-removals');
      expect(await command.exit()).toBe(1);
      return command.errors();
    };
    const withoutPools = backup.resources.filter(({ kind }) => kind !== 'user pool');
    expect(await edited(withoutPools)).toContain('is no backup that setup has written');
    const other = backup.resources.map((each) => ({ ...each, kind: 'banana' }));
    expect(await edited(other)).toContain('is no backup that setup has written');
    expect(await wholeAccount(api)).toEqual(before);
  });

  it('says what is wrong with a file that is none, and is read as an editor leaves it', async () => {
    const made = setup('--yes');
    await made.exit();
    const [, name = ''] = /--restore (\S+\.json)/.exec(made.output()) ?? [];
    const text = readFileSync(join(folder, name), 'utf8');
    const restored = async (content: string): Promise<RunningCommand> => {
      writeFileSync(join(folder, 'edited.json'), content);
      const command = setup('--restore edited.json --yes');
      await command.exit();
      return command;
    };
    for (const [content, words] of [
      [text.slice(0, -20), 'edited.json is no backup, or a part of one: it is not JSON in UTF-8.'],
      [text.replace('"version": 1', '"version": 2'), 'edited.json was written by another version'],
      ['{"version": 2}', 'edited.json is no backup that setup has written.'],
      ['null', 'edited.json is no backup that setup has written.'],
    ] as const) {
      expect((await restored(content)).errors()).toContain(words);
    }
    const painted = text.replaceAll('user pool oidc', 'user pool \\u001b[31moidc');
    const whole = await restored(`\uFEFF${painted}`);
    expect(whole.output()).toContain('user pool \uFFFD[31moidc-pool-1 was made by setup');
    expect(whole.output()).not.toContain('\u001b');
  });
});

describe('what setup says', () => {
  it('has commands that go where it went', async () => {
    const made = setup('--api --yes --region eu-west-1');
    await made.exit();
    const place = `--region eu-west-1 --endpoint-url ${pools.url}`;
    expect(made.output()).toContain(
      `aws cognito-idp describe-user-pool-client ${place} --user-pool-id`,
    );
    const [, again = ''] = /"lifeguard (setup --restore [^"]+)" takes it back/.exec(made.output())!;
    expect(again).toContain(`--endpoint-url ${pools.url} --region eu-west-1`);
    const restored = lifeguard(`${again} --yes`, {}, folder);
    expect(await restored.exit()).toBe(1);
    expect(restored.output()).toContain(
      `aws cognito-idp delete-user-pool-client ${place} --user-pool-id`,
    );
  });

  it('says what each kind of pages makes of prompt, and nothing of styles that are there', async () => {
    const classic = setup('--dry-run');
    await classic.exit();
    expect(classic.output()).toContain('classic pages: they do not know prompt');
    const made = setup('--managed-login --yes');
    await made.exit();
    expect(made.output()).toContain('managed login: prompt=login asks for the password again');
    const again = setup('--yes');
    expect(await again.exit()).toBe(0);
    expect(again.output()).not.toContain('403');
  });

  it('is one document for a program, also where it does not get far', async () => {
    await setup('--yes').exit();
    const { MasterPool, SiteClient } = await runSetup(api);
    const ids = { UserPoolId: MasterPool?.Id, ClientId: SiteClient?.ClientId };
    const ExplicitAuthFlows = ['ALLOW_REFRESH_TOKEN_AUTH' as const];
    await api.cognito.updateUserPoolClient({
      ...SiteClient,
      ...ids,
      ExplicitAuthFlows,
      RefreshTokenRotation: { Feature: 'DISABLED' },
    });
    const documentOf = async (flags: string): Promise<unknown> => {
      const command = setup(flags);
      expect(await command.exit()).toBe(1);
      return JSON.parse(command.printed());
    };
    expect(await documentOf('--yes --json')).toMatchObject({
      result: 'refused',
      problems: [expect.stringContaining('--allow-removals')],
      removals: [expect.stringContaining('ALLOW_REFRESH_TOKEN_AUTH')],
    });
    expect(await documentOf('--json')).toMatchObject({
      result: 'refused',
      steps: [expect.anything()],
    });
    expect(await documentOf('--json --yes --domain-prefix aws')).toMatchObject({
      result: 'failed',
      problems: [expect.stringContaining('--domain-prefix')],
    });
  });
});
