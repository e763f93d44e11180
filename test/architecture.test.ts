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

const textOf = (file: string): string => readFileSync(join(src, file), 'utf8');

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

/** The file and everything it loads, directly or not. */
function closureOf(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const specifier of specifiersOf(textOf(file))) {
    if (specifier.startsWith('.')) {
      closureOf(normalize(join(file, '..', specifier)).replace(/\.js$/, '.ts'), seen);
    }
  }
  return seen;
}

describe.each(['index.ts', 'cli/serve.ts'])('src/%s, which runs in production', (file) => {
  it('never loads the embedded pools', () => {
    const loaded = [...closureOf(file)];
    expect(loaded).toContain('relying-party/login.ts');
    expect(loaded.filter((each) => partOf(each) === 'pools')).toEqual([]);
  });
});

describe.each(['cli/setup.ts', 'cli/doctor.ts', 'cli/rotate-secret.ts'])(
  'src/%s, which people wait for',
  (file) => {
    it('never loads the site', () => {
      const loaded = [...closureOf(file)];
      expect(loaded).toContain('config/from-environment.ts');
      expect(loaded.filter((each) => ['app', 'site', 'guards'].includes(partOf(each)))).toEqual([]);
    });
  },
);

describe('every file of src', () => {
  it.each(files)('%s imports only what its part may import', (file) => {
    const imported = specifiersOf(textOf(file))
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => normalize(join(file, '..', specifier)))
      // What is above src (package.json, a view) is no part, and not to be imported.
      .map((path) => (path.startsWith('..') ? path : partOf(path.replace(/\.js$/, '.ts'))));
    expect(imported.filter((part) => !mayImport(partOf(file)).includes(part))).toEqual([]);
  });

  it('leaves the environment to the place where commands start', () => {
    const readers = files.filter((file) => /process\.env|import\.meta\.env/.test(textOf(file)));
    expect(readers).toEqual(['cli/program.ts']);
  });

  it('leaves the OpenID Connect library to the relying party', () => {
    const users = files.filter((file) => specifiersOf(textOf(file)).includes('openid-client'));
    expect(new Set(users.map(partOf))).toEqual(new Set(['relying-party']));
  });
});
