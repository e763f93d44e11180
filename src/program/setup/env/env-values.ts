import { randomBytes } from 'node:crypto';
import type { Actual } from '../account/actual.js';
import { DEFAULT_LABEL, type SignOutOf, type Variable } from '../wanted/variables.js';
import type { Desired } from '../wanted/desired.js';
import type { EnvFile } from './env-file.js';
import { resolve, show } from '../account/resolve.js';
import { SetupError } from '../failure.js';

/** What happens to one variable of the file. */
export interface EnvChange {
  readonly name: string;
  readonly action: 'add' | 'replace';
  /** As a plan may show it. */
  readonly text: string;
  /** Absent while it depends on what does not exist yet. */
  readonly value: string | undefined;
  /** What the file loses, in words: of another set-up, and in no backup. */
  readonly removal?: string | undefined;
}

/**
 * What the file lacks. A secret that comes from a file of its own (`NAME_FILE`) is left to its
 * owner, and the sessions' secret is only made where there is none, since a new one would end every
 * session.
 */
export function envChanges(desired: Desired, actual: Actual, file: EnvFile): EnvChange[] {
  const changes = desired.variables
    .filter(({ isSecret, ...variable }) => !isSecret || isOurs(variable, actual, file))
    .filter(({ isSecret }) => !isSecret || actual.secrets.SiteClient !== 'unseen')
    .map((variable) => changeOf(variable, actual, file));
  if (isUnset(file, 'SESSION_SECRET') && isUnset(file, 'SESSION_SECRET_FILE')) {
    const value = randomBytes(32).toString('base64url');
    changes.push({ name: 'SESSION_SECRET', action: 'add', text: '(hidden)', value });
  }
  return changes
    .filter(({ name, value }) => value === undefined || value !== file.values[name])
    .map((change) => ({ ...change, removal: removalOf(change, file) }));
}

/**
 * By these the file says which set-up it is of: put in the place of another's, that one is lost to
 * it.
 */
const IDENTITY = ['ISSUER', 'CLIENT_ID', 'CLIENT_SECRET'];

function removalOf({ name, action }: EnvChange, { values }: EnvFile): string | undefined {
  if (action === 'add' || !IDENTITY.includes(name)) return undefined;
  return name === 'CLIENT_SECRET' ? 'a secret, cannot be restored' : values[name];
}

/** What the operator should know of a secret that the file does not get. */
export function envNotes(changes: readonly EnvChange[], actual: Actual, file: EnvFile): string[] {
  const { MasterPool, SiteClient, secrets } = actual;
  const isAnother = changes.some(({ name }) => name === 'CLIENT_ID');
  const isInFile = !isUnset(file, 'CLIENT_SECRET_FILE');
  const ids = `--user-pool-id ${MasterPool?.Id ?? ''} --client-id ${SiteClient?.ClientId ?? ''}`;
  if (
    secrets.SiteClient === 'unseen' &&
    (isAnother || (!isInFile && isUnset(file, 'CLIENT_SECRET')))
  ) {
    return [
      `The secret of app client ${SiteClient?.ClientId} was rotated, and Cognito shows it to nobody: copy CLIENT_SECRET from where the site has it. Where nobody has it, aws cognito-idp add-user-pool-client-secret ${ids} makes another and shows it once; a client has two at most.`,
    ];
  }
  if (!isInFile || !isAnother) return [];
  const path = file.values['CLIENT_SECRET_FILE'] ?? '';
  const secret =
    SiteClient === undefined
      ? 'the secret of the client, which aws cognito-idp describe-user-pool-client shows'
      : `what this prints: aws cognito-idp describe-user-pool-client ${ids} --query UserPoolClient.ClientSecret --output text`;
  return [`${path} (CLIENT_SECRET_FILE) is left to you: write into it ${secret}`];
}

/**
 * Whether a client's secret is ours to write: where none is there yet, or it is another client's.
 * One that was rotated Cognito shows to nobody, and while two are good it shows the older.
 */
