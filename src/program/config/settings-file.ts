import { lstatSync, readlinkSync } from 'node:fs';
import { ConfigError, type Problem } from '../../errors/config-error.js';
import { lineOf, readDotenv, type Dotenv, type DotenvPiece } from './dotenv.js';
import { NoSmallFileError, readSmallFile } from './read-small-file.js';

/** A file of settings as it is. */
export interface SettingsFile {
  readonly text: string;
  readonly values: Readonly<Record<string, string>>;
  /** Names that are assigned more than once, each with the lines; the last one counts. */
  readonly repeated: ReadonlyMap<string, readonly number[]>;
}

/**
 * Reads a `.env` as the editors and tools of all systems write it: UTF-8 or, with its mark, UTF-16.
 *
 * @returns `undefined` if there is none
 * @throws {ConfigError} with every line that cannot be read, or why none can; never with a value
 */
export function readSettingsFile(path: string): SettingsFile | undefined {
  const bytes = bytesOf(path);
  if (bytes === undefined) return undefined;
  const text = decode(bytes);
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    const option = `${path} line ${lineOf(text, nul)}`;
    const problem = 'has a NUL byte in it, which is no text';
    throw new ConfigError([{ option, problem, fix: 'save the file as UTF-8' }]);
  }
  const { pieces, problems } = readDotenv(text);
  if (problems.length > 0) throw new ConfigError(alikeTogether(path, problems));
  const values = pieces.flatMap(({ name, value }) =>
    name === undefined ? [] : [[name, value ?? ''] as const],
  );
  return { text, values: Object.fromEntries(values), repeated: repeatedIn(pieces) };
}

const MOST_LINES = 10;

/** What is wrong with many lines in the same way, as in a file of another kind, is told once. */
function alikeTogether(path: string, problems: Dotenv['problems']): Problem[] {
  const groups = new Map<
    string,
    { readonly words: Omit<Problem, 'option'>; readonly lines: number[] }
  >();
  for (const { line, problem, fix } of problems) {
    const group = groups.get(`${problem}; ${fix}`);
    if (group !== undefined) group.lines.push(line);
    else groups.set(`${problem}; ${fix}`, { words: { problem, fix }, lines: [line] });
  }
  return [...groups.values()].map(({ words, lines: [first, ...others] }) => {
    const more = others.length > MOST_LINES ? ` and ${others.length - MOST_LINES} more` : '';
    const too = others.length > 0 ? ` (and ${others.slice(0, MOST_LINES).join(', ')}${more})` : '';
    return { option: `${path} line ${first}${too}`, ...words };
  });
}

/** The mark at the beginning says which it is; a decoder takes it off. */
function decode(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString('hex');
  const encoding = { fffe: 'utf-16le', feff: 'utf-16be' }[mark] ?? 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

function repeatedIn(pieces: readonly DotenvPiece[]): Map<string, readonly number[]> {
  const lines = new Map<string, number[]>();
  for (const { name, line } of pieces) {
    if (name !== undefined) lines.set(name, [...(lines.get(name) ?? []), line]);
  }
  return new Map([...lines].filter(([, each]) => each.length > 1));
}

function bytesOf(path: string): Buffer | undefined {
  try {
    return readSmallFile(path);
  } catch (error) {
    if (error instanceof NoSmallFileError) {
      throw new ConfigError([{ option: path, problem: error.message, fix: error.fix }]);
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    if (code === 'ENOENT' && !isLink(path)) return undefined;
    throw new ConfigError([{ option: path, ...whyUnreadable(code, path) }]);
  }
}

/** What leads nowhere is there all the same, and was meant. */
function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function whyUnreadable(code: string, path: string): Omit<Problem, 'option'> {
  switch (code) {
    case 'ENOENT':
      return {
        problem: `is a link to ${readlinkSync(path)}, which is not there`,
        fix: 'make that file, or remove the link',
      };
    case 'EISDIR':
      return {
        problem: 'is a folder (Docker makes one where a file to be mounted is missing)',
        fix: 'remove it, and put a file there',
      };
    case 'EACCES':
    case 'EPERM':
      return {
        problem: `may not be read by this user (${code})`,
        fix: 'give the file to the user that this runs as (chown), or run as its owner',
      };
    default:
      return { problem: `cannot be read (${code})`, fix: 'check its path and what it is' };
  }
}
