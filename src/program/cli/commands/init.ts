import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageFile } from '../../../web/package-files.js';
import { CommandError } from '../surroundings/failure.js';

export interface InitCommandOptions {
  readonly javascript?: true;
}

interface Manifest {
  readonly scripts: object;
  readonly devDependencies: { readonly supertest: string };
}

interface InstalledPackages {
  readonly packages: Record<string, { readonly resolved?: string } | undefined>;
}

const home = fileURLToPath(packageFile('.'));
const starter = join(home, 'examples/starter');
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
    const dependency = dependencyOf(realpathSync(folder), version);
    if (readdirSync(folder).length > 0) {
      throw new CommandError(`${folder} is not empty: name a new folder, or an empty one.`);
    }
    for (const file of files) {
      const text = readFileSync(join(starter, file), 'utf8');
      const own = text.replace('starter', name).replace('file:../..', dependency);
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

/**
 * How the project depends on this package: from where it is itself, a clone or a file, or by its
 * version.
 */
function dependencyOf(folder: string, version: string): string {
  const modules = dirname(home);
  if (basename(modules) !== 'node_modules') return `file:${relative(folder, home)}`;
  // npm keeps here where each package came from; other package managers have no such file.
  const installed = join(modules, '.package-lock.json');
  if (!existsSync(installed)) return `^${version}`;
  const { packages } = JSON.parse(readFileSync(installed, 'utf8')) as InstalledPackages;
  const [, file] =
    /^file:(.*)/.exec(packages[`node_modules/${basename(home)}`]?.resolved ?? '') ?? [];
  return file === undefined
    ? `^${version}`
    : `file:${relative(folder, resolve(modules, '..', file))}`;
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
