import { setTimeout as wait } from 'node:timers/promises';
import { isUserPool, regionOf, userPoolIdOf } from '../../../cognito/user-pool.js';
import { type Environment, readSettings } from '../../config/from-environment.js';
import type { Settings } from '../../config/options/settings.js';
import { ConfigError } from '../../../errors/config-error.js';
import { RelyingPartyError } from '../../../errors/relying-party-error.js';
import { createProbe } from '../../rotation/probe.js';
import { beginRotation, type Rotation } from '../../rotation/rotate.js';
import { secretPlace, type SecretPlace } from '../../rotation/secret-place.js';
import { listenToSite, type SiteUse } from '../../rotation/site-use.js';
import { connect } from '../../setup/account/cognito-api.js';
import { explainFailure } from '../../setup/account/explain.js';
import { SetupError } from '../../setup/failure.js';
import { confirm, askForAgreement, isSomebodyThere } from '../surroundings/confirm.js';
import { CommandError, requireUrl } from '../surroundings/failure.js';
import { outgoingFrom } from '../surroundings/outgoing.js';

export interface RotateSecretOptions {
  /** Where the settings are from, if not from `.env`. */
  readonly settingsFile?: string | undefined;
  readonly endpointUrl?: string;
  /** Seconds; absent: not at all. */
  readonly wait?: number;
  readonly confirmDeployed?: true;
  readonly yes?: true;
}

const BETWEEN_LOOKS_MS = 2000;

/**
 * `lifeguard rotate-secret`: a new secret for the site's app client, with the site up. Adds it,
 * sees that every process uses it, deletes the first. Cut off anywhere, the same command goes on
 * from there.
 *
 * @returns the exit code: 0 done, 2 the first secret is still there, because it may be in use
 * @throws {ConfigError} when the settings are wrong
 * @throws {CommandError} or {SetupError} when it cannot go on
 */
export async function rotateSecret(
  environment: Environment,
  options: RotateSecretOptions,
): Promise<number> {
  const read = readSettings(environment);
  if ('problems' in read) throw new ConfigError(read.problems);
  const { settings } = read;
  requireRotatable(settings, options);
  const { fetch, proxiedFetch, close } = outgoingFrom(environment);
  let site: SiteUse | undefined;
  try {
    const place = await secretPlace(environment, settings.clientSecrets, options.settingsFile);
    const UserPoolId = userPoolIdOf(settings.issuer);
    const client = { UserPoolId, ClientId: settings.clientId };
    const { endpointUrl } = options;
    const region = regionOf(UserPoolId);
    const api = await connect({ region, endpointUrl, proxiedFetch, wait });
    const rotation = await beginRotation(
      {
        api,
        client,
        place,
        isTaken: createProbe(settings, fetch),
        removal: (secret) => removalOf(client, secret?.id, endpointUrl),
        say: (line) => console.log(line),
      },
      settings.clientSecrets,
    );
    site = await listenToSite(settings);
    return await run(rotation, site, place, options);
  } catch (error) {
    const failure = explainFailure(error);
    throw failure instanceof RelyingPartyError
      ? new CommandError(failure.message, { cause: failure })
      : failure;
  } finally {
    await site?.close();
    await close();
  }
}

function requireRotatable(
  { issuer, clientSecrets }: Settings,
  { endpointUrl }: RotateSecretOptions,
): void {
  requireUrl(endpointUrl);
  if (!isUserPool(issuer)) {
    throw new CommandError(
      'ISSUER is no user pool. At another provider make the second secret there, write it in front of the present one in the file of CLIENT_SECRET_FILE, and take the first away at both once the site uses the second.',
    );
  }
  if (clientSecrets.length === 0) {
    throw new CommandError('CLIENT_SECRET is none: a public client has no secret to change.');
  }
}

