import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { CommandError } from '../surroundings/failure.js';

export interface InitCommandOptions {
  readonly javascript?: true;
}

interface Manifest {
  readonly scripts: object;
  readonly devDependencies: { readonly supertest: string };
}

const starter = new URL('../../../../examples/starter/', import.meta.url);
const files = ['package.json', 'tsconfig.json', 'app.ts', 'server.ts', 'app.test.ts', 'README.md'];

/**
 * `lifeguard init`: a project in a new folder. It is the example `starter` under the folder's name.
 *
 * @param version of this package, which the project depends on
 * @throws {CommandError} when something is in the folder, or it cannot be written
 */
export function init(folder: string, { javascript }: InitCommandOptions, version: string): void {
  const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
  const name = nameFor(folder);
  try {
    mkdirSync(folder, { recursive: true });
    if (readdirSync(folder).length > 0) {
      throw new CommandError(`${folder} is not empty: name a new folder, or an empty one.`);
    }
    for (const file of files) {
      const text = readFileSync(new URL(file, starter), 'utf8');
      const own = text.replace('starter', name).replace('file:../..', `^${version}`);
      if (javascript !== true) write(file, own);
      else if (file !== 'tsconfig.json') write(inJavaScript(file), inJavaScript(own));
    }
    // No example: npm packs no file of this name.
    write('.gitignore', 'node_modules/\n');
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${folder} cannot be written: ${String(error)}`, { cause: error });
  }
  const quoted = folder.includes(' ') ? JSON.stringify(folder) : folder;
  console.log(
    `The app is in ${folder}. Next:\n\n  cd ${quoted}\n  npm install\n  npm test\n  npm start`,
  );
}

/** What npm takes for a name; of a folder that has no such letter, `app`. */
const nameFor = (folder: string): string =>
  basename(resolve(folder))
    .toLowerCase()
    .match(/[a-z0-9]+/g)
    ?.join('-') ?? 'app';

/** The app has no types written in it, so nothing but names and tools are others. */
function inJavaScript(text: string): string {
  const own = text.replaceAll(' --import tsx', '').replaceAll('.ts', '.js');
  if (!own.startsWith('{')) return own;
  const manifest = JSON.parse(own) as Manifest;
  const { supertest } = manifest.devDependencies;
  const scripts = { ...manifest.scripts, typecheck: undefined };
  return `${JSON.stringify({ ...manifest, scripts, devDependencies: { supertest } }, null, 2)}\n`;
}
