import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import { parseEnv } from 'node:util';
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
 * @throws {SetupError} when it cannot be read
 */
export async function readEnvFile(path: string): Promise<EnvFile> {
  try {
    const real = await realpath(path);
    const [text, { mode }] = [await readFile(real, 'utf8'), await stat(real)];
    const isOpen = (mode & 0o077) !== 0;
    return { path: real, exists: true, text, values: parseEnv(text), isOpen };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return { path, exists: false, text: '', values: {}, isOpen: false };
    }
    throw new SetupError(`${path} cannot be read (${codeOf(error) || nameOf(error)}).`, {
      cause: error,
    });
  }
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

/** A line, or an assignment whose quoted value may span several; Node's own reading of such files. */
const PIECE =
  /(?:[ \t]*(?:export[ \t]+)?(?<name>[\w.-]+)[ \t]*=[ \t]*(?:'[^']*'|"[^"]*"|`[^`]*`)[^\n]*|[ \t]*(?:export[ \t]+)?(?<plain>[\w.-]+)[ \t]*=[^\n]*|[^\n]*)(?:\n|$)/y;

/**
 * The text with these variables set. Each takes the place of its last assignment, the one that counts, or comes at the
 * end; every other line stays as it is.
 */
export function withVariables(text: string, values: ReadonlyMap<string, string>): string {
  const pieces = piecesOf(text);
  for (const [name, value] of values) {
    const assignment = `${name}=${quoted(value)}\n`;
    const index = pieces.findLastIndex((piece) => piece.name === name);
    if (index < 0) pieces.push({ name, text: assignment });
    else pieces[index] = { name, text: assignment };
  }
  return pieces.map((piece) => piece.text).join('');
}

interface Piece {
  readonly name: string | undefined;
  readonly text: string;
}

function piecesOf(text: string): Piece[] {
  const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  const pieces: Piece[] = [];
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < whole.length) {
    const match = PIECE.exec(whole);
    if (match === null) break;
    pieces.push({ name: match.groups?.['name'] ?? match.groups?.['plain'], text: match[0] });
  }
  return pieces;
}

/** As Node, Docker Compose, systemd and a shell all read it. */
const quoted = (value: string): string => (/^[\w./:@+,=-]*$/.test(value) ? value : `'${value}'`);