async function run(
  rotation: Rotation,
  site: SiteUse | undefined,
  place: SecretPlace,
  options: RotateSecretOptions,
): Promise<number> {
  const { situation } = rotation;
  if (situation.next === 'nothing') throw new SetupError(situation.problem);
  console.log(planOf(situation.next, place).join('\n'));
  const isAgreed =
    options.yes === true || (await askForAgreement('Do this?', 'add --yes to do this'));
  if (!isAgreed) throw new SetupError('Nothing was changed.');
  console.log('');
  const newest = await rotation.introduce();
  if (situation.next !== 'tidy' && !(await isDeployed(newest, site, place, options))) return 2;
  await rotation.finish();
  console.log('\nDone. The app client has one secret, the new one.');
  return 0;
}

function planOf(next: 'begin' | 'add' | 'replace' | 'tidy', { name }: SecretPlace): string[] {
  const lines = [
    next === 'begin' && `  ~  change  ${name}: a new secret, in front of the present one`,
    (next === 'begin' || next === 'add') && '  +  add     it to the app client as a second secret',
    next !== 'tidy' && '     see     that every process of the site uses it',
    next !== 'tidy' && '  -  delete  the first secret of the app client',
    `  ~  change  ${name}: the new secret alone`,
  ];
  const title =
    next === 'begin' ? 'A new client secret:' : 'A rotation of the client secret is under way:';
  return [title, '', ...lines.filter((line) => line !== false)];
}

/**
 * Whether every process uses it, as far as they tell; where none can be heard, the operator does.
 */
async function isDeployed(
  secret: string,
  site: SiteUse | undefined,
  { name, isReadAgain }: SecretPlace,
  options: RotateSecretOptions,
): Promise<boolean> {
  if (!isReadAgain) console.log(`     restart the site now, which reads ${name} at its start`);
  const count = site && (await waitForAll(site, secret, options));
  if (count === undefined || count.all === 0) return isConfirmed(options);
  if (count.using === count.all) return true;
  const next = isReadAgain
    ? 'Run this again with --wait.'
    : 'Restart the site, and run this again.';
  console.log(`\nNot done yet: the first secret stays, because it is in use. ${next}`);
  return false;
}

/** The last of the looks: all use it, or the time is up, or there was none to wait. */
async function waitForAll(
  site: SiteUse,
  secret: string,
  options: RotateSecretOptions,
): Promise<Awaited<ReturnType<SiteUse['look']>>> {
  const deadline = performance.now() + (options.wait ?? 0) * 1000;
  let told = '';
  for (;;) {
    const { using, all } = await site.look(secret);
    const line = `     ${using} of ${all} ${all === 1 ? 'process uses' : 'processes use'} the new secret`;
    if (line !== told) console.log(line);
    told = line;
    const isOver = all === 0 ? options.confirmDeployed === true : using === all;
    if (isOver || performance.now() >= deadline) return { using, all };
    await wait(BETWEEN_LOOKS_MS);
  }
}

async function isConfirmed({ confirmDeployed }: RotateSecretOptions): Promise<boolean> {
  console.log('     no process of the site can be heard in SESSION_STORE');
  if (confirmDeployed === true) return true;
  const question = '\nDoes every process of the site use the new secret?';
  if (isSomebodyThere() && (await confirm(question))) return true;
  console.log(
    '\nNot done yet: the first secret stays. When every process of the site has the new one, run this again with --confirm-deployed.',
  );
  return false;
}

/** @returns the commands that do it by hand, in the region of the pool */
function removalOf(
  { UserPoolId, ClientId }: { readonly UserPoolId: string; readonly ClientId: string },
  id: string | undefined,
  endpointUrl: string | undefined,
): string {
  const client = `--region ${regionOf(UserPoolId)} --user-pool-id ${UserPoolId} --client-id ${ClientId}`;
  const endpoint = endpointUrl === undefined ? '' : ` --endpoint-url ${endpointUrl}`;
  const known = `aws cognito-idp delete-user-pool-client-secret ${client}${endpoint} --client-secret-id ${id ?? 'ID'}`;
  if (id !== undefined) return known;
  return `aws cognito-idp list-user-pool-client-secrets ${client}${endpoint}\n  ${known}`;
}
