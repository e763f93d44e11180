import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as prettier from 'prettier';
import { operatorHelp } from '../../src/errors/operator-help.js';
import {
  errorCatalogue,
  type RelyingPartyErrorCode,
} from '../../src/errors/relying-party-error.js';

const folder = new URL('../../docs/errors/', import.meta.url);
const codes = Object.keys(errorCatalogue) as RelyingPartyErrorCode[];

const nextSteps = {
  'sign-in': 'a button to sign in',
  retry: 'a button to try again',
  home: 'a link to the start page',
  'sign-out': 'a button to sign out',
} as const;

function page(code: RelyingPartyErrorCode): string {
  const { status, title, detail, next, atCallback } = errorCatalogue[code];
  const { cause, fix } = operatorHelp[code];
  return [
    `# ${code}`,
    `Status ${status}. For the operator; the user sees “${title}”, the sentence below, and ${nextSteps[next]}.`,
    `> ${detail}`,
    ...(atCallback === undefined
      ? []
      : [`Where a sign-in ends, “${atCallback.title}”:`, `> ${atCallback.detail}`]),
    '## Cause',
    cause,
    '## Fix',
    fix,
    '[All codes](README.md)',
  ].join('\n\n');
}

const index = [
  '# Error codes',
  'A page for each code that pages, problem bodies, logs and metrics carry, with cause and fix. Written from `src/errors/relying-party-error.ts` and `src/errors/operator-help.ts` by `UPDATE_ERRORS=1 npx vitest run test/errors`.',
  codes.map((code) => `- [\`${code}\`](${code}.md): ${operatorHelp[code].cause}`).join('\n'),
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

  it('gives every code its own cause and a fix, in sentences', () => {
    for (const code of codes) {
      const { cause, fix } = operatorHelp[code];
      expect([code, /^[A-Z`].*\.$/s.test(cause), /^[A-Z`].*\.$/s.test(fix)]).toEqual([
        code,
        true,
        true,
      ]);
    }
  });
});
