import { setTimeout as wait } from 'node:timers/promises';
import type { Environment } from '../config/from-environment.js';
import { readActual } from '../setup/actual.js';
import { converge } from '../setup/apply.js';
import { cloudFormationTemplate } from '../setup/cloudformation.js';
import { connect } from '../setup/cognito-api.js';
import { describePlan, isFileChanged, stepLine } from '../setup/describe-plan.js';
import { desiredFor } from '../setup/desired.js';
import { readEnvFile, withVariables, writeEnvFile } from '../setup/env-file.js';
import { envChanges } from '../setup/env-values.js';
import { explained } from '../setup/explain.js';
import { checkedInputs, type WrittenInputs } from '../setup/inputs.js';
import { planFor } from '../setup/plan.js';
import { SetupError } from '../setup/setup-error.js';
import { confirm } from './confirm.js';
import { CommandError } from './failure.js';
import { outgoingFrom } from './outgoing.js';

export interface SetupCommandOptions extends WrittenInputs {
  readonly region?: string | undefined;
  readonly envFile: string;
  readonly yes?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly print?: 'cloudformation' | undefined;
}

/**
 * `lifeguard setup`: two joined user pools at AWS, brought to the state that signing in and out needs, and the `.env`
 * for them. Shows what it will do, asks, does it; a second run finds nothing to do.
 *
 * @throws {ConfigError} when the command line is wrong
 * @throws {CommandError} when it cannot go on; the same command goes on from there
 */
export async function setup(environment: Environment, options: SetupCommandOptions): Promise<void> {
  const { proxiedFetch, close } = outgoingFrom(environment);
  try {
    await run(environment, options, proxiedFetch);
  } catch (error) {
    const failure = explained(error);
    throw failure instanceof SetupError
      ? new CommandError(failure.message, { cause: failure })
      : failure;
  } finally {
    await close();
  }
}

async function run(
  environment: Environment,
  options: SetupCommandOptions,
  proxiedFetch: typeof fetch | undefined,
): Promise<void> {
  const file = await readEnvFile(options.envFile);
  const baseUrl = options.baseUrl ?? file.values['BASE_URL'] ?? environment['BASE_URL'];
  const endpointUrl = options.endpointUrl ?? endpointFrom(environment);
  const inputs = checkedInputs({ ...options, baseUrl, endpointUrl });
  if (options.print === 'cloudformation') {
    process.stdout.write(cloudFormationTemplate(inputs));
    return;
  }
  const region = options.region ?? environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  const api = await connect({ region, endpointUrl, proxiedFetch, wait });
  const desired = desiredFor(inputs);
  const before = await readActual(api, desired.resources);
  const plan = planFor(desired.resources, before);
  const planned = envChanges(desired, before, file);

  console.log(`User pools for ${inputs.baseUrl} in ${api.region}:\n`);
  console.log(describePlan(plan, file, planned));
  if (plan.problems.length > 0) throw new SetupError(`\n${plan.problems.join('\n')}`);
  if (plan.steps.length === 0 && !isFileChanged(file, planned)) {
    console.log('\nNothing to change.');
    return;
  }
  if (options.dryRun === true) {
    console.log('\nDry run: nothing was changed.');
    return;
  }
  if (!(await isAgreed(options))) throw new SetupError('Nothing was changed.');

  console.log('');
  const after = await converge(api, desired.resources, before, {
    begins: (step) => console.log(stepLine(step)),
    userCreated: (username, password) => {
      console.log(`\n  User      ${username}`);
      console.log(`  Password  ${password}`);
      console.log('  temporary, and shown only now: the second pool asks for a new one.\n');
    },
  });
  const changes = envChanges(desired, after, file);
  if (isFileChanged(file, changes)) {
    const values = changes.flatMap(({ name, value }) =>
      value === undefined ? [] : [[name, value] as const],
    );
    await writeEnvFile(file.path, withVariables(file.text, new Map(values)));
    console.log(`  ${file.exists ? '~  change' : '+  create'}  ${file.path}`);
  }
  const look = endpointUrl === undefined ? '--aws' : `--endpoint-url ${endpointUrl}`;
  console.log(
    `\nDone. Look it over with "lifeguard doctor ${look}", start the site with "lifeguard serve".`,
  );
}

/** As every AWS SDK reads it. */
const endpointFrom = (environment: Environment): string | undefined =>
  environment['AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER'] ?? environment['AWS_ENDPOINT_URL'];

async function isAgreed({ yes = false }: SetupCommandOptions): Promise<boolean> {
  if (yes) return true;
  if (process.stdin.isTTY && process.stdout.isTTY) {
    return confirm('\nDo this?', process.stdin, process.stdout);
  }
  throw new SetupError('\nNobody is there to be asked: add --yes to do this, or --dry-run.');
}
