import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { codeWords, readmeTable } from './readme-tables.js';

const src = fileURLToPath(new URL('../src/', import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

/** `relying-party/login.ts` -> `relying-party`, `app.ts` -> `app` */
const partOf = (file: string): string => file.split('/')[0]!.replace(/\.ts$/, '');

const rows = readmeTable('Layout').map(([names = '', , allowed = '']) => ({
  parts: codeWords(names),
  allowed,
}));
const parts = rows.flatMap((row) => row.parts);

/** The parts that the README's row of this part names; it may always import itself. */
function mayImport(part: string): string[] {
  const index = rows.findIndex((row) => row.parts.includes(part));
  const { allowed, parts: neighbours } = rows[index]!;
  if (allowed === 'everything') return parts;
  const named =
    allowed === 'everything above'
      ? rows.slice(0, index).flatMap((row) => row.parts)
      : codeWords(allowed);
  return [...named, ...neighbours];
}

const specifiersOf = (text: string): string[] =>
  [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => specifier!);

describe('the table in README.md', () => {
  it('has every part of src, and no other', () => {
    expect([...parts].toSorted()).toEqual([...new Set(files.map(partOf))].toSorted());
  });

  it('allows imports only upwards', () => {
    for (const [index, { allowed }] of rows.entries()) {
      const above = rows.slice(0, index).flatMap((row) => row.parts);
      expect(codeWords(allowed).filter((part) => !above.includes(part))).toEqual([]);
    }
  });
});

describe.each(files)('src/%s', (file) => {
  const text = readFileSync(join(src, file), 'utf8');
  const specifiers = specifiersOf(text);

  it('imports only what its part may import', () => {
    const imported = specifiers
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => normalize(join(file, '..', specifier)))
      // A file above src is package.json, a view or a dependency by mistake: none is a part.
      .map((path) => (path.startsWith('..') ? path : partOf(path.replace(/\.js$/, '.ts'))));
    expect(imported.filter((part) => !mayImport(partOf(file)).includes(part))).toEqual([]);
  });

  it('reads the environment only where commands start', () => {
    if (file !== 'cli/main.ts') expect(text).not.toMatch(/process\.env|import\.meta\.env/);
  });

  it('leaves the relying party’s protocol library to the relying party', () => {
    const isOurs = ['relying-party', 'tokens'].includes(partOf(file));
    if (!isOurs) expect(specifiers).not.toContain('openid-client');
  });
});
