import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pools } from '../../../src/pools/index.js';
import type { CognitoApi } from '../../../src/program/setup/account/cognito-api.js';
import { emptyFolder, endCommands, lifeguard } from '../cli/command.js';
import { wholeAccount } from './accounts.js';
import { type ApiProxy, startApiProxy } from './api-proxy.js';
import { apiOf, emptyAccount } from './world.js';

/*
 * Between the moment when setup reads and the moment when it writes somebody thinks it over, and
 * others work in the same account.
 */

let pools: Pools;
let api: CognitoApi;
let folder: string;
let proxy: ApiProxy;
/** What happens once this operation was answered for the first time, with the site's client. */
let then: { operation: string; happens: () => Promise<unknown> } | undefined;

beforeEach(async () => {
  pools = await emptyAccount();
  api = await apiOf(pools);
  folder = emptyFolder();
  then = undefined;
  proxy = await startApiProxy(pools, async (operation, body) => {
    const now = then;
    if (operation !== now?.operation || !body.includes('"ClientName":"site"')) return body;
    then = undefined;
    await now.happens();
    return body;
  });
  expect((await run('setup --base-url https://www.example.com --yes')).code).toBe(0);
});
afterEach(async () => {
  await proxy.close();
  await pools.close();
});
afterAll(() => endCommands());

async function run(line: string): Promise<{ code: number | null; output: string }> {
  const command = lifeguard(line, { AWS_ENDPOINT_URL: proxy.url }, folder);
  return { code: await command.exit(), output: command.output() };
}

/** Brings a URL more to each client, and another BASE_URL to the file. */
const next = 'setup --base-url https://next.example.com --yes --allow-removals';
const envFile = (): string => join(folder, '.env');

async function siteClient(): Promise<Record<string, unknown>> {
  const whole = await wholeAccount(api);
  const clients = Object.values(whole) as Record<string, unknown>[];
  return clients.find(({ ClientName }) => ClientName === 'site')!;
}

/** What a colleague does in the console. */
async function changeSiteClient(changes: object): Promise<void> {
  const client = await siteClient();
  await api.cognito.updateUserPoolClient({
    ...client,
    ...changes,
  } as unknown as Parameters<typeof api.cognito.updateUserPoolClient>[0]);
}

const backupIn = (output: string): string => /--restore (\S+)/.exec(output)![1]!;

describe('what others change in the account while setup runs', () => {
  it('stays, also when setup is taken back, where it is nothing of the plan', async () => {
    const happens = (): Promise<void> => changeSiteClient({ RefreshTokenValidity: 7 });
    then = { operation: 'DescribeUserPoolClient', happens };
    const { code, output } = await run(next);
    expect(code, output).toBe(0);
    expect(output).toContain('BASE_URL: https://www.example.com -> https://next.example.com');
    expect(await siteClient()).toMatchObject({
      RefreshTokenValidity: 7,
      CallbackURLs: ['https://www.example.com/callback', 'https://next.example.com/callback'],
    });
    await run(`setup --restore ${backupIn(output)} --yes --allow-removals`);
    expect(await siteClient()).toMatchObject({
      RefreshTokenValidity: 7,
      CallbackURLs: ['https://www.example.com/callback'],
    });
  });

  it('stops the run where the plan would be another', async () => {
    const happens = (): Promise<void> =>
      changeSiteClient({ CallbackURLs: ['https://shop.example.com/callback'] });
    then = { operation: 'DescribeUserPoolClient', happens };
    const { code, output } = await run(next);
    expect(code, output).toBe(1);
    expect(output).toContain('Stopped at: change app client site of oidc-pool-1.\nSomebody has');
    expect(await siteClient()).toMatchObject({
      CallbackURLs: ['https://shop.example.com/callback'],
    });
    expect((await run(next)).code).toBe(0);
    expect(await siteClient()).toMatchObject({
      CallbackURLs: ['https://shop.example.com/callback', 'https://next.example.com/callback'],
    });
  });

  it('stops the making of what they have made', async () => {
    const fresh = 'setup --base-url https://www.example.com --api --yes';
    const { UserPoolId } = await siteClient();
    const happens = (): Promise<unknown> =>
      api.cognito.createResourceServer({
        UserPoolId: String(UserPoolId),
        Identifier: 'orders',
        Name: 'Orders',
        Scopes: [{ ScopeName: 'write', ScopeDescription: 'Write orders' }],
      });
    then = { operation: 'DescribeUserPoolClient', happens };
    const { code, output } = await run(fresh);
    expect(code, output).toBe(1);
    expect(output).toContain('was not made by setup');
  });

  it('stops a restore before it has changed anything', async () => {
    const { output } = await run(next);
    const happens = (): Promise<void> =>
      changeSiteClient({ CallbackURLs: ['https://shop.example.com/callback'] });
    then = { operation: 'DescribeUserPoolClient', happens };
    const line = `setup --restore ${backupIn(output)} --yes --allow-removals`;
    const stopped = await run(line);
    expect(stopped.code).toBe(1);
    expect(stopped.output).toContain('Somebody has changed it since the plan was made.');
    expect(await siteClient()).toMatchObject({
      CallbackURLs: ['https://shop.example.com/callback'],
    });
  });
});

