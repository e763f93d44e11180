import { type DestinationStream, type Logger, pino } from 'pino';
import { inSettings } from '../config/library-words.js';
import type { Settings } from '../config/options/settings.js';
import { visibleJson } from '../../errors/strangers-words.js';

/*
 * The last line of defence, applied to each finished line. Nothing should get this far: what is
 * logged is chosen member by member. But an error of a library may quote an answer or a URL, and
 * then these must not go out.
 *
 * Strangers write parts of a line, so each pattern is linear: where it may start is marked by what
 * cannot be repeated inside what it skips. `npm run test:patterns` shows it.
 */
const secretsInText: readonly (readonly [RegExp, (...matched: string[]) => string])[] = [
  // Compact JWS (three parts; the third may be empty) and JWE (five parts, as Cognito's refresh
  // tokens are), and what is joined to them by dots.
  [/(?<![\w-])[\w-]+(?:\.[\w-]*){2,}/g, withoutToken],
  [/\b(Bearer|Basic)(\s+)[\w\-.~+/]+=*/gi, (_all, scheme, space) => `${scheme}${space}[redacted]`],
  // In a query or a form, and percent-encoded inside another URL's query.
  [
    /([?&]|%3F|%26|\b)(code|state|nonce|code_verifier|(?:id|access|refresh|logout)_token(?:_hint)?|client_secret|token)(=|%3D)[^&\s"'\\<>#]+/gi,
    (_all, before, name, equals) => `${before}${name}${equals}[redacted]`,
  ],
  // A member of JSON, also of JSON inside a string.
  [
    /("(?:code_verifier|(?:id|access|refresh|logout)_?token|client_?secret|set-cookie|cookie|authorization|password)\\*"\s*:\s*)(\[?\\*")[^"\\]*/gi,
    (_all, name, quote) => `${name}${quote}[redacted]`,
  ],
];

/** A token begins with its header, which is `{"` in base64url, and has two dots at least. */
function withoutToken(dotted: string): string {
  const start = dotted.indexOf('eyJ');
  const isToken = start !== -1 && dotted.indexOf('.', dotted.indexOf('.', start) + 1) > start;
  return isToken ? `${dotted.slice(0, start)}[token]` : dotted;
}

/**
 * Takes tokens, codes and secrets out of a line, and what would steer the terminal it is read on.
 */
const redact = (line: string): string =>
  visibleJson(
    secretsInText.reduce((text, [pattern, replace]) => text.replace(pattern, replace), line),
  );

export interface LoggerOptions {
  readonly level: Settings['logLevel'];
  /**
   * Where lines go. pino's own way to stdout would hold up the process when nobody takes them: see
   * `output.ts`.
   */
  readonly destination: DestinationStream;
}

/**
 * A pino logger: one JSON object per line, `level` as a word, `time` in ISO 8601, `pid` to tell
 * workers apart.
 */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError, detail: inSettings },
    hooks: { streamWrite: redact },
  };
  return pino(options, destination);
}

/**
 * What may be written of an error. An allow-list, because libraries hang whole responses on theirs;
 * of the cause only what kind it was (`ECONNREFUSED`).
 */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const cause =
    error.cause instanceof Error ? (codeOf(error.cause) ?? error.cause.name) : undefined;
  return {
    type: error.name,
    code: codeOf(error),
    message: error.message,
    stack: error.stack,
    cause,
  };
}

const codeOf = (error: Error): string | undefined =>
  'code' in error && typeof error.code === 'string' ? error.code : undefined;
