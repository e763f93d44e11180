import { ConfigError, type Problem } from '../../errors/config-error.js';
import { wordsForJson } from '../../web/options/json-words.js';
import { credentialOf } from '../../tokens/client-authentication.js';
import { nearMisses } from './near-misses.js';
import type { Option } from './options/option.js';
import { options, type Settings } from './options/settings.js';
import { canBeReadAgain, NoSmallFileError, readSmallFile } from './read-small-file.js';

/**
 * Variables by name. The process's own are passed in by the CLI, the only place that reads them.
 */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `warnings` name variables that look mistyped and were left unread; they do not keep us from
 * starting.
 */
export type ReadSettings =
  | { readonly settings: Settings; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[] };

/**
 * Reads and checks the whole configuration at once.
 *
 * A secret may come from the file that `NAME_FILE` names instead. Empty counts as absent.
 * @returns the settings, or **all** that is wrong; no problem ever contains a value
 */
export function readSettings(environment: Environment): ReadSettings {
  const problems: Problem[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, option] of Object.entries<Option<unknown>>(optionsBeside(environment))) {
    values[key] = readOption(option, environment, problems);
  }
  const warnings = nearMisses(variablesSet(environment), knownVariables());
  if (!areSettings(values, problems)) return { problems: [...problems, ...warnings] };

  const conflicts = [...problemsBetween(values), ...pipeProblems(environment, values.workers)];
  return conflicts.length > 0
    ? { problems: [...conflicts, ...warnings] }
    : { settings: values, warnings };
}

/** Whether anything is set, or was meant to be, of what has no default: else nobody has begun. */
export function hasSettings(environment: Environment): boolean {
  const set = variablesSet(environment);
  const required = Object.values(options)
    .filter((option) => option.default === undefined)
    .flatMap(namesOf);
  return (
    set.some((name) => required.includes(name)) || nearMisses(set, knownVariables()).length > 0
  );
}

/**
 * The proxy of the environment, for the commands that need no other setting.
 * @throws {ConfigError} naming `HTTPS_PROXY` or `NO_PROXY`
 */
export function readProxy(environment: Environment): Pick<Settings, 'httpsProxy' | 'noProxy'> {
  const problems: Problem[] = [];
  const httpsProxy = readOption(options.httpsProxy, environment, problems);
  const noProxy = readOption(options.noProxy, environment, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return { httpsProxy, noProxy: noProxy ?? [] };
}

/**
 * What reads the secrets of the client again from the file they are in; `undefined` where they are
 * in the environment, which does not change, or come through a pipe, which gives them once. It
 * throws a `ConfigError`, without a value, when there is none to be read: the file may be about to
 * be replaced.
 */
export function clientSecretReader(
  environment: Environment,
): (() => readonly string[]) | undefined {
  const file = valueOf(environment, `${options.clientSecrets.name}_FILE`);
  if (file === '' || !canBeReadAgain(file)) return undefined;
  return () => {
    const problems: Problem[] = [];
    const secrets = readOption(options.clientSecrets, environment, problems);
    if (problems.length > 0 || secrets === undefined) throw new ConfigError(problems);
    return secrets;
  };
}

/**
 * A client with a key, be it a usable one or not, is no public client whose secret was forgotten.
 */
function optionsBeside(environment: Environment): typeof options {
  const { clientKey, clientSecrets } = options;
  const hasKey = namesOf(clientKey).some((name) => valueOf(environment, name) !== '');
  return hasKey ? { ...options, clientSecrets: { ...clientSecrets, default: 'none' } } : options;
}

/** Each option's schema made its value; without a problem, all of them are there. */
const areSettings = (values: object, problems: readonly Problem[]): values is Settings =>
  problems.length === 0 && Object.keys(options).every((key) => key in values);

function readOption<Value>(
  option: Option<Value>,
  environment: Environment,
  problems: Problem[],
): Value | undefined {
  const complain = (problem: string, fix = option.fix): undefined => {
    problems.push({ option: option.name, problem, fix });
  };
  const written = valueOf(environment, option.name) || valueOf(environment, option.alias ?? '');
  const file = option.isSecret ? valueOf(environment, `${option.name}_FILE`) : '';
  if (written !== '' && file !== '') {
    return complain(`and ${option.name}_FILE are both set`, 'keep one of them');
  }
  let text = written;
  if (file !== '') {
    try {
      text = readSmallFile(file).toString('utf8').trim();
    } catch (error) {
      if (error instanceof NoSmallFileError) {
        const place = `${file}, the file of ${option.name}_FILE`;
        return complain(`is to be read from ${place}, which ${error.message}`, error.fix);
      }
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
      return complain(
        `cannot be read from ${file}, the file of ${option.name}_FILE (${code})`,
        'check its path and permissions',
      );
    }
    if (text === '') return complain(`is empty in ${file}, the file of ${option.name}_FILE`);
  }
  if (text === '' && option.default === undefined) return complain('is missing');

  const result = option.schema.safeParse(text === '' ? option.default : text, {
    error: wordsForJson,
  });
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues) {
    complain(path.length === 0 ? message : `at ${pathInJson(path)}: ${message}`);
  }
  return undefined;
}

