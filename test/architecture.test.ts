import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { functionsOf } from './support/functions.js';
import { importsOf } from './support/imports.js';
import { codeWords, tableOf } from './documents/documents.js';

const src = fileURLToPath(new URL('../src/', import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => statSync(join(src, path)).isFile())
  .toSorted();
const textOf = (file: string): string => readFileSync(join(src, file), 'utf8');

const rows = ['The library', 'The pools', 'The program'].flatMap((heading) =>
  tableOf('docs/architecture.md', heading).map(([names = '', , allowed = '']) => ({
    heading,
    rooms: codeWords(names),
    allowed,
  })),
);
const rooms = rows.flatMap((row) => row.rooms);

/**
 * `relying-party/login/login.ts` -> `relying-party/login`, `index.ts` -> `index`: the table may
 * name a file or a folder.
 */
function roomOf(file: string): string {
  const path = file.replace(/\.ts$/, '');
  return rooms.includes(path) ? path : dirname(path);
}

/** The rooms that this room's row names; it may always import itself, and those of its row. */
function mayImport(room: string): string[] {
  const index = rows.findIndex((row) => row.rooms.includes(room));
  const { allowed, rooms: neighbours } = rows[index]!;
  const above = rows.slice(0, index).flatMap((row) => row.rooms);
  return [...(allowed === 'everything above' ? above : codeWords(allowed)), ...neighbours];
}

/** What is above src (package.json, a view) is no room, and not to be imported. */
const importedBy = (text: string, file: string): string[] =>
  importsOf(text, file, (path) => files.includes(path));
const imports = new Map(files.map((file) => [file, importedBy(textOf(file), file)]));

const forbidden = (file: string, imported: readonly string[]): string[] =>
  imported.filter((each) => !mayImport(roomOf(file)).includes(roomOf(each)));

describe('the tables of docs/architecture.md', () => {
  it('have every room of src, and no other', () => {
    expect(rooms.toSorted()).toEqual([...new Set(files.map(roomOf))].toSorted());
  });

  it('allow imports only upwards', () => {
    for (const [index, { allowed }] of rows.entries()) {
      const above = rows.slice(0, index).flatMap((row) => row.rooms);
      expect(codeWords(allowed).filter((room) => !above.includes(room))).toEqual([]);
    }
  });

  it('name no import that there is not', () => {
    const unused = rows.flatMap((row) => {
      const used = new Set(
        files
          .filter((file) => row.rooms.includes(roomOf(file)))
          .flatMap((file) => imports.get(file)!.map(roomOf)),
      );
      return codeWords(row.allowed)
        .filter((room) => !used.has(room))
        .map((room) => `${row.rooms.join(', ')}: ${room}`);
    });
    expect(unused).toEqual([]);
  });

  it('keep the wings apart: the library knows neither the program nor the pools, and the pools only its glue', () => {
    const wingOf = (room: string): string => rows.find((row) => row.rooms.includes(room))!.heading;
    for (const { heading, rooms: mine, allowed } of rows) {
      const wings = codeWords(allowed).map(wingOf);
      if (heading === 'The library') expect(new Set(['The library', ...wings]).size).toBe(1);
      if (heading !== 'The pools' || mine.includes('testing')) continue;
      const beyond = codeWords(allowed).filter((room) => !/^(?:pools|web)(?:\/|$)/.test(room));
      expect(beyond).toEqual([]);
    }
  });
});

describe('every file of src', () => {
  it.each(files)('%s imports only what its room may import', (file) => {
    expect(forbidden(file, imports.get(file)!)).toEqual([]);
  });

  it.each([
    "import type { Settings } from '../../program/app.js';",
    'import "../../program/app.js";',
    "export { app } from '../../program/app.js';",
    "export * from '../../program/app.js';",
    "type App = import('../../program/app.js').App;",
    "const app = await import(/* later */ '../../program/app.js');",
    'const app = await import(`../../program/app.js`);',
    "const app = createRequire(import.meta.url)('../../program/app.js');",
  ])('would be found importing the program into the relying party: %s', (text) => {
    const file = 'relying-party/login/login.ts';
    expect(forbidden(file, importedBy(text, file))).toEqual(['program/app.ts']);
  });

  it.each([
    ["export type { Pools } from 'lifeguard/pools';", 'pools/index.ts'],
    ["import { createRelyingParty } from 'lifeguard';", 'index.ts'],
    ['const app = await import(`../../${name}.js`);', '(computed)'],
    ["import manifest from '../../../package.json';", '../package.json'],
  ])('would be found reaching elsewhere by other names: %s', (text, found) => {
    const file = 'relying-party/login/login.ts';
    expect(forbidden(file, importedBy(text, file))).toEqual([found]);
  });

  it('is TypeScript under its one name', () => {
    expect(files.filter((file) => !/^[\w./-]+(?<!\.d)\.ts$/.test(file))).toEqual([]);
  });

  it('is in no circle of imports, by types neither', () => {
    expect(circlesIn(imports)).toEqual([]);
    const three = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['a', 'd']],
      ['d', []],
    ]);
    expect(circlesIn(three)).toEqual([['a', 'b', 'c']]);
    expect(circlesIn(new Map([['a', ['a']]]))).toEqual([['a']]);
  });

  it('leaves the environment to the place where commands start', () => {
    const readers = files.filter((file) =>
      /process\.env|import\.meta\.env|\{[^}]*\benv\b[^}]*\} from 'node:process'/.test(textOf(file)),
    );
    expect(readers).toEqual(['program/cli/program.ts']);
  });

  it('leaves the OpenID Connect library to the relying party', () => {
    const users = files.filter((file) => /from 'openid-client'/.test(textOf(file)));
    expect(users.filter((file) => !file.startsWith('relying-party/'))).toEqual([]);
  });
});

