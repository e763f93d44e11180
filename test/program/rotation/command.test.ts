import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AddUserPoolClientSecretCommand,
  ListUserPoolClientSecretsCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { emptyFolder, endCommands, lifeguard, type RunningCommand } from '../cli/command.js';
import { federatedPoolsSeed, startPools, type Pools } from '../../../src/pools/index.js';
import { sdkFor } from '../../pools/api/api.js';
import { environmentFor } from '../../support/world.js';

let pools: Pools;
let folder: string;
let file: string;
let old: string;
/** Everything the commands of a test have said. */
let said: RunningCommand[];

beforeEach(async () => {
  pools = await startPools({
    seed: federatedPoolsSeed({ baseUrl: 'http://localhost:3000' }),
    keys: 'fixed',
  });
  folder = emptyFolder();
  file = join(folder, 'client-secret');
  old = pools.pool('oidc-pool-1').client('site').secret!;
  writeFileSync(file, `${old}\n`, { mode: 0o600 });
  said = [];
});
afterEach(async () => {
  const secrets = [old, ...fileWords(), pools.pool('oidc-pool-1').client('site').secret!];
  const output = said.map((command) => command.output()).join('\n');
  await pools.close();
  for (const secret of secrets) expect(output).not.toContain(secret);
});
afterAll(endCommands);

const fileWords = (): string[] => readFileSync(file, 'utf8').split('\n').filter(Boolean);

const settings = (): Record<string, string> => ({
  ...environmentFor(pools),
  BASE_URL: 'http://localhost:3000',
  SESSION_SECRET: 'a secret for tests only - more than 32 bytes',
  SESSION_STORE: 'memory:',
});
const inFile = (): Record<string, string> => ({
  ...settings(),
  CLIENT_SECRET: '',
  CLIENT_SECRET_FILE: file,
});

function rotate(flags: string, environment: Record<string, string> = inFile()): RunningCommand {
  const command = lifeguard(
    `rotate-secret --endpoint-url ${pools.url} ${flags}`.trim(),
    environment,
    folder,
  );
  said.push(command);
  return command;
}

const where = () => {
  const master = pools.pool('oidc-pool-1');
  return { UserPoolId: master.id, ClientId: master.client('site').id };
};

async function idsAtThePool(): Promise<(string | undefined)[]> {
  const list = new ListUserPoolClientSecretsCommand(where());
  const { ClientSecrets = [] } = await sdkFor(pools).send(list);
  return ClientSecrets.map(({ ClientSecretId }) => ClientSecretId);
}

describe('lifeguard rotate-secret', () => {
  it('shows what it would do, and changes nothing where nobody can be asked', async () => {
    const command = rotate('');
    expect(await command.exit()).toBe(1);
    expect(command.output()).toContain(`~  change  ${file}: a new secret`);
    expect(command.output()).toContain('-  delete  the first secret of the app client');
    expect(command.errors()).toContain('add --yes');
    expect(fileWords()).toEqual([old]);
    expect(await idsAtThePool()).toHaveLength(1);
  });

  it('does all but the end where no process can be heard, and the end once the operator says so', async () => {
    const [first] = await idsAtThePool();
    const begun = rotate('--yes --wait 1');
    expect(await begun.exit()).toBe(2);
    expect(begun.output()).toContain('run this again with --confirm-deployed');
    const [newest, second] = fileWords();
    expect([second, fileWords().length]).toEqual([old, 2]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await idsAtThePool()).toHaveLength(2);

    const ended = rotate('--yes --confirm-deployed');
    expect(await ended.exit()).toBe(0);
    expect(ended.output()).toContain('A rotation of the client secret is under way');
    expect(ended.output()).toContain('Done.');
    expect(fileWords()).toEqual([newest]);
    expect(await idsAtThePool()).toHaveLength(1);
    expect(await idsAtThePool()).not.toContain(first);
  });

  it('lets the group that reads the file read it on, and nobody else', async () => {
    chmodSync(file, 0o644);
    expect(await rotate('--yes --confirm-deployed').exit()).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it('writes .env where the secret is in there, and leaves its other lines alone', async () => {
    const env = join(folder, '.env');
    const { CLIENT_SECRET, ...others } = settings();
    writeFileSync(env, `# ours\nCLIENT_SECRET=${CLIENT_SECRET}\nPORT=8080\n`);
    const begun = rotate('--yes', others);
    expect(await begun.exit()).toBe(2);
    expect(begun.output()).toContain('restart the site now, which reads CLIENT_SECRET in .env');
    const text = readFileSync(env, 'utf8');
    expect(parseEnv(text)['CLIENT_SECRET']).toMatch(new RegExp(`^[a-z0-9]{51} ${old}$`));
    expect(text).toMatch(/^# ours\nCLIENT_SECRET='.*'\nPORT=8080\n$/);
    expect(await rotate('--yes --confirm-deployed', others).exit()).toBe(0);
    const { secret } = pools.pool('oidc-pool-1').client('site');
    expect(parseEnv(readFileSync(env, 'utf8'))['CLIENT_SECRET']).toBe(secret);
    expect(secret).not.toBe(old);
  });

  it('says whose the secrets are that it did not make, and the command that deletes one', async () => {
    await sdkFor(pools).send(new AddUserPoolClientSecretCommand(where()));
    const [, other] = await idsAtThePool();
    const command = rotate('--yes --confirm-deployed');
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain('has two secrets');
    expect(command.errors()).toMatch(
      new RegExp(`aws cognito-idp delete-user-pool-client-secret .* --client-secret-id ${other}`),
    );
    expect(await idsAtThePool()).toHaveLength(2);
    expect(fileWords()).toEqual([old]);
  });

  it.each<[string, (at: Record<string, string>) => Record<string, string>, string]>([
    [
      'a secret in the environment alone',
      (at) => ({ ...at, CLIENT_SECRET: old, CLIENT_SECRET_FILE: '' }),
      'CLIENT_SECRET comes from the environment',
    ],
    [
      'a public client',
      (at) => ({ ...at, CLIENT_SECRET: 'none', CLIENT_SECRET_FILE: '' }),
      'CLIENT_SECRET is none',
    ],
    [
      'an issuer that is no user pool',
      (at) => ({ ...at, ISSUER: 'https://op.example' }),
      'ISSUER is no user pool',
    ],
    ['a pool that is not there', (at) => ({ ...at, CLIENT_ID: 'nobody' }), 'does not exist'],
    ['settings that are not complete', (at) => ({ ...at, BASE_URL: '' }), 'BASE_URL is missing'],
  ])('cannot do it with %s, and says why', async (_, change, words) => {
    const command = rotate('--yes --confirm-deployed', change(inFile()));
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain(words);
    expect(command.errors()).not.toMatch(/\n\s+at /);
    expect(fileWords()).toEqual([old]);
    expect(await idsAtThePool()).toHaveLength(1);
  });

  it('cannot do it with a secret that is not the client’s', async () => {
    writeFileSync(file, `${'x'.repeat(51)}\n`);
    const command = rotate('--yes --confirm-deployed');
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain('is no secret of the app client');
  });

  it('makes no session store where there is none', async () => {
    const SESSION_STORE = `file:${join(folder, 'sessions')}`;
    const command = rotate('--yes', { ...inFile(), SESSION_STORE });
    expect(await command.exit()).toBe(2);
    expect(existsSync(join(folder, 'sessions'))).toBe(false);
  });
});
