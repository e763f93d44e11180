import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { emptyFolder } from './command.js';

const script = 'scripts/build-if-needed.mjs';
const realScript = fileURLToPath(new URL(`../../../${script}`, import.meta.url));

describe('npm start and npm test', () => {
  let folder: string;
  beforeEach(() => {
    folder = emptyFolder();
    for (const each of [
      'node_modules/esbuild',
      'scripts',
      'src/web',
      'dist/program/cli',
      'views/assets',
    ]) {
      mkdirSync(join(folder, each), { recursive: true });
    }
    cpSync(realScript, join(folder, script));
    write('package-lock.json', 'tsconfig.json', 'src/web/pages.ts');
    writeFileSync(join(folder, 'scripts/build.mjs'), "console.log('built');\n");
    write('dist/program/cli/main.js', 'views/assets/pico.css');
    // As after a build: what it is made of is older.
    for (const each of ['dist/program/cli/main.js', 'views/assets/pico.css']) {
      const later = Date.now() / 1000 + 10;
      utimesSync(join(folder, each), later, later);
    }
  });
  const write = (...files: string[]): void => {
    for (const file of files) writeFileSync(join(folder, file), '');
  };
  const touch = (file: string): void => {
    const later = Date.now() / 1000 + 20;
    utimesSync(join(folder, file), later, later);
  };
  const run = (): string => execFileSync(process.execPath, [script], { cwd: folder }).toString();

  it('say what comes first where nothing is installed', () => {
    rmSync(join(folder, 'node_modules'), { recursive: true });
    const { status, stderr } = spawnSync(process.execPath, [script], { cwd: folder });
    expect([status, String(stderr)]).toEqual([
      1,
      'Run "npm ci" first: the packages that this needs are not here.\n',
    ]);
  });

  it('say so where nothing is built, and only what runs is installed', () => {
    rmSync(join(folder, 'node_modules/esbuild'), { recursive: true });
    expect(run()).toBe('');
    rmSync(join(folder, 'dist'), { recursive: true });
    const { status, stderr } = spawnSync(process.execPath, [script], { cwd: folder });
    expect([status, String(stderr)]).toEqual([
      1,
      expect.stringMatching(/^Nothing .*"npm ci".*\n$/),
    ]);
  });

  it('build nothing after a build', () => {
    expect(run()).toBe('');
  });

  it.each(['src/web/pages.ts', 'src/web', 'tsconfig.json', 'package-lock.json'])(
    'say at once that they build, when %s has changed since',
    (changed) => {
      touch(changed);
      expect(run()).toBe('Building first: there is no dist, or it is older than src.\nbuilt\n');
    },
  );

  it.each(['dist', 'views/assets/pico.css'])('build when there is no %s', (gone) => {
    rmSync(join(folder, gone), { recursive: true });
    expect(run()).toMatch(/\nbuilt\n$/);
  });
});
