import { describe, expect, it } from 'vitest';
import { literalsOf, patternsOfSrc } from './scan.js';
import { ownWords, reachable } from './worst.js';

const { literals, constructors } = patternsOfSrc();
const written = literals.map(({ file, source, flags }) => ({
  file,
  pattern: `/${source}/${flags}`,
}));
const isOwnWords = (file: string): boolean =>
  !(file in reachable) && ownWords.some(([path]) => file.startsWith(path));

describe('every regular expression of src', () => {
  it('that strangers or a provider can reach is in the list, with its worst letters', () => {
    const unlisted = written.filter(
      ({ file, pattern }) => !isOwnWords(file) && !(pattern in (reachable[file]?.patterns ?? {})),
    );
    expect(unlisted).toEqual([]);
  });

  it('is a literal; only the pools make one from text, which they escape', () => {
    expect(constructors).toEqual(['pools/state/saved-state.ts']);
  });

  it('and no other is in the list', () => {
    const listed = Object.entries(reachable).flatMap(([file, { patterns }]) =>
      Object.keys(patterns).map((pattern) => `${file} ${pattern}`),
    );
    const known = new Set(written.map(({ file, pattern }) => `${file} ${pattern}`));
    expect(listed.filter((each) => !known.has(each))).toEqual([]);
    expect(ownWords.filter(([path]) => !written.some(({ file }) => file.startsWith(path)))).toEqual(
      [],
    );
  });
});

// A pattern that is more than linear does not come to an end here; what it costs,
// `npm run test:patterns` shows.
describe('100 kB of its worst letters are read by', () => {
  it.each(
    Object.entries(reachable).flatMap(([file, { patterns }]) =>
      Object.entries(patterns).map(([pattern, worst]) => ({ file, pattern, worst })),
    ),
  )('$file $pattern', ({ file, pattern, worst }) => {
    const literal = literals.find(
      (each) => each.file === file && `/${each.source}/${each.flags}` === pattern,
    );
    expect(worst.length).toBeGreaterThan(0);
    for (const letters of worst) {
      const text = letters(100_000);
      expect(text.length).toBeGreaterThanOrEqual(100_000);
      text.replace(new RegExp(literal!.source, literal!.flags), '');
    }
  });
});

it('the search for literals tells them from divisions, strings, comments and templates', () => {
  const text = [
    '#!/usr/bin/env node',
    'const a = b / c / d; // /no/',
    "const e = '/no/', f = /[/]yes\\//g;",
    'const g = `${h.replace(/yes2/, `/no/${/yes3/u.test(i)}`)} /no/`; /* /no/ */',
    'return /yes4/.test(j) ? k(l) / 2 : m[0] / 3;',
  ].join('\n');
  expect(literalsOf(text).map(({ source, flags }) => `${source} ${flags}`)).toEqual([
    '[/]yes\\/ g',
    'yes2 ',
    'yes3 u',
    'yes4 ',
  ]);
});
