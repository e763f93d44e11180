import { setTimeout as delay } from 'node:timers/promises';
import type { Environment } from '../config/from-environment.js';
import { readActual } from '../setup/actual.js';
import { converge } from '../setup/apply.js';
import { backupOf, backupPath, withStepDone, writeBackup } from '../setup/backup.js';
import { connect, type CognitoApi } from '../setup/cognito-api.js';
import {
  describePlan,
  isFileChanged,
  removalsOf,
  stepLine,
  titled,
} from '../setup/describe-plan.js';
import { DEFAULT_LABEL, desiredFor, type SetupInputs } from '../setup/desired.js';
import { readEnvFile, withVariables, type EnvFile } from '../setup/env-file.js';
import { writePrivateFile } from '../setup/private-file.js';
import { envChanges, hasLabel } from '../setup/env-values.js';
import { readUpstream, registrationNote } from '../setup/existing-upstream.js';
import { explained } from '../setup/explain.js';
import {
  checkedInputs,
  DEFAULT_UPSTREAM,
  withUpstream,
  type WrittenInputs,
} from '../setup/inputs.js';
import { planFor } from '../setup/plan.js';
import { SetupError } from '../setup/setup-error.js';
import { templates, type TemplateKind } from '../setup/templates.js';
import { unknownProblem } from '../setup/unknown-problem.js';
import { ask } from './confirm.js';
import { CommandError } from './failure.js';
import { outgoingFrom, type Outgoing } from './outgoing.js';
import { isAgreed, type Agreement } from './setup-agreement.js';
import { openReport, type SetupReport } from './setup-report.js';
import { restore } from './setup-restore.js';

export interface SetupCommandOptions extends WrittenInputs, Agreement {
  readonly region?: string | undefined;
  readonly settingsFile: string;
  readonly dryRun?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly print?: TemplateKind | undefined;
  readonly adoptPool?: readonly string[] | undefined;
  readonly adoptClient?: readonly string[] | undefined;
  readonly adoptProvider?: readonly string[] | undefined;
  readonly adoptResourceServer?: readonly string[] | undefined;
  readonly restore?: string | undefined;
  readonly overwriteLaterChanges?: boolean | undefined;
}

/**
 * `lifeguard setup`: two joined user pools at AWS, brought to the state that signing in and out needs, and the `.env`
 * for them. Shows what it will do, asks, does it; a second run finds nothing to do.
 *
 * @throws {ConfigError} when the command line is wrong
 * @throws {CommandError} when it cannot go on; the same command goes on from there
 */
export async function setup(environment: Environment, options: SetupCommandOptions): Promise<void> {
  const outgoing = outgoingFrom(environment);
  try {
    await run(environment, options, outgoing);
  } catch (error) {
    const failure = explained(error);
    throw failure instanceof SetupError
      ? new CommandError(failure.message, { cause: failure })
      : failure;
  } finally {
    await outgoing.close();
  }
}

async function run(
  environment: Environment,
  options: SetupCommandOptions,
  { fetch, proxiedFetch }: Outgoing,
): Promise<void> {
  const report = openReport(options.json === true);
  const region = options.region ?? environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  const endpointUrl = options.endpointUrl ?? endpointFrom(environment);
  const connected = (): Promise<CognitoApi> =>
    connect({ region, endpointUrl, proxiedFetch, wait: waitingAloud(report) });
  if (options.restore !== undefined) {
    await restore(await connected(), options.restore, options, report);
    return;
  }

  const file = await readEnvFile(options.settingsFile);
  const baseUrl = options.baseUrl ?? file.values['BASE_URL'] ?? environment['BASE_URL'];
  const basePath = options.basePath ?? file.values['BASE_PATH'] ?? environment['BASE_PATH'];
  const label = await labelFor(options, file);
  const checked = checkedInputs({ ...options, baseUrl, basePath, endpointUrl, label });
  const { upstream } = checked;
  const inputs = withUpstream(checked, upstream && (await readUpstream(upstream, fetch)));
  if (options.print !== undefined) {
    process.stdout.write(templates[options.print](inputs));
    return;
  }
  await bringAbout(await connected(), inputs, file, options, report);
  const look = endpointUrl === undefined ? '--aws' : `--endpoint-url ${endpointUrl}`;
  const from = options.settingsFile === '.env' ? '' : ` --settings-file ${options.settingsFile}`;
  report.say(
    `\nLook it over with "lifeguard doctor ${look}${from}", start the site with "lifeguard serve${from}".`,
  );
}

