import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { refuseSlips } from '../../../src/program/cli/slips.js';
import { emptyFolder, endCommands, lifeguard } from './command.js';

afterAll(endCommands);

describe('an empty value, as of a shell variable that is not set,', () => {
  it.each([
    ['demo', '--port'],
    ['serve', '--settings-file'],
    ['pools', '--state'],
    ['setup', '--settings-file'],
    ['setup', '--region'],
    ['setup', '--adopt-pool'],
    ['setup', '--print'],
    ['doctor', '--endpoint-url'],
    ['end-sessions', '--settings-file'],
    ['rotate-secret', '--wait'],
  ])('is refused by %s %s, before anything is done', async (name, option) => {
    const command = lifeguard([name, option, '']);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toMatch(/^error: option '--.*' argument '' is invalid\. It is empty/);
  });

  it('is refused for every kind of option and argument', () => {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
    const list = (item: string, before: string[]): string[] => [...before, item];
    const command = program
      .command('do')
      .argument('[what]')
      .option('--path <path>', '', 'usual')
      .option('--list <item>', '', list, [])
      .option('--wait [seconds]')
      .addOption(new Option('--kind <kind>').choices(['one', 'two']))
      .option('--flag');
    refuseSlips(program.commands, list);
    const parsed = (...words: string[]): object => {
      program.parse(['do', ...words], { from: 'user' });
      return { ...command.opts(), args: command.args };
    };
    for (const words of [['--path', ''], ['--path='], ['--list', 'a', '--list', ' '], ['']]) {
      expect(() => parsed(...words)).toThrow('It is empty');
    }
    expect(() => parsed('--wait', '')).toThrow('It is empty');
    expect(() => parsed('--kind', '')).toThrow('It is empty');
    expect(() => parsed('--kind', 'three')).toThrow('one, two');
    expect(parsed('--list', 'a', '--list', 'b', '--wait', '--kind', 'two', '--flag', 'x')).toEqual({
      path: 'usual',
      list: ['a', 'b'],
      wait: true,
      kind: 'two',
      flag: true,
      args: ['x'],
    });
  });

  it.each([
    ['end-sessions', 'sub'],
    ['init', 'folder'],
  ])('is refused for the argument of %s', async (name, argument) => {
    const command = lifeguard([name, '']);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toMatch(new RegExp(`^error: .*'${argument}'.* It is empty`));
  });
});

describe('what would not count', () => {
  it.each([
    ['setup --base-url https://a.example --base-url https://b.example', /more than once/],
    ['serve --port 3001 --port 3002', /more than once/],
    ['setup --restore backup.json --print cdk', /'--restore <file>' cannot be used with .*--print/],
    ['setup --restore backup.json --adopt-pool x', /cannot be used with .*--adopt-pool/],
    ['setup --restore backup.json --user alice', /cannot be used with .*--user/],
    ['init app --javascript --typescript', /'--javascript' cannot be used with .*--typescript/],
    ['setup --overwrite-later-changes', / --overwrite-later-changes is for a restore/],
  ])('is refused: %s', async (line, words) => {
    const command = lifeguard(line);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toMatch(words);
  });
});

describe('a program that asked for JSON', () => {
  it.each<[string, string[]]>([
    ["unknown option '--foo'", ['--foo']],
    ["option '--settings-file <path>' argument missing", ['--settings-file']],
    [
      "option '--settings-file <path>' argument '' is invalid. It is empty",
      ['--settings-file', ''],
    ],
    ['too many arguments', ['what']],
    ['Node takes --env-file for itself', ['--env-file', 'there']],
  ])('is given it also for a mistake of usage: %s', async (reason, words) => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'there'), '');
    const ask = async (line: readonly string[]): Promise<unknown> => {
      const command = lifeguard(line, {}, folder);
      expect(await command.exit()).toBe(1);
      expect(command.errors()).toContain(reason);
      return JSON.parse(command.printed());
    };
    const failure: unknown = expect.stringMatching(/^(?!error: )/);
    for (const doctor of [
      ['doctor', '--json', ...words],
      ['doctor', ...words, '--json'],
    ].slice(0, words[0] === '--settings-file' && words.length === 1 ? 1 : 2)) {
      expect(await ask(doctor)).toEqual({ exitCode: 1, checks: [], findings: [], failure });
    }
    expect(await ask(['setup', '--json', ...words])).toEqual({
      result: 'failed',
      problems: [expect.stringContaining(reason)],
    });
  });

  it('is given it also where setup cannot read the settings, or the proxy', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, '.env'), 'what is this\n');
    const broken = lifeguard('setup --json', {}, folder);
    expect(await broken.exit()).toBe(1);
    expect(JSON.parse(broken.printed())).toEqual({
      result: 'failed',
      problems: [expect.stringMatching(/^\.env line 1 has no "="/)],
    });
    const proxied = lifeguard('setup --json', { HTTPS_PROXY: 'ftp://x' });
    expect(await proxied.exit()).toBe(1);
    expect(JSON.parse(proxied.printed())).toMatchObject({
      result: 'failed',
      problems: [expect.stringContaining('HTTPS_PROXY')],
    });
  });

  it('is given the help it asked for, and no document', async () => {
    const command = lifeguard('doctor --json --help');
    expect(await command.exit()).toBe(0);
    expect(command.printed()).toMatch(/^Usage: /);
  });

  it('nobody else is given a document', async () => {
    for (const line of ['doctor --foo', 'setup --foo', 'serve --json', 'foo --json']) {
      const command = lifeguard(line);
      expect(await command.exit()).toBe(1);
      expect(command.printed()).toBe('');
      expect(command.errors()).toMatch(/^error: /);
    }
  });
});