it('says where a restore stopped that Cognito refuses, and that the same command goes on', async () => {
  const { output } = await run(next);
  const path = join(folder, backupIn(output));
  const text = readFileSync(path, 'utf8');
  // The first in the file is of before, the second of after.
  writeFileSync(path, text.replace('"https://www.example.com/callback"', '"no address"'));
  const stopped = await run(`setup --restore ${backupIn(output)} --yes --allow-removals`);
  expect(stopped.code).toBe(1);
  expect(stopped.output).toMatch(
    /Stopped at: restore app client site of oidc-pool-1\.\nAWS answered InvalidParameterException: .*\nWhat was done stays; the same command goes on from here\./,
  );
});

describe('a settings file that somebody edits while setup runs', () => {
  it('keeps what was written, and nothing is done', async () => {
    const before = await wholeAccount(api);
    const text = readFileSync(envFile(), 'utf8');
    const happens = async (): Promise<void> => appendFileSync(envFile(), 'LOG_LEVEL=debug\n');
    then = { operation: 'DescribeUserPoolClient', happens };
    const { code, output } = await run(next);
    expect(code, output).toBe(1);
    expect(output).toMatch(/\.env has been changed since it was read\. Nothing was changed;/);
    expect(await wholeAccount(api)).toEqual(before);
    expect(readFileSync(envFile(), 'utf8')).toBe(`${text}LOG_LEVEL=debug\n`);
  });

  it('keeps it too where the account is changed by then, and the next run writes the rest', async () => {
    const happens = async (): Promise<void> => writeFileSync(envFile(), 'LOG_LEVEL=debug\n');
    then = { operation: 'UpdateUserPoolClient', happens };
    const { code, output } = await run(next);
    expect(code, output).toBe(1);
    expect(output).toContain('The user pools are done; the same command writes the file.');
    expect(readFileSync(envFile(), 'utf8')).toBe('LOG_LEVEL=debug\n');
    expect((await run(next)).code).toBe(0);
    expect(readFileSync(envFile(), 'utf8')).toMatch(/^LOG_LEVEL=debug\nBASE_URL=https:\/\/next/);
  });
});

it('takes back what it did without telling a secret to a program that asks for JSON', async () => {
  const { output } = await run(next);
  const line = `setup --restore ${backupIn(output)} --json`;
  const whole = JSON.stringify(await wholeAccount(api));
  const secrets = [...whole.matchAll(/"(?:ClientSecret|client_secret)":"([^"]+)"/g)];
  expect(secrets.length).toBeGreaterThan(1);
  for (const how of ['--dry-run', '--yes', '--yes --allow-removals']) {
    const restored = await run(`${line} ${how}`);
    expect(restored.output).toContain('"app client site of oidc-pool-1"');
    for (const [, secret] of secrets) expect(restored.output).not.toContain(secret);
  }
});