/** Plans, asks, keeps a backup, and carries out. */
async function bringAbout(
  api: CognitoApi,
  inputs: SetupInputs,
  file: EnvFile,
  options: SetupCommandOptions,
  report: SetupReport,
): Promise<void> {
  const { say } = report;
  const sayUnlessAbsent = (note: string | undefined): void => {
    if (note !== undefined) say(`\nNote: ${note}`);
  };
  const adoption = {
    pools: options.adoptPool ?? [],
    clients: options.adoptClient ?? [],
    providers: options.adoptProvider ?? [],
    resourceServers: options.adoptResourceServer ?? [],
  };
  const desired = desiredFor(inputs);
  const { resources } = desired;
  const before = await readActual(api, resources, adoption);
  const plan = planFor(resources, before, adoption);
  const planned = envChanges(desired, before, file);
  const removals = removalsOf(plan.steps.map(titled));
  const outcome = {
    region: api.region,
    steps: plan.steps.map(({ action, resource: { id, kind, title }, changes }) => ({
      action,
      id,
      kind,
      title,
      changes,
    })),
    kept: plan.kept.map(({ title }) => title),
    removals,
    notes: plan.notes,
    file: { path: file.path, changes: planned.map(({ name, action }) => ({ name, action })) },
  };

  say(`User pools for ${inputs.baseUrl}${inputs.basePath} in ${api.region}:\n`);
  say(describePlan(plan, file, planned));
  sayUnlessAbsent(registrationNote(inputs, before));
  const unknown = plan.steps.length > 0 ? unknownProblem(api) : undefined;
  const problems = [...plan.problems, ...(unknown === undefined ? [] : [unknown])];
  if (problems.length > 0) {
    report.end({ result: 'refused', problems, ...outcome });
    throw new SetupError(`\n${problems.join('\n')}\nNothing was changed.`);
  }
  if (plan.steps.length === 0 && !isFileChanged(file, planned)) {
    say('\nNothing to change.');
    report.end({ result: 'unchanged', ...outcome });
    return;
  }
  if (options.dryRun === true) {
    say('\nDry run: nothing was changed.');
    report.end({ result: 'planned', ...outcome });
    return;
  }
  if (!(await isAgreed(options, removals))) throw new SetupError('Nothing was changed.');

  const now = new Date();
  const path = backupPath(now);
  let backup = backupOf(resources, before, { region: api.region, now });
  await writeBackup(path, backup);
  say(`\nWhat is there now is kept in ${path}, without secrets.\n`);
  let known = before;
  const after = await converge(api, resources, adoption, before, {
    begins: (step) => say(stepLine(step)),
    ended: async (_step, actual) => {
      backup = withStepDone(backup, resources, known, actual);
      known = actual;
      await writeBackup(path, backup);
    },
    userCreated: (username, password) => {
      say(`\n  User      ${username}`);
      say(`  Password  ${password}`);
      say('  temporary, and shown only now: the second pool asks for a new one.\n');
    },
  });
  const changes = envChanges(desired, after, file);
  if (isFileChanged(file, changes)) {
    const values = changes.flatMap(({ name, value }) =>
      value === undefined ? [] : [[name, value] as const],
    );
    await writePrivateFile(file.path, withVariables(file.text, new Map(values)));
    say(`  ${file.exists ? '~  change' : '+  create'}  ${file.path}`);
  }
  sayUnlessAbsent(registrationNote(inputs, after));
  const { MachineClient, MasterPool } = after;
  if (MachineClient !== undefined) {
    say(
      `\nMachines ask for tokens as client ${MachineClient.ClientId}. Its secret is in no file here: aws cognito-idp describe-user-pool-client --user-pool-id ${MasterPool?.Id} --client-id ${MachineClient.ClientId} --query UserPoolClient.ClientSecret --output text`,
    );
  }
  say(`\nDone. "lifeguard setup --restore ${path}" takes it back.`);
  report.end({ result: 'changed', backup: path, ...outcome });
}

/** As every AWS SDK reads it. */
const endpointFrom = (environment: Environment): string | undefined =>
  environment['AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER'] ?? environment['AWS_ENDPOINT_URL'];

const waitingAloud =
  ({ say }: SetupReport) =>
  (ms: number, what: string): Promise<unknown> => {
    say(`     waits ${(ms / 1000).toFixed(1)} s ${what}`);
    return delay(ms);
  };

/** What people call the upstream: as written, or as somebody answers where the file does not say it. */
async function labelFor(
  { label, upstreamName = DEFAULT_UPSTREAM, yes, json, dryRun, print }: SetupCommandOptions,
  file: EnvFile,
): Promise<string | undefined> {
  const isSomebodyThere = process.stdin.isTTY && process.stdout.isTTY;
  if (label !== undefined || hasLabel(file, upstreamName)) return label;
  if (!isSomebodyThere || yes || json || dryRun || print) return undefined;
  const question = `What do people call the accounts they sign in with? [${DEFAULT_LABEL}] `;
  const answer = await ask(question, process.stdin, process.stdout);
  return answer === '' ? undefined : answer;
}