describe('what is loaded by', () => {
  it.each(['index.ts', 'program/cli/commands/serve.ts'])(
    '%s, which runs in production, is never the embedded pools',
    (file) => {
      const loaded = [...closureOf(file)];
      expect(loaded).toContain('relying-party/login/login.ts');
      expect(loaded.filter((each) => each.startsWith('pools/'))).toEqual([]);
    },
  );

  it.each(['setup/setup.ts', 'doctor.ts', 'rotate-secret.ts'])(
    'program/cli/commands/%s, which people wait for, is never the site',
    (file) => {
      const loaded = [...closureOf(`program/cli/commands/${file}`)];
      expect(loaded).toContain('program/config/from-environment.ts');
      const ofSite = /^(?:program\/(?:app|site)|guards|relying-party\/(?:login|logout))\b/;
      expect(loaded.filter((each) => ofSite.test(each))).toEqual([]);
    },
  );
});

describe('the size of things', () => {
  it('is at most 12 files in a folder, but in two that are lists', () => {
    const folders = [...new Set(files.map((file) => dirname(file)))];
    const large = folders.filter(
      (each) => files.filter((file) => dirname(file) === each).length > 12,
    );
    const lists = ['pools/api', 'program/doctor/checks'];
    expect(large.filter((each) => !lists.includes(each))).toEqual([]);
  });

  it('is at most as wide in a comment as code is, which Prettier breaks', () => {
    const tooWide = files.flatMap((file) =>
      textOf(file)
        .split('\n')
        .filter((line) => line.length > 100 && /^\s*(?:\/\/|\/\*|\*)/.test(line))
        .filter((line) => !line.includes('@see')),
    );
    expect(tooWide).toEqual([]);
  });

  it('is at most 250 lines in a file', () => {
    expect(files.filter((file) => textOf(file).trimEnd().split('\n').length > 250)).toEqual([]);
  });

  it('is at most 60 lines in a function, and at most 10 in half of them', () => {
    const functions = files.flatMap((file) => functionsOf(textOf(file), file));
    expect(functions.filter(({ lines }) => lines > 60)).toEqual([]);
    const lengths = functions.map(({ lines }) => lines).toSorted((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(10);
  });
});

/**
 * The file and everything it loads, directly or not; types are not loaded, but none of them leads
 * elsewhere.
 */
function closureOf(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const each of imports.get(file) ?? []) closureOf(each, seen);
  return seen;
}

/** Groups of which each reaches every other (Tarjan's algorithm), sorted. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): number => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      const reached = order.has(next)
        ? stack.includes(next)
          ? order.get(next)!
          : Infinity
        : visit(next);
      lowest.set(file, Math.min(lowest.get(file)!, reached));
    }
    if (lowest.get(file) === order.get(file)) {
      const circle = stack.splice(stack.indexOf(file));
      const isLoop = graph.get(file)?.includes(file) === true;
      if (circle.length > 1 || isLoop) circles.push(circle.toSorted());
    }
    return lowest.get(file)!;
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return circles;
}
