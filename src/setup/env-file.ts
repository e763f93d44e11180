import { realpath, stat } from 'node:fs/promises';
import { readDotenv } from '../config/dotenv.js';
import { readSettingsFile } from '../config/settings-file.js';

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
  const file = readSettingsFile(path);
  if (file === undefined) return { path, exists: false, text: '', values: {}, isOpen: false };
  const isOpen = ((await stat(path)).mode & 0o077) !== 0;
  return { path: await realpath(path), exists: true, isOpen, text: file.text, values: file.values };
}

/**
 * The text with these variables set. Each takes the place of its last assignment, the one that counts, or comes at the
 * end; every other line stays as it is.
 */
export function withVariables(text: string, values: ReadonlyMap<string, string>): string {
  const [lineEnd = '\n'] = /\r\n|\n|\r/.exec(text) ?? [];
  const isWhole = text === '' || /[\r\n]$/.test(text);
  const pieces: { name?: string; text: string }[] = [
    ...readDotenv(isWhole ? text : text + lineEnd).pieces,
  ];
  for (const [name, value] of values) {
    const assignment = { name, text: `${name}=${quoted(value)}${lineEnd}` };
    const index = pieces.findLastIndex((piece) => piece.name === name);
    if (index < 0) pieces.push(assignment);
    else pieces[index] = assignment;
  }
  return pieces.map((piece) => piece.text).join('');
}

/** As Node, Docker Compose, systemd and a shell all read it. */
const quoted = (value: string): string => (/^[\w./:@+,=-]*$/.test(value) ? value : `'${value}'`);