const valueOf = (environment: Environment, name: string): string => environment[name]?.trim() ?? '';

/** The first of these variables that is set. One that is empty is not, as with the settings. */
export const firstSet = (
  environment: Environment,
  ...names: readonly string[]
): string | undefined =>
  names.map((name) => valueOf(environment, name)).find((value) => value !== '');

/** `[0, 'signOut', 'kind']` as one would write it: `[0].signOut.kind`. */
const pathInJson = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');

/** What is wrong with settings that are each fine alone. */
function problemsBetween(settings: Settings): Problem[] {
  const problems = clientProblems(settings);
  if (settings.workers > 1 && settings.sessionStore === 'memory:') {
    problems.push({
      option: options.workers.name,
      problem: `is ${settings.workers} but SESSION_STORE is memory:, which processes cannot share`,
      fix: 'set SESSION_STORE to file:./data/sessions or redis://HOST:6379, or WORKERS to 1',
    });
  }
  if (settings.apiIssuers.some(({ issuer }) => issuer === settings.issuer)) {
    problems.push({
      option: options.apiIssuers.name,
      problem: 'names ISSUER too',
      fix: 'leave it out there; further clients of ISSUER go into API_CLIENT_IDS',
    });
  }
  if (settings.metricsPort === settings.port) {
    problems.push({
      option: options.metricsPort.name,
      problem: 'is PORT, which visitors reach',
      fix: options.metricsPort.fix,
    });
  }
  return problems;
}

/**
 * A pipe gives a secret to whoever reads first; each worker reads for itself, and so does the one
 * that takes its place.
 */
function pipeProblems(environment: Environment, workers: number): Problem[] {
  if (workers === 1) return [];
  return Object.values<Option<unknown>>(options).flatMap(({ name, isSecret }) => {
    const file = isSecret ? valueOf(environment, `${name}_FILE`) : '';
    if (file === '' || canBeReadAgain(file)) return [];
    const problem = `names ${file}, a pipe, and WORKERS is ${workers}: only the first process could read it`;
    return [{ option: `${name}_FILE`, problem, fix: 'name a file, or set WORKERS to 1' }];
  });
}

/** The client has a secret, a key, or nothing; and a method that shows just that. */
function clientProblems({
  clientSecrets,
  clientKey,
  clientAuthentication: method,
}: Settings): Problem[] {
  const { name } = options.clientAuthentication;
  if (clientSecrets.length > 0 && clientKey !== undefined) {
    const fix = 'keep one of them; with a key, write CLIENT_SECRET=none';
    return [{ option: options.clientKey.name, problem: 'and CLIENT_SECRET are both set', fix }];
  }
  const has = clientKey !== undefined ? 'key' : clientSecrets.length > 0 ? 'secret' : 'nothing';
  if (method === undefined || credentialOf[method] === has) return [];
  const fixes = {
    secret: 'set CLIENT_SECRET',
    key: 'set CLIENT_KEY, and CLIENT_SECRET=none',
    nothing: 'set CLIENT_SECRET=none, and no CLIENT_KEY',
  };
  const problem = `is ${method}, and the client has ${has === 'nothing' ? has : `a ${has}`} to show`;
  return [{ option: name, problem, fix: `${fixes[credentialOf[method]]}, or leave it empty` }];
}

const variablesSet = (environment: Environment): string[] =>
  Object.keys(environment).filter((name) => (environment[name] ?? '') !== '');

const namesOf = ({ name, alias, isSecret }: Option<unknown>): string[] => [
  name,
  ...(alias === undefined ? [] : [alias]),
  ...(isSecret ? [`${name}_FILE`] : []),
];

/**
 * HTTP_PROXY stands beside HTTPS_PROXY in many environments; nothing of ours goes to another
 * machine over plain http.
 */
const knownVariables = (): string[] => [
  ...Object.values<Option<unknown>>(options).flatMap(namesOf),
  'HTTP_PROXY',
  'http_proxy',
];
