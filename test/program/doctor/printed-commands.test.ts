import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandFor, questionCommand } from '../../../src/program/doctor/findings/commands.js';
import type { Change } from '../../../src/program/doctor/findings/change.js';
import { emptyFolder } from '../cli/command.js';

/** Names that a shell would cut, expand or run, and one that looks like an option. */
const awkward = [
  'two words',
  '$(touch ran)',
  '`touch ran`',
  "it's",
  'a "quoted" one',
  'one --and another',
  '*',
  '; touch ran',
  '$HOME',
  'back\\slash',
  'http://127.0.0.1:9/fetched',
  'https://127.0.0.1:9/fetched',
  'file:///etc/hostname',
  '',
];

/** Runs lines in a shell whose `aws` only writes down what it was given, a call a line. */
function run(lines: string): {
  calls: string[][];
  hasRun: boolean;
  changed: string;
  files: string[];
} {
  const folder = emptyFolder();
  const aws = join(folder, 'aws');
  // What no name has in it ends an argument, and a call; written at once, since both ends of a pipe
  // write.
  const program = `#!/bin/sh
printf '%s\\037' "$@" "$(printf '\\036')" >> calls
case "$*" in
  *update-identity*) { cat; printf '%s' "$*" | sed 's/.*--cli-input-json //'; } | jq --slurp '{ ProviderDetails: .[0] } + .[1]' > changed ;;
  *update-*) printf '%s' "$*" | sed 's/.*--cli-input-json //' > changed ;;
esac
echo '{"ProviderDetails":{},"AttributeMapping":{"old":"x"},"CallbackURLs":[]}'`;
  writeFileSync(aws, program);
  chmodSync(aws, 0o755);
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
  execFileSync('sh', ['-e', '-c', lines], { cwd: folder, env });
  const read = (file: string): string => {
    try {
      return readFileSync(join(folder, file), 'utf8');
    } catch {
      return '';
    }
  };
  return {
    calls: read('calls')
      .split('\x1e\x1f')
      .slice(0, -1)
      .map((call) => call.split('\x1f').slice(0, -1)),
    hasRun: existsSync(join(folder, 'ran')),
    changed: read('changed'),
    files: readdirSync(folder).toSorted(),
  };
}

/** Commands of one pipe begin in any order. */
const readFirst = (calls: string[][]): string[][] =>
  calls.toSorted((left, right) => String(left[1]).localeCompare(String(right[1])));

/**
 * What the AWS CLI takes for an option: by itself, or in JSON where the value looks like a place to
 * read it from.
 */
function given(call: string[] = [], option: string): string | undefined {
  const at = call.indexOf(`--${option}`);
  if (at >= 0) return call[at + 1];
  const member = option.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
  const members = JSON.parse(call[call.indexOf('--cli-input-json') + 1] ?? '') as object;
  return (members as Record<string, string>)[member];
}

describe.each(awkward)('the commands that doctor prints, about something called %j', (name) => {
  it('name a client to the letter', () => {
    const change: Change = {
      kind: 'app-client',
      userPoolId: 'eu-west-1_Master001',
      clientId: name,
      add: { CallbackURLs: [name] },
    };
    const {
      calls: inAnyOrder,
      hasRun,
      changed,
      files,
    } = run(commandFor(change, 'http://127.0.0.1:4000'));
    const calls = readFirst(inAnyOrder);
    expect(given(calls[0], 'client-id')).toBe(name);
    expect(given(calls[0], 'endpoint-url')).toBe('http://127.0.0.1:4000');
    expect(calls[1]?.slice(0, 2)).toEqual(['cognito-idp', 'update-user-pool-client']);
    expect(files).toEqual(['aws', 'calls', 'changed']);
    expect(JSON.parse(changed)).toMatchObject({ CallbackURLs: [name] });
    expect(hasRun).toBe(false);
  });

  it('name a provider, its details and its mapping to the letter', () => {
    const change: Change = {
      kind: 'identity-provider',
      userPoolId: 'eu-west-1_Master001',
      name,
      details: { oidc_issuer: name },
      mapping: { [name]: name, old: null },
    };
    const { calls, hasRun, changed } = run(commandFor(change));
    expect(given(readFirst(calls)[0], 'provider-name')).toBe(name);
    expect(JSON.parse(changed)).toMatchObject({
      ProviderDetails: { oidc_issuer: name },
      AttributeMapping: { [name]: name },
    });
    expect(changed).not.toContain('old');
    expect(hasRun).toBe(false);
  });

  it('name a domain, and what they ask about, to the letter', () => {
    const domain = run(
      commandFor({ kind: 'domain', userPoolId: 'eu-west-1_Master001', prefix: name }),
    );
    expect(given(domain.calls[0], 'domain')).toBe(name);
    const question = run(
      questionCommand({
        userPoolId: 'eu-west-1_Master001',
        operation: 'describe-user-pool-client',
        options: { 'client-id': name, query: 'UserPoolClient.ClientSecret' },
      }),
    );
    expect(given(question.calls[0], 'client-id')).toBe(name);
    expect(given(question.calls[0], 'query')).toBe('UserPoolClient.ClientSecret');
    expect([domain.hasRun, question.hasRun]).toEqual([false, false]);
  });

  it('name the client that is given another secret to the letter', () => {
    const { calls, hasRun } = run(
      commandFor({ kind: 'client-secret', userPoolId: 'eu-west-1_Master001', clientId: name }),
    );
    expect(calls[0]?.slice(0, 2)).toEqual(['cognito-idp', 'add-user-pool-client-secret']);
    expect(given(calls[0], 'client-id')).toBe(name);
    expect(hasRun).toBe(false);
  });

  it('are a line of .env that a shell reads to the letter', () => {
    const lines = commandFor({ kind: 'environment', set: { BASE_URL: name } });
    const read = run(`${lines}\naws "$BASE_URL"`);
    expect(read.calls).toEqual([[name]]);
    expect(read.hasRun).toBe(false);
  });
});

it('a provider is written no secret where the client has none to show', () => {
  const change: Change = {
    kind: 'identity-provider',
    userPoolId: 'eu-west-1_Master001',
    name: 'oidc-pool-2',
    secretOf: { userPoolId: 'eu-west-1_Second001', clientId: 'any' },
  };
  const folder = emptyFolder();
  const aws = join(folder, 'aws');
  const program = `#!/bin/sh
case "$*" in
  *update-*) touch updated ;;
  *describe-user-pool-client*) echo null ;;
  *) echo '{"ProviderDetails":{"client_secret":"the good one"}}' ;;
esac`;
  writeFileSync(aws, program);
  chmodSync(aws, 0o755);
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
  const { status } = spawnSync('sh', ['-c', commandFor(change)], { cwd: folder, env });
  expect(status).not.toBe(0);
  expect(existsSync(join(folder, 'updated'))).toBe(false);
});
