import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '../../../../errors/config-error.js';
import { type Environment, firstSet } from '../../../config/from-environment.js';
import { shellWord } from '../../../config/shell-word.js';
import { connect, type CognitoApi } from '../../../setup/account/cognito-api.js';
import type { Adoption } from '../../../setup/account/ownership.js';
import { explainFailure } from '../../../setup/account/explain.js';
import { type EnvFile, readEnvFile } from '../../../setup/env/env-file.js';
import { hasLabel } from '../../../setup/env/env-values.js';
import { readBackup } from '../../../setup/restore/backup.js';
import type { TemplateKind } from '../../../setup/templates/templates.js';
import {
  checkInputs,
  DEFAULT_UPSTREAM,
  type WrittenInputs,
} from '../../../setup/wanted/check-inputs.js';
import { readUpstream } from '../../../setup/wanted/read-upstream.js';
import { DEFAULT_LABEL } from '../../../setup/wanted/variables.js';
import { endpointFrom, regionFrom } from '../../surroundings/aws-environment.js';
import { ask, isSomebodyThere } from '../../surroundings/confirm.js';
import { outgoingFrom, type Outgoing } from '../../surroundings/outgoing.js';
import { type Agreement, isApproved } from './agreement.js';
import { carryOut } from './carry-out.js';
import { propose } from './proposal.js';
import { openReport, type SetupReport } from './report.js';
import { restore } from './restore.js';

export interface SetupCommandOptions extends WrittenInputs, Agreement {
  readonly region?: string;
  readonly settingsFile: string;
  readonly json?: boolean;
  readonly print?: TemplateKind;
  readonly adoptPool?: readonly string[];
  readonly adoptClient?: readonly string[];
  readonly adoptProvider?: readonly string[];
  readonly adoptResourceServer?: readonly string[];
  readonly restore?: string;
  readonly overwriteLaterChanges?: boolean;
}

/**
 * `lifeguard setup`: two joined user pools at AWS, brought to the state that signing in and out
 * needs, and the `.env` for them. Shows what it will do, asks, does it; a second run finds nothing
 * to do.
 *
 * @throws {ConfigError} when the command line is wrong
 * @throws {SetupError} when it cannot go on; the same command goes on from there
 */
export async function setup(environment: Environment, options: SetupCommandOptions): Promise<void> {
  const outgoing = outgoingFrom(environment);
  const report = openReport(options.json === true);
  try {
    await run(environment, options, outgoing, report);
  } catch (error) {
    throw explainFailure(error);
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
  const wait = (ms: number, what: string): Promise<unknown> => {
    report.say(`     waits ${(ms / 1000).toFixed(1)} s ${what}`);
    return delay(ms);
  };
  const connectTo = (where: string | undefined): Promise<CognitoApi> =>
    connect({ region: where, endpointUrl, proxiedFetch, wait });
  if (options.overwriteLaterChanges === true && options.restore === undefined) {
    const fix = 'name the backup with --restore, or leave it out';
    const problem = 'is for a restore, and there is none';
    throw new ConfigError([{ option: '--overwrite-later-changes', problem, fix }]);
  }
  if (options.restore !== undefined) {
    const backup = await readBackup(options.restore);
    await restore(await connectTo(region ?? backup.region), backup, options, report);
    return;
  }

  const file = await readEnvFile(options.settingsFile);
  const fromFileOr = (name: string): string | undefined =>
    firstSet(file.values, name) ?? firstSet(environment, name);
  const baseUrl = options.baseUrl ?? fromFileOr('BASE_URL');
  const basePath = options.basePath ?? fromFileOr('BASE_PATH');
  const label = await labelFor(options, file);
  const checked = checkInputs({ ...options, baseUrl, basePath, endpointUrl, label });
  const upstream = checked.upstream && (await readUpstream(checked.upstream, fetch));
  const inputs = { ...checked, upstream };
  if (options.print !== undefined) {
    const { templates } = await import('../../../setup/templates/templates.js');
    process.stdout.write(templates[options.print](inputs));
    return;
  }
  const api = await connectTo(region);
  const proposal = await propose(api, inputs, adoptionFrom(options), file, report);
  if (await isApproved(proposal, options, report)) {
    await carryOut(api, proposal, placeOf(options, api), report);
  }
  const look = endpointUrl === undefined ? '--aws' : `--endpoint-url ${endpointUrl}`;
  const from =
    options.settingsFile === '.env' ? '' : ` --settings-file ${shellWord(options.settingsFile)}`;
  report.say(
    `\nLook it over with "lifeguard doctor ${look}${from}", start the site with "lifeguard serve${from}".`,
  );
}

const adoptionFrom = (options: SetupCommandOptions): Adoption => ({
  pools: options.adoptPool ?? [],
  clients: options.adoptClient ?? [],
  providers: options.adoptProvider ?? [],
  resourceServers: options.adoptResourceServer ?? [],
});

/** The options by which another command goes to the same account. */
const placeOf = ({ region }: SetupCommandOptions, { endpointUrl }: CognitoApi): string =>
  [
    endpointUrl === undefined ? '' : ` --endpoint-url ${endpointUrl}`,
    region === undefined ? '' : ` --region ${region}`,
  ].join('');

/**
 * What people call the upstream: as written, or as somebody answers where the file does not say it.
 */
async function labelFor(
  { label, upstreamName = DEFAULT_UPSTREAM, yes, json, dryRun, print }: SetupCommandOptions,
  file: EnvFile,
): Promise<string | undefined> {
  if (label !== undefined || hasLabel(file, upstreamName)) return label;
  if (!isSomebodyThere() || yes || json || dryRun || print) return undefined;
  const question = `What do people call the accounts they sign in with? [${DEFAULT_LABEL}] `;
  const answer = await ask(question);
  return answer === '' ? undefined : answer;
}
