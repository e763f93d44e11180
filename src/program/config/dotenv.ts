import type { Problem } from '../../errors/config-error.js';

/** A line of a file of settings, or an assignment whose quoted value spans several. */
export interface DotenvPiece {
  /** The first line's number, from 1. */
  readonly line: number;
  /** As it stands in the file, with its line end if it has one. */
  readonly text: string;
  /** Absent where nothing is assigned: a comment, an empty line. */
  readonly name?: string;
  readonly value?: string;
}

/**
 * What is wrong with a line, and what to do; neither text says what stands there, which may be a
 * secret.
 */
type Complaint = Omit<Problem, 'option'>;

export interface Dotenv {
  readonly pieces: readonly DotenvPiece[];
  /** With each line that can be read in more than one way, or in none. */
  readonly problems: readonly (Complaint & { readonly line: number })[];
}

const LINE = /([^\r\n]*)(\r\n|\n|\r|$)/y;
const HEAD = /^[ \t]*(?:export[ \t]+)?([^=]*?)[ \t]*=[ \t]*/;
const LIKE_YAML = /^[ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*:/;
const QUOTED = /'([^']*)'|"((?:\\"|[^"])*)"|`([^`]*)`/y;
const COMMENT = /^[ \t]*(?:#.*)?$/;
const TYPOGRAPHIC = /^[“”„‟‘’‚‛«»]/;
/** Also a blank that is none of the two which everybody can tell apart. */
const UNSEEN = /(?![ \t])[\p{C}\p{Z}]/u;
/** In single quotes alone it is a letter to everybody. */
const EXPANDED = /\$[\w{($]/;
/** What a decoder writes where bytes were no letters. */
const NOT_DECODED = '\uFFFD';

/**
 * Reads what is in a `.env`. Node, Docker Compose, npm's dotenv and a shell agree on what is
 * accepted here; where they do not, the line is a problem, so that no value is cut or lost without
 * a word.
 *
 * - `NAME=value`, also with `export` before it and blanks round the `=`; a comment begins with `#`
 *   behind a blank.
 * - In single quotes, double quotes or backticks a value may span lines; in double quotes `\n` is a
 *   line end and `\"` a quote.
 * - Nothing is put in the place of `$NAME`: where others would do that, it is a problem.
 * - Lines end with LF, CRLF or CR; in a value that is LF. Of a name that is assigned twice the last
 *   counts.
 */
export function readDotenv(text: string): Dotenv {
  const pieces: DotenvPiece[] = [];
  const problems: Dotenv['problems'][number][] = [];
  let line = 1;
  for (let at = 0; at < text.length;) {
    const { end, found } = pieceAt(text, at);
    const piece = text.slice(at, end);
    const isProblem = found !== undefined && 'problem' in found;
    if (isProblem) problems.push({ line, ...found });
    pieces.push({ line, text: piece, ...(isProblem ? undefined : found) });
    line += lineOf(piece, piece.length) - 1;
    at = end;
  }
  return { pieces, problems };
}

/** The number, from 1, of the line that has the letter at this index. */
export const lineOf = (text: string, index: number): number =>
  text.slice(0, index).split(/\r\n|\n|\r/).length;

/** What stands in a line. */
type Found = { readonly name: string; readonly value: string } | Complaint;

/** What stands in a line and in those its value spans, if that is not nothing. */
interface FoundPiece {
  readonly end: number;
  readonly found?: Found;
}

const complaint = (problem: string, fix: string): Complaint => ({ problem, fix });

function pieceAt(text: string, start: number): FoundPiece {
  LINE.lastIndex = start;
  const [, content = ''] = LINE.exec(text) ?? [];
  const lineEnd = LINE.lastIndex;
  if (COMMENT.test(content)) return { end: lineEnd };

  const [head, name = ''] = HEAD.exec(content) ?? [];
  if (head === undefined || LIKE_YAML.test(content)) {
    return { end: lineEnd, found: notAssigned(content) };
  }
  const wrongName = problemWithName(name);
  if (wrongName !== undefined) return { end: lineEnd, found: wrongName };
  if (!/^['"`]/.test(content.slice(head.length))) {
    return { end: lineEnd, found: plainValue(name, content.slice(head.length)) };
  }
  return quotedValue(text, start + head.length, name, lineEnd);
}

const notAssigned = (content: string): Found =>
  LIKE_YAML.test(content)
    ? complaint('has ":" where "=" belongs', 'write NAME=value')
    : complaint(
        'has no "="',
        'write NAME=value, put # before a comment, and quotes round a value of several lines',
      );

const OTHER_PROGRAMS = [
  [/^set[ \t]/i, 'begins with "set", as for cmd.exe'],
  [/^\$env:/i, 'begins with "$env:", as for PowerShell'],
] as const;

function problemWithName(name: string): Found | undefined {
  if (name === '') return complaint('has no name before the "="', 'write NAME=value');
  const other = OTHER_PROGRAMS.find(([begins]) => begins.test(name));
  if (other !== undefined) return complaint(other[1], 'write NAME=value');
  const stranger = /[^\w.-]/u.exec(name)?.[0];
  if (stranger === undefined) return undefined;
  const what = nameOfLetter(stranger);
  return UNSEEN.test(name)
    ? complaint(`has an invisible character in its name (${unseenIn(name)})`, 'type the name anew')
    : complaint(
        `has ${what} in its name`,
        'write NAME=value with letters, digits and _ in the name, and quotes round a value of several lines',
      );
}

function plainValue(name: string, rest: string): Found {
  const comment = /(?:^|[ \t])#/.exec(rest);
  const value = rest.slice(0, comment?.index).replace(/[ \t]+$/, '');
  if (TYPOGRAPHIC.test(value)) {
    return complaint(`(${name}) has typographic quotes round its value`, 'write \' or "');
  }
  if (value.includes(NOT_DECODED)) return notUtf8(name);
  if (UNSEEN.test(value)) {
    return complaint(
      `(${name}) has an invisible character in its value (${unseenIn(value)})`,
      'type it anew, or put quotes round the value if it is meant',
    );
  }
  if (value.includes('#')) {
    return complaint(
      `(${name}) has # inside its value, where some programs begin a comment`,
      'put quotes round the value, or a blank before the #',
    );
  }
  if (EXPANDED.test(value)) return expanded(name);
  return { name, value };
}

function quotedValue(text: string, start: number, name: string, lineEnd: number): FoundPiece {
  const quote = text[start]!;
  QUOTED.lastIndex = start;
  const match = QUOTED.exec(text);
  if (match === null) {
    const problem = `(${name}) opens a quote (${quote}) that is never closed`;
    return { end: lineEnd, found: complaint(problem, 'close it, or use quotes of another kind') };
  }
  LINE.lastIndex = QUOTED.lastIndex;
  const [, behind = ''] = LINE.exec(text) ?? [];
  const end = LINE.lastIndex;
  if (!COMMENT.test(behind)) {
    const problem = `(${name}) goes on behind the quote (${quote}) that closes its value`;
    const fix =
      'see that no quote is missing; round a value that has such quotes inside, use another kind';
    return { end, found: complaint(problem, fix) };
  }
  const [, single, double, back] = match;
  const written = (single ?? double ?? back ?? '').replaceAll(/\r\n?/g, '\n');
  if (written.includes(NOT_DECODED)) return { end, found: notUtf8(name) };
  if (double !== undefined && EXPANDED.test(double)) return { end, found: expanded(name) };
  const value =
    double === undefined ? written : written.replaceAll(/\\n/g, '\n').replaceAll('\\"', '"');
  return { end, found: { name, value } };
}

const notUtf8 = (name: string): Found =>
  complaint(`(${name}) has a letter that is not UTF-8`, 'save the file as UTF-8');

const expanded = (name: string): Found =>
  complaint(
    `(${name}) has $ in its value, where Docker Compose and a shell put a variable`,
    'put the value in single quotes if that is meant, else write what it stands for',
  );

const unseenIn = (text: string): string => nameOfLetter(UNSEEN.exec(text)?.[0] ?? '');

/** A letter that can be shown, or the number by which it can be looked up. */
function nameOfLetter(letter: string): string {
  if (letter === ' ') return 'a blank';
  if (/^[!-~]$/.test(letter)) return `"${letter}"`;
  return `U+${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}
