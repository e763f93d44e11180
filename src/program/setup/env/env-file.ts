import { realpath, stat } from 'node:fs/promises';
import { readDotenv } from '../../config/dotenv.js';
import { NoSmallFileError, requireRegularFile } from '../../config/read-small-file.js';
import { readSettingsFile } from '../../config/settings-file.js';
import { ConfigError } from '../../../errors/config-error.js';
import { SetupError } from '../failure.js';

/** A `.env` file as it is. */
export interface EnvFile {
  /** Where it really is, if the path is a link. */
  readonly path: string;
  readonly exists: boolean;
  readonly text: string;
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Whether others on this machine can read it. */
  readonly isOpen: boolean;
}

/**
 * Reads the file; one that does not exist is empty.
 *
 * @throws {ConfigError} when it cannot be read, with every line that cannot
 */
export async function readEnvFile(path: string): Promise<EnvFile> {
  requireFile(path);
  const file = readSettingsFile(path);
  if (file === undefined) return { path, exists: false, text: '', values: {}, isOpen: false };
  const isOpen = ((await stat(path)).mode & 0o077) !== 0;
  return { path: await realpath(path), exists: true, isOpen, text: file.text, values: file.values };
}

/**
 * Looks whether the file still is what was read of it, before it is written: somebody may have it
 * open in an editor.
 *
 * @param consequence what that means, for the operator
 * @throws {SetupError} when it is not
 */
export async function requireUnchanged(file: EnvFile, consequence: string): Promise<void> {
  const { exists, text } = await readEnvFile(file.path);
  if (exists === file.exists && text === file.text) return;
  throw new SetupError(`${file.path} has been changed since it was read. ${consequence}`);
}

/** A pipe would be read once and is gone then, and a device would be replaced by a file. */
function requireFile(path: string): void {
  try {
    requireRegularFile(path);
  } catch (error) {
    if (!(error instanceof NoSmallFileError)) throw error;
    throw new ConfigError([{ option: path, problem: error.message, fix: error.fix }]);
  }
}

/**
 * The text with these variables set. Each takes the place of its last assignment, the one that
 * counts, or comes at the end; every other line stays as it is.
 */
export function withVariables(text: string, values: ReadonlyMap<string, string>): string {
  const [lineEnd = '\n'] = /\r\n|\n|\r/.exec(text) ?? [];
  const isWhole = text === '' || /[\r\n]$/.test(text);
  const pieces: { name?: string; text: string }[] = [
    ...readDotenv(isWhole ? text : text + lineEnd).pieces,
  ];
  for (const [name, value] of values) {
    const assignment = { name, text: `${name}=${quote(value)}${lineEnd}` };
    const index = pieces.findLastIndex((piece) => piece.name === name);
    if (index < 0) pieces.push(assignment);
    else pieces[index] = assignment;
  }
  return pieces.map((piece) => piece.text).join('');
}

/**
 * As Node, Docker Compose, systemd and a shell all read it, as far as that can be.
 *
 * @throws {SetupError} for what no quotes are round for
 */
function quote(value: string): string {
  if (/^[\w./:@+,=-]*$/.test(value)) return value;
  if (!value.includes("'")) return `'${value}'`;
  if (!/["\\$`]/.test(value)) return `"${value}"`;
  if (!value.includes('`')) return `\`${value}\``;
  throw new SetupError('A value with quotes of each kind in it cannot be written into a .env.');
}
