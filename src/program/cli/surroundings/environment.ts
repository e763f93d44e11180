import cluster from 'node:cluster';
import { resolve } from 'node:path';
import { hasSettings, type Environment } from '../../config/from-environment.js';
import { readSettingsFile, type SettingsFile } from '../../config/settings-file.js';
import { withoutEmptyAws } from './aws-environment.js';
import { CommandError } from './failure.js';

const USUAL = '.env';

/**
 * The process's own: what the file adds must be seen by whoever reads it by itself, as the AWS SDK
 * does.
 */
type ProcessEnvironment = Record<string, string | undefined>;

/**
 * Adds to the environment what the file of settings has; what the environment says already, wins.
 *
 * @throws {ConfigError} with every line that cannot be read
 */
export function withSettingsFile(environment: ProcessEnvironment, path: string): Environment {
  addFile(environment, path);
  return environment;
}

/**
 * The same for a command that can do nothing without settings.
 *
 * @param path default `.env` in this folder, if there is one
 * @throws {CommandError} when there are none at all, or no such file
 */
export function withSettings(
  environment: ProcessEnvironment,
  path: string | undefined,
): Environment {
  const file = addFile(environment, path ?? USUAL);
  if (file === 'absent' && path !== undefined) {
    throw new CommandError(`There is no file ${resolve(path)}: check --settings-file.`);
  }
  if (file !== 'read' && !hasSettings(environment)) {
    const what =
      file === 'empty'
        ? `There are no settings in ${resolve(path ?? USUAL)}, and the environment has none either.`
        : `There is no ${USUAL} in ${resolve('.')}, and the environment has no settings either.`;
    throw new CommandError(
      `${what}\nRun "lifeguard setup" to make user pools and a .env, or "lifeguard demo" to look round.`,
    );
  }
  return environment;
}

/** A worker has all of it from its primary. */
function addFile(environment: ProcessEnvironment, path: string): 'read' | 'empty' | 'absent' {
  if (cluster.isWorker) return 'read';
  const file = readSettingsFile(path);
  if (file !== undefined) addSettings(environment, file, path);
  withoutEmptyAws(environment);
  if (file === undefined) return 'absent';
  return Object.keys(file.values).length > 0 ? 'read' : 'empty';
}

function addSettings(environment: ProcessEnvironment, file: SettingsFile, path: string): void {
  for (const [name, lines] of file.repeated) {
    const [last, others] = [lines.at(-1), lines.slice(0, -1)];
    console.error(
      `${path} sets ${name} more than once: line ${last} counts, not ${others.join(', ')}.`,
    );
  }
  for (const [name, value] of Object.entries(file.values)) environment[name] ??= value;
}
