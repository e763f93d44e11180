import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A regular expression as it is written in a file of src. */
export interface Literal {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

const src = fileURLToPath(new URL('../../src/', import.meta.url));

/** Every regular expression of src, and every place that makes one from text. */
export function patternsOfSrc(): { literals: Literal[]; constructors: string[] } {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const texts = files.toSorted().map((file) => ({ file, text: readFileSync(src + file, 'utf8') }));
  return {
    literals: texts.flatMap(({ file, text }) =>
      literalsOf(text).map((literal) => ({ file, ...literal })),
    ),
    constructors: texts.filter(({ text }) => /\bRegExp\(/.test(text)).map(({ file }) => file),
  };
}

/** What may stand before a division is a value: a name, a number, or something closed. */
const VALUE_BEFORE = /(?:[\w$)\]}]|`)$/;
const WORD_BEFORE_PATTERN = /\b(?:return|typeof|case|in|of|await)$/;

/**
 * The literals of a file, by walking over its comments, its strings and what is inside templates.
 */
export function literalsOf(text: string): Omit<Literal, 'file'>[] {
  const found: Omit<Literal, 'file'>[] = [];
  const walk = (start: number, isInTemplate: boolean): number => {
    let at = start;
    let depth = 0;
    while (at < text.length) {
      const char = text[at]!;
      if (text.startsWith('//', at) || (at === 0 && text.startsWith('#!')))
        at = after(text, '\n', at);
      else if (text.startsWith('/*', at)) at = after(text, '*/', at);
      else if (char === "'" || char === '"') at = endOfString(text, at);
      else if (char === '`') at = endOfTemplate(at);
      else if (char === '/' && isPatternAt(text, at)) {
        const end = endOfPattern(text, at);
        const [flags = ''] = /^[a-z]*/.exec(text.slice(end, end + 10)) ?? [];
        found.push({ source: text.slice(at + 1, end - 1), flags });
        at = end + flags.length;
      } else {
        if (char === '{') depth++;
        if (char === '}' && depth-- === 0 && isInTemplate) return at + 1;
        at++;
      }
    }
    return at;
  };
  const endOfTemplate = (start: number): number => {
    let at = start + 1;
    while (text[at] !== '`') {
      if (text[at] === '\\') at += 2;
      else if (text.startsWith('${', at)) at = walk(at + 2, true);
      else at++;
    }
    return at + 1;
  };
  walk(0, false);
  return found;
}

function isPatternAt(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 200), at).trimEnd();
  return !VALUE_BEFORE.test(before) || WORD_BEFORE_PATTERN.test(before);
}

function endOfPattern(text: string, start: number): number {
  let isInClass = false;
  for (let at = start + 1; ; at++) {
    const char = text[at];
    if (char === undefined || char === '\n') throw new Error(`no end: ${text.slice(start, at)}`);
    if (char === '\\') at++;
    else if (char === '[') isInClass = true;
    else if (char === ']') isInClass = false;
    else if (char === '/' && !isInClass) return at + 1;
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== text[start]) at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function after(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  return at === -1 ? text.length : at + what.length;
}
