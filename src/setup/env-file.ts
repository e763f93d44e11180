import { randomBytes } from 'node:crypto';
import { open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { readDotenv } from '../config/dotenv.js';
import { readSettingsFile } from '../config/settings-file.js';
import { nameOf, codeOf } from './patience.js';
import { SetupError } from './setup-error.js';

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
 * Writes the file readable by its owner alone, and at once: whoever looks sees the old one or the new one. Written by root, it
 * stays its owner's.
 *
 * @param mode the owner's group may be let in too
 * @throws {SetupError} when it cannot be written; the old one is untouched
 */
export async function writeEnvFile(path: string, text: string, mode = 0o600): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    const before = await stat(path).catch(() => undefined);
    const file = await open(draft, 'wx', 0o600);
    try {
      if (before !== undefined && process.getuid?.() === 0)
        await file.chown(before.uid, before.gid);
      await file.chmod(mode);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw new SetupError(`${path} cannot be written (${codeOf(error) || nameOf(error)}).`, {
      cause: error,
    });
  }
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
