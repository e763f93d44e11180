import { setTimeout as delay } from 'node:timers/promises';
import { type Environment, firstSet } from '../../../config/from-environment.js';
import { shellWord } from '../../../config/shell-word.js';
import { ConfigError } from '../../../../errors/relying-party-error.js';
import { readActual } from '../../../setup/account/read-actual.js';
import { converge } from '../../../setup/plan/apply.js';
import {
  backupOf,
  backupPath,
  readBackup,
  withStepBegun,
  withStepDone,
  writeBackup,
} from '../../../setup/restore/backup.js';
import { connect, type CognitoApi } from '../../../setup/account/cognito-api.js';
import {
  describePlan,
  fileStep,
  isFileChanged,
  removalsOf,
  stepLine,
  titled,
} from '../../../setup/plan/describe-plan.js';
import { DEFAULT_LABEL, desiredFor, type SetupInputs } from '../../../setup/wanted/desired.js';
import {
  readEnvFile,
  requireUnchanged,
  withVariables,
  type EnvFile,
} from '../../../setup/env/env-file.js';
import { withPlace } from '../../../setup/printed-commands.js';
import { requireWritable, writePrivateFile } from '../../../setup/env/private-file.js';
import { envChanges, envNotes, hasLabel } from '../../../setup/env/env-values.js';
import { readUpstream, registrationNote } from '../../../setup/wanted/existing-upstream.js';
import { explained } from '../../../setup/account/explain.js';
import {
  checkedInputs,
  DEFAULT_UPSTREAM,
  withUpstream,
  type WrittenInputs,
} from '../../../setup/wanted/inputs.js';
import { planFor } from '../../../setup/plan/plan.js';
import { SetupError } from '../../../setup/failure.js';
import type { TemplateKind } from '../../../setup/templates/templates.js';
import { unknownProblem } from '../../../setup/account/unknown-problem.js';
import { endpointFrom, regionFrom } from '../../aws-environment.js';
import { ask } from '../../confirm.js';
import { CommandError } from '../../failure.js';
import { outgoingFrom, type Outgoing } from '../../outgoing.js';
import { requireAgreement, type Agreement } from './agreement.js';
import { openReport, type SetupReport } from './report.js';
import { restore } from './restore.js';

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
  const report = openReport(options.json === true);
  try {
    await run(environment, options, outgoing, report);
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
  report: SetupReport,
): Promise<void> {
  const region = regionFrom(environment, options.region);
  const endpointUrl = options.endpointUrl ?? endpointFrom(environment);
  const connected = (where = region): Promise<CognitoApi> =>
    connect({ region: where, endpointUrl, proxiedFetch, wait: waitingAloud(report) });
  if (options.overwriteLaterChanges === true && options.restore === undefined) {
    const fix = 'name the backup with --restore, or leave it out';
    const problem = 'is for a restore, and there is none';
    throw new ConfigError([{ option: '--overwrite-later-changes', problem, fix }]);
  }
  if (options.restore !== undefined) {
    const backup = await readBackup(options.restore);
    await restore(await connected(region ?? backup.region), backup, options, report);
    return;
  }

  const file = await readEnvFile(options.settingsFile);
  const fromFileOr = (name: string): string | undefined =>
    firstSet(file.values, name) ?? firstSet(environment, name);
  const baseUrl = options.baseUrl ?? fromFileOr('BASE_URL');
  const basePath = options.basePath ?? fromFileOr('BASE_PATH');
  const label = await labelFor(options, file);
  const checked = checkedInputs({ ...options, baseUrl, basePath, endpointUrl, label });
  const { upstream } = checked;
  const inputs = withUpstream(checked, upstream && (await readUpstream(upstream, fetch)));
  if (options.print !== undefined) {
    const { templates } = await import('../../../setup/templates/templates.js');
    process.stdout.write(templates[options.print](inputs));
    return;
  }
  await bringAbout(await connected(), inputs, file, options, report);
  const look = endpointUrl === undefined ? '--aws' : `--endpoint-url ${endpointUrl}`;
  const from =
    options.settingsFile === '.env' ? '' : ` --settings-file ${shellWord(options.settingsFile)}`;
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
  const bare = planFor(resources, before, adoption);
  const planned = envChanges(desired, before, file);
  const plan = {
    ...bare,
    notes: [...bare.notes, ...envNotes(planned, before, file)].map((note) => withPlace(note, api)),
    problems: bare.problems.map((problem) => withPlace(problem, api)),
  };
  const removals = removalsOf([...plan.steps.map(titled), fileStep(file, planned)]);
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
  await requireAgreement(options, removals, (problem) =>
    report.end({ result: 'refused', problems: [problem], ...outcome }),
  );
  if (isFileChanged(file, planned)) await requireWritable(file.path);
  await requireUnchanged(
    file,
    'Nothing was changed; the same command shows what is to be done now.',
  );

  const now = new Date();
  const path = backupPath(now);
  const isSecret = (name: string): boolean =>
    desired.variables.some((variable) => variable.name === name && variable.isSecret);
  const replaced = planned.filter(({ action }) => action === 'replace');
  let backup = backupOf(resources, before, {
    region: api.region,
    now,
    settings: {
      path: file.path,
      before: Object.fromEntries(
        replaced.map(({ name }) => [name, isSecret(name) ? '' : (file.values[name] ?? '')]),
      ),
    },
  });
  await writeBackup(path, backup);
  say(`\nWhat is there now is kept in ${path}, without secrets.\n`);
  let known = before;
  const after = await converge(api, resources, adoption, before, {
    begins: async (step, actual) => {
      say(stepLine(step));
      backup = withStepBegun(backup, step, actual);
      await writeBackup(path, backup);
    },
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
    await requireUnchanged(file, 'The user pools are done; the same command writes the file.');
    const values = changes.flatMap(({ name, value }) =>
      value === undefined ? [] : [[name, value] as const],
    );
    await writePrivateFile(file.path, withVariables(file.text, new Map(values)));
    say(`  ${file.exists ? '~  change' : '+  create'}  ${file.path}`);
  }
  sayUnlessAbsent(registrationNote(inputs, after));
  for (const note of envNotes(changes, after, file)) say(`\nNote: ${withPlace(note, api)}`);
  const { MachineClient, MasterPool } = after;
  if (MachineClient !== undefined) {
    const command = `aws cognito-idp describe-user-pool-client --user-pool-id ${MasterPool?.Id} --client-id ${MachineClient.ClientId} --query UserPoolClient.ClientSecret --output text`;
    say(
      `\nMachines ask for tokens as client ${MachineClient.ClientId}. Its secret is in no file here: ${withPlace(command, api)}`,
    );
  }
  say(`\nDone. "lifeguard setup --restore ${path}${placeOf(options, api)}" takes it back.`);
  report.end({ result: 'changed', backup: path, ...outcome });
}

/** The options by which another command goes to the same account. */
const placeOf = ({ region }: SetupCommandOptions, { endpointUrl }: CognitoApi): string =>
  [
    endpointUrl === undefined ? '' : ` --endpoint-url ${endpointUrl}`,
    region === undefined ? '' : ` --region ${region}`,
  ].join('');

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
