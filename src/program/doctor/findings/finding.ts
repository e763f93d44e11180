import type { Change, Question } from './change.js';
import type { FindingCode } from './catalogue.js';

/**
 * One thing that is wrong, or could not be looked at. How bad it is and why it matters is in the
 * catalogue, by code.
 */
export interface Finding {
  readonly code: FindingCode;
  /** Which one of several it is about: an identity provider's name, a setting. */
  readonly about?: string | undefined;
  /** What was found, with the names and addresses of this set-up. Never a secret. */
  readonly what: string;
  readonly fix: Fix;
}

/** What ends it. */
export interface Fix {
  /** The one thing to do, in a sentence. */
  readonly text: string;
  /** Where in the AWS console. */
  readonly console?: string | undefined;
  /** The change as data; its command line is made from it. */
  readonly change?: Change | undefined;
  /** What to ask AWS where the change must be made by hand. */
  readonly question?: Question | undefined;
  /** A command of another kind. */
  readonly command?: string | undefined;
}

/** What a finding has besides words; `set` has the variables to write. */
export type More = Omit<Fix, 'text'> & {
  readonly about?: string | undefined;
  readonly set?: Readonly<Record<string, string>>;
};

/** @param text the one thing to do */
export const finding = (
  code: FindingCode,
  what: string,
  text: string,
  { about, set, ...fix }: More = {},
): Finding => ({
  code,
  about,
  what,
  fix: { text, ...fix, ...(set && { change: { kind: 'environment', set } }) },
});

/** What was looked for; `undefined` where that is fine. */
export type Findings = readonly (Finding | undefined)[];

/** Those that there are. */
export const compact = (findings: Findings): Finding[] =>
  findings.filter((each) => each !== undefined);

/**
 * What a check came to: what it found and, in a few words, what it saw; or why it could not begin.
 */
export type CheckResult =
  | { readonly findings: readonly Finding[]; readonly detail?: string | undefined }
  | { readonly skipped: string };

/** A part of a check: what it found, and what else is worth knowing, in a few words each. */
export interface Noted {
  readonly findings: Findings;
  readonly notes: readonly string[];
}
