import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyFolder, endCommands, lifeguard } from '../cli/command.js';
import { type Patient, startPatient } from './patient.js';

afterAll(endCommands);

let patient: Patient;
beforeEach(async () => {
  patient = await startPatient();
});
afterEach(() => patient.stop());

/** Runs it to its end, with nothing of AWS in its environment. */
async function doctor(options: string): Promise<{ code: number | null; output: string }> {
  const command = lifeguard(`doctor ${options}`.trim(), patient.environment);
  return { code: await command.exit(), output: command.output() };
}

describe('lifeguard doctor', () => {
  it('ends with 0 when all is well, also inside the pools', async () => {
    const { code, output } = await doctor(`--endpoint-url ${patient.pools.url}`);
    expect([code, output]).toEqual([0, expect.stringContaining('All is well.')]);
    expect(output).toContain('oidc-pool-1, site');
  });

  it('ends with 1 for problems, and has no colours where nobody sees them', async () => {
    patient.environment['ISSUER'] += '/';
    const { code, output } = await doctor('');
    expect([code, output]).toEqual([1, expect.stringContaining('problem  issuer_trailing_slash')]);
    expect(output).not.toContain('\u001B');
  });

  it('ends with 1 and the list that serve prints when settings are missing', async () => {
    delete patient.environment['CLIENT_ID'];
    patient.environment['PORT'] = 'http';
    const { code, output } = await doctor('');
    expect(code).toBe(1);
    const serve = lifeguard('serve', patient.environment);
    await serve.exit();
    const problems = serve.errors().matchAll(/^ {2}(\w+ [^;]+); /gm);
    const listed = [...problems].map(([, problem]) => problem!);
    expect(listed).toHaveLength(2);
    for (const problem of listed) expect(output).toContain(`What     ${problem}.`);
  });

  it('ends with 2 when something could not be checked', async () => {
    patient.environment['ISSUER'] = 'http://127.0.0.1:2/eu-west-1_Absent001';
    const { code, output } = await doctor('');
    expect([code, output]).toEqual([2, expect.stringContaining('unchecked  issuer_unreachable')]);
  });

  it('ends with 2, and says what to do, when there are no AWS credentials', async () => {
    patient.environment['AWS_EC2_METADATA_DISABLED'] = 'true';
    const { code, output } = await doctor('--aws');
    expect([code, output]).toEqual([2, expect.stringContaining('unchecked  aws_unavailable')]);
    expect(output).toContain('aws sso login');
  });

  it('ends with 0 for warnings, and with 1 where they count', async () => {
    patient.environment['SESSION_STORE'] = 'memory:';
    const { code, output } = await doctor('');
    expect([code, output]).toEqual([0, expect.stringContaining('warning  store_in_memory')]);
    expect((await doctor('--strict')).code).toBe(1);
  });

  it('writes JSON for programs, with the change as data', async () => {
    patient.environment['TRUST_PROXY'] = 'true';
    const { code, output } = await doctor('--json');
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({
      exitCode: 0,
      checks: expect.arrayContaining([
        expect.objectContaining({ name: 'discovery', outcome: 'fine' }),
      ]),
      findings: [
        {
          code: 'trust_proxy_everyone',
          severity: 'warning',
          fix: {
            change: { kind: 'environment', set: { TRUST_PROXY: '1' } },
            command: 'TRUST_PROXY=1',
          },
        },
      ],
    });
  });

  it.each([
    ['the settings file cannot be read', 'broken.env', 'broken.env line 1'],
    ['there is no such file', 'absent.env', 'There is no file'],
    ['there is nothing at all', '', 'There is no .env'],
    ['there is nothing in the file', 'empty.env', 'There are no settings in /'],
    ['an option is wrong', 'begun.env --endpoint-url here', '--endpoint-url is not a URL'],
  ])('writes JSON also where %s', async (_what, options, reason) => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'broken.env'), 'what is this\n');
    writeFileSync(join(folder, 'empty.env'), '');
    writeFileSync(join(folder, 'begun.env'), 'CLIENT_ID=site\n');
    const file = options === '' ? '' : `--settings-file ${options}`;
    const command = lifeguard(`doctor --json ${file}`.trim(), {}, folder);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toContain(reason);
    expect(JSON.parse(command.printed())).toEqual({
      exitCode: 1,
      checks: [],
      findings: [],
      failure: expect.stringContaining(reason),
    });
  });
});
