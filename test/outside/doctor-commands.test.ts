import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { DescribeUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, describe, expect, it } from 'vitest';
import type { Diagnosed } from '../../src/program/doctor/diagnose.js';
import { emptyFolder } from '../program/cli/command.js';
import { type Misconfiguration, misconfigurations } from '../program/doctor/misconfigurations.js';
import { type Patient, startPatient } from '../program/doctor/patient.js';
import { findProgram } from '../support/system-program.js';

const run = promisify(execFile);

const first = findProgram({
  name: 'the aws CLI',
  variable: 'AWS_CLI_PATH',
  candidates: ['aws', '/usr/bin/aws'],
  aptPackage: 'awscli',
  brewArguments: ['awscli'],
});
const jq = findProgram({
  name: 'jq',
  variable: 'JQ_PATH',
  candidates: ['jq'],
  aptPackage: 'jq',
  brewArguments: ['jq'],
});

/** Every other one on this machine: version 1 reads arguments otherwise than version 2. */
const others = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'aws'))
  .filter((each) => {
    try {
      return each !== first && realpathSync(each) !== realpathSync(first ?? '');
    } catch {
      return false;
    }
  })
  .slice(0, 1);

let patient: Patient | undefined;
afterEach(async () => {
  await patient?.stop();
  patient = undefined;
});

/** What is printed for it is a command of the AWS CLI that changes something. */
async function illWith({ seed, spoil }: Misconfiguration): Promise<Diagnosed | undefined> {
  patient = await startPatient(seed);
  await spoil?.(patient);
  const [finding] = (await patient.examine('inside')).findings;
  const { change } = finding?.fix ?? {};
  // A secret that is made mends nothing before somebody has written it where it belongs.
  const isForPeople = change?.kind === 'environment' || change?.kind === 'client-secret';
  return change === undefined || isForPeople ? undefined : finding;
}

const NEWEST = 'add-user-pool-client-secret';

/** The first of these CLIs that has the operation. */
async function whichKnows(clis: readonly string[], operation: string): Promise<string | undefined> {
  for (const cli of clis) {
    const refusal = await run(cli, ['cognito-idp', operation]).then(
      () => '',
      ({ stderr }: { stderr?: string }) => stderr ?? '',
    );
    if (!refusal.includes('Invalid choice')) return cli;
  }
  return undefined;
}

/** Pastes it into a shell in an empty folder. */
async function paste(
  command: string,
  aws: string,
): Promise<{ readonly shown: string; readonly left: readonly string[] }> {
  const folder = emptyFolder();
  const programs = mkdtempSync(join(tmpdir(), 'lifeguard-aws-'));
  symlinkSync(aws, join(programs, 'aws'));
  const { stdout, stderr } = await run('sh', ['-c', command], {
    cwd: folder,
    env: {
      PATH: `${programs}${delimiter}${process.env['PATH']}`,
      HOME: folder,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'not-a-secret',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
      // Where the CLI keeps its own things belongs to no command.
      AWS_CLI_HISTORY_FILE: '/dev/null',
    },
  });
  const left = readdirSync(folder).filter((each) => each !== '.aws');
  return { shown: stdout + stderr, left };
}

async function secretsIn({ pools, sdk }: Patient): Promise<string[]> {
  const clients = [
    pools.pool('oidc-pool-1').client('site').id,
    pools.pool('oidc-pool-2').client('master-pool').id,
  ];
  const [UserPoolId, second] = [pools.pool('oidc-pool-1').id, pools.pool('oidc-pool-2').id];
  const described = await Promise.all(
    clients.map(async (ClientId, index) => {
      const ids = { UserPoolId: index === 0 ? UserPoolId : second, ClientId };
      return (await sdk.send(new DescribeUserPoolClientCommand(ids))).UserPoolClient?.ClientSecret;
    }),
  );
  return described.filter((secret) => secret !== undefined);
}

const cases = Object.entries(misconfigurations);

describe.skipIf(first === undefined || jq === undefined)('the commands that doctor prints', () => {
  it.each(cases)('pasted as they are, end: %s', async (_name, each) => {
    const finding = await illWith(each);
    if (finding === undefined) return;
    await expectMended(finding, first!);
  });

  const ofEachKind = [
    'a scope is missing',
    'email_verified is not mapped',
    'the issuer of the provider has a slash too many',
    'the client secret at the second pool is wrong',
    'the user pool has no domain',
  ];
  it.runIf(others.length > 0).each(ofEachKind)(
    'are the same to the other version of the aws CLI on this machine: %s',
    async (name) => {
      const finding = await illWith(misconfigurations[name]!);
      await expectMended(finding!, others[0]!);
    },
  );

  async function expectMended({ code, fix }: Diagnosed, aws: string): Promise<void> {
    const secrets = await secretsIn(patient!);
    const command = fix.command ?? '';
    const needed = command.includes(NEWEST) ? await whichKnows([aws, ...others], NEWEST) : aws;
    if (needed === undefined) {
      // A CLI from before January 2026 says so, and nothing was written.
      await expect(paste(command, aws)).rejects.toThrow('Invalid choice');
      expect((await patient!.examine('inside')).findings.map((each) => each.code)).toContain(code);
      return;
    }
    const { shown, left } = await paste(command, needed);
    expect(left).toEqual([]);
    for (const secret of secrets) {
      expect(shown).not.toContain(secret);
      expect(fix.command).not.toContain(secret);
    }
    const after = await patient!.examine('inside');
    expect(after.findings.map((each) => each.code)).not.toContain(code);
  }
});