const isOurs = ({ name }: Pick<Variable, 'name'>, { SiteClient }: Actual, file: EnvFile): boolean =>
  isUnset(file, `${name}_FILE`) &&
  (isUnset(file, name) || file.values['CLIENT_ID'] !== SiteClient?.ClientId);

const isUnset = ({ values }: EnvFile, name: string): boolean => (values[name] ?? '') === '';

function changeOf(variable: Variable, actual: Actual, file: EnvFile): EnvChange {
  const { name, value } = variable;
  const action = isUnset(file, name) ? 'add' : 'replace';
  if (typeof value === 'object' && 'provider' in value) {
    const text = `${value.provider}, ${signOutInWords(value, actual)}`;
    return { name, action, text, value: providersWith(value, actual, file.values[name]) };
  }
  const resolved = resolve(value, actual) ?? secretOfPublic(variable, actual);
  return {
    name,
    action,
    text: inPlan(variable, resolved, show(value, actual), file),
    value:
      resolved !== undefined && variable.joinedBy !== undefined
        ? joinWords(resolved, variable.joinedBy, file.values[name])
        : resolved,
  };
}

function inPlan(
  { name, isSecret }: Variable,
  resolved: string | undefined,
  text: string,
  { values }: EnvFile,
): string {
  if (isSecret) return resolved === 'none' ? 'none (a public client)' : '(hidden)';
  const before = values[name] ?? '';
  return before === '' ? text : `${before} -> ${text}`;
}

/** The words the file has, and ours. */
function joinWords(ours: string, separator: string, before = ''): string {
  const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');
  const missing = words(ours).filter((word) => !words(before).includes(word));
  return missing.length === 0 ? before : [...words(before), ...missing].join(separator);
}

/** A client that exists without a secret is a public one, and that has to be said. */
const secretOfPublic = ({ name }: Variable, { SiteClient }: Actual): string | undefined =>
  name === 'CLIENT_SECRET' && SiteClient !== undefined ? 'none' : undefined;

/** Whether the file says what people call a provider. */
export const hasLabel = ({ values }: EnvFile, provider: string): boolean =>
  providersIn(values['IDENTITY_PROVIDERS']).some(
    ({ name, label }) => name === provider && typeof label === 'string',
  );

function signOutInWords({ signOut }: SignOutOf, actual: Actual): string {
  const place = signOut['domain'] ?? signOut['endSessionEndpoint'];
  return place === undefined
    ? 'where nobody can be signed out by us'
    : `signed out at ${show(place, actual)}`;
}

/** The providers the file has, ours among them; what it says of ours besides these is kept. */
function providersWith(
  { provider, label, signOut }: SignOutOf,
  actual: Actual,
  before: string | undefined,
): string | undefined {
  const wanted: Record<string, string> = {};
  for (const [key, text] of Object.entries(signOut)) {
    const value = resolve(text, actual);
    if (value === undefined) return undefined;
    wanted[key] = value;
  }
  const present = providersIn(before);
  const ours = present.find((each) => each['name'] === provider);
  const called = label ?? ours?.['label'] ?? DEFAULT_LABEL;
  if (ours?.['label'] === called && isSame(ours['signOut'], wanted)) return before;
  const whole = { ...ours, name: provider, label: called, signOut: wanted };
  const all = ours ? present.map((each) => (each === ours ? whole : each)) : [...present, whole];
  // A value in single quotes has none inside.
  return JSON.stringify(all).replaceAll("'", String.raw`\u0027`);
}

const isSame = (found: unknown, wanted: Record<string, string>): boolean =>
  isRecord(found) &&
  Object.keys(found).length === Object.keys(wanted).length &&
  Object.entries(wanted).every(([key, value]) => found[key] === value);

function providersIn(text = ''): Record<string, unknown>[] {
  if (text.trim() === '') return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  if (Array.isArray(parsed) && parsed.every(isRecord)) return parsed;
  throw new SetupError(
    'IDENTITY_PROVIDERS in the file is not a JSON array of providers: correct or remove it.',
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
