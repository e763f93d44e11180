import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startPools, type Pools } from '../../../src/pools/index.js';
import { emptyFolder, endCommands, lifeguard } from '../cli/command.js';
import { changedPaths, unannounced, wholeAccount, type PlannedStep } from './accounts.js';
import type { ApiProxy } from './api-proxy.js';
import { startNewerCognito } from './newer-cognito.js';
import { accounts, halfMade, SITE, type Account } from './ten-accounts.js';
import { apiOf } from './world.js';

/*
 * `setup`, `doctor`, `setup` again and `setup --restore`, as commands, in accounts that are not
 * empty. The whole account is read before and after each, and nothing in it may differ but what the
 * plan has announced.
 */

interface Outcome {
  readonly code: number | null;
  readonly errors: string;
  readonly document: {
    readonly result: string;
    readonly steps: readonly PlannedStep[];
    readonly backup?: string;
    readonly problems?: readonly string[];
    readonly impossible?: readonly string[];
    readonly findings?: readonly { code: string }[];
  };
}

const open: Pools[] = [];
const newer: ApiProxy[] = [];
afterEach(async () => {
  for (const each of newer.splice(0)) await each.close();
  for (const pools of open.splice(0)) await pools.close();
});
afterAll(() => endCommands());

describe.each(Object.entries(accounts))('an account: %s', (name, account) => {
  it('is changed as announced, and comes back', async () => {
    const world = await prepared(name, account);
    const { setup, doctor, whole } = world;
    const flags = await refusedFirst(world, account);
    if (flags === undefined) return;

    const before = await whole();
    const planned = await setup(`${flags} --dry-run`);
    expect(planned.document.result, planned.errors).toBe('planned');
    expect(await whole()).toEqual(before);

    const made = await setup(`${flags} --yes`);
    expect(made.code, made.errors).toBe(0);
    const after = await whole();
    expect(made.document.steps).toEqual(planned.document.steps);
    expect(unannounced(before, after, planned.document.steps)).toEqual([]);
    expect(Object.keys(before).filter((key) => !(key in after))).toEqual([]);

    const { document } = await doctor();
    expect(
      document.findings?.map(({ code }) => code),
      JSON.stringify(document.findings),
    ).toEqual(account.findings ?? []);
    expect(await whole()).toEqual(after);

    const again = await setup(`${withoutAdoption(flags)} --yes`);
    expect(again.document, again.errors).toMatchObject({ result: 'unchanged', steps: [] });
    expect(await whole()).toEqual(after);

    const restored = await setup(`--restore ${made.document.backup} --yes --allow-removals`);
    const impossible = restored.document.impossible ?? [];
    expect(restored.code).toBe(impossible.length > 0 ? 1 : 0);
    const left = await whole();
    const different = changedPaths(before, left).filter((path) =>
      Object.keys(before).some((key) => path === key || path.startsWith(`${key} `)),
    );
    // Of what was there before: the marks of what setup has made there and does not delete, and the
    // domain among it.
    expect(
      different.filter((path) => !/ UserPoolTags lifeguard:setup:\w+$| Domain$/.test(path)),
    ).toEqual([]);
    // What it has made is named, and how to delete it.
    for (const { title, action } of made.document.steps) {
      const isNamed = impossible.some((line) => line.startsWith(`The ${title} was made by setup`));
      expect({ title, isNamed }).toEqual({ title, isNamed: action === 'create' });
    }
    expect(
      (await setup(`--restore ${made.document.backup} --yes --allow-removals`)).document,
    ).toMatchObject({
      result: 'unchanged',
    });
  });
});

interface World {
  readonly flags: string;
  readonly setup: (options: string) => Promise<Outcome>;
  readonly doctor: () => Promise<Outcome>;
  readonly whole: () => Promise<Record<string, unknown>>;
}

async function prepared(name: string, account: Account): Promise<World> {
  const pools = await startPools({ seed: account.seed ?? { pools: [] }, keys: 'fixed' });
  open.push(pools);
  const api = await apiOf(pools);
  const folder = emptyFolder();
  let endpoint = pools.url;
  const run = async (commandLine: string): Promise<Outcome> => {
    const command = lifeguard(
      commandLine.trim(),
      { AWS_ENDPOINT_URL: endpoint, TRUST_PROXY: '1' },
      folder,
    );
    const code = await command.exit();
    const printed = command.printed();
    const document = (printed === '' ? {} : JSON.parse(printed)) as Outcome['document'];
    return { code, errors: command.errors(), document };
  };
  const setup = (options: string): Promise<Outcome> =>
    run(`setup --base-url ${SITE} --json ${options.trim()}`);
  if (name === halfMade) await setup('--yes');
  const given = (await account.prepare?.(api, pools)) ?? '';
  if (account.isNewer === true) {
    const started = await startNewerCognito(pools, 'Describe*');
    newer.push(started);
    endpoint = started.url;
  }
  return {
    flags: `${account.flags ?? ''} ${given}`.trim(),
    setup,
    doctor: () => run(`doctor --endpoint-url ${pools.url} --json`),
    whole: () => wholeAccount(api),
  };
}

/**
 * Without what is given to it, setup touches nothing that others have made; and what it must not
 * have is refused although given.
 *
 * @returns the flags to go on with; nothing where there are none
 */
async function refusedFirst(
  { flags, setup, whole }: World,
  { refusal }: Account,
): Promise<string | undefined> {
  const before = await whole();
  const refused = async (options: string, says: RegExp): Promise<void> => {
    const { code, document } = await setup(`${options} --yes --allow-removals`);
    expect(code).toBe(1);
    expect(document.result).toBe('refused');
    expect(document.problems?.join('\n')).toMatch(says);
    expect(await whole()).toEqual(before);
  };
  if (flags.includes('--adopt')) await refused(withoutAdoption(flags), /was not made by setup/);
  if (refusal === undefined) return flags;
  await refused(flags, refusal.says);
  if (refusal.instead === undefined) return undefined;
  const [pool = ''] = /--adopt-pool \S+/.exec(flags) ?? [];
  return `${refusal.instead} ${pool}`;
}

const withoutAdoption = (flags: string): string =>
  flags.replaceAll(/ ?--adopt-\S+ \S+/g, '').trim();
