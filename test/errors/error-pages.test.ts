import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as prettier from 'prettier';
import {
  errorCatalogue,
  type RelyingPartyErrorCode,
} from '../../src/errors/relying-party-error.js';
import { inSettings } from '../../src/program/config/library-words.js';

const folder = new URL('../../docs/errors/', import.meta.url);
const codes = Object.keys(errorCatalogue) as RelyingPartyErrorCode[];

const nextSteps = {
  'sign-in': 'a button to sign in',
  retry: 'a button to try again',
  home: 'a link to the start page',
  'sign-out': 'a button to sign out',
} as const;

/** An option by its name, and the setting behind it. */
const inBoth = (text: string): string =>
  text.replace(
    /\boptions\.(\w+(?:\.\w+)?)/g,
    (option, name: string) => `\`${name}\` (${inSettings(option)})`,
  );

function page(code: RelyingPartyErrorCode): string {
  const { status, title, detail, next, atCallback, cause, fix } = errorCatalogue[code];
  return [
    `# ${code}`,
    `Status ${status}. For the operator; the user sees “${title}”, the sentence below, and ${nextSteps[next]}.`,
    `> ${detail}`,
    ...(atCallback === undefined
      ? []
      : [`Where a sign-in ends, “${atCallback.title}”:`, `> ${atCallback.detail}`]),
    '## Cause',
    inBoth(cause),
    '## Fix',
    inBoth(fix),
    '[All codes](README.md)',
  ].join('\n\n');
}

const FOREIGN_WORDS =
  'What Cognito says in words only (`attributes required: [email]`, `Bad id_token issuer …`) is recognised and has a code too. An error that comes back without `state`, or in an answer that is too long or doubled, belongs to no sign-in we know, and anybody can write one: its first words are only logged, as `login.stray_error`, `unverified`. With a `state` that fits they end the line of the `login.failed`, as unverified: whoever began that sign-in may have written them.';

const index = [
  '# Error codes',
  'A page for each code that pages, problem bodies, logs and metrics carry, with cause and fix. What must be set has two names there: the option of `createRelyingParty`, and in brackets the setting of the program. Nobody needs to match on messages. Written from `src/errors` by `UPDATE_ERRORS=1 npx vitest run test/errors`.',
  FOREIGN_WORDS,
  [
    '| Code | Status | The user sees | Cause |',
    '| --- | --- | --- | --- |',
    ...codes.map((code) => {
      const { status, title, cause } = errorCatalogue[code];
      return `| [\`${code}\`](${code}.md) | ${status} | ${title} | ${inBoth(cause)} |`;
    }),
  ].join('\n'),
].join('\n\n');

const wanted = { README: index, ...Object.fromEntries(codes.map((code) => [code, page(code)])) };
const written = (name: string): string => readFileSync(new URL(`${name}.md`, folder), 'utf8');
const format = (text: string): Promise<string> => prettier.format(text, { parser: 'markdown' });

describe('docs/errors', () => {
  it('has a page for every code and no other (to rewrite them, run this with UPDATE_ERRORS=1)', async () => {
    if (process.env['UPDATE_ERRORS'] === '1') {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      for (const [name, text] of Object.entries(wanted)) {
        writeFileSync(new URL(`${name}.md`, folder), await format(text));
      }
    }
    const expected = Object.keys(wanted).map((name) => `${name}.md`);
    expect(readdirSync(folder).toSorted()).toEqual(expected.toSorted());
  });

  it.each(Object.keys(wanted))('says in %s what the code says', async (name) => {
    expect(written(name)).toBe(await format(wanted[name as keyof typeof wanted]));
  });

  it('names options that the program has a setting for', () => {
    const texts = codes.flatMap((code) => [errorCatalogue[code].cause, errorCatalogue[code].fix]);
    expect(texts.join('\n')).toContain('options.session.store');
    expect(inSettings(texts.join('\n'))).not.toMatch(/\boptions\./);
  });

  it('gives every code its own cause and a fix, in sentences', () => {
    for (const code of codes) {
      const { cause, fix } = errorCatalogue[code];
      expect([code, /^[A-Z`].*\.$/s.test(cause), /^[A-Z`].*\.$/s.test(fix)]).toEqual([
        code,
        true,
        true,
      ]);
    }
  });
});
