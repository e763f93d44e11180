import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** A project outside the repository with the packed package installed, as its users have it. */
export interface Consumer {
  readonly folder: string;
  readonly tarball: string;
  /** Runs a program there. @returns what it printed @throws with what it printed when it fails */
  run(program: string, args: readonly string[], environment?: Record<string, string>): string;
  write(file: string, text: string): void;
  remove(): void;
}

/**
 * Packs what `npm run build` has built, and installs it into an empty project.
 *
 * @param manifest members of its package.json besides the package itself
 * @param copied folders of the repository to put there first
 * @param change what to change in them before the install
 * @param node the Node that installs it
 */
export function installPacked(
  manifest: Manifest = {},
  copied: readonly string[] = [],
  change: (folder: string) => void = () => undefined,
  node: string = process.execPath,
): Consumer {
  if (!existsSync(`${repository}dist/index.js`)) throw new Error('npm run build first');
  const folder = mkdtempSync(join(tmpdir(), 'lifeguard-package-'));
  // Without scripts: "prepare" would build anew, under the feet of the tests that run dist at this
  // moment.
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const name = npm(repository, pack).trim().split('\n').at(-1) ?? '';
  const tarball = join(folder, name);
  for (const each of copied) {
    cpSync(join(repository, each), join(folder, each), {
      recursive: true,
      filter: (path) => !/\/(?:node_modules|test-results)$/.test(path),
    });
  }
  change(folder);
  const dependencies = { lifeguard: `file:${tarball}`, ...manifest.dependencies };
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', ...manifest, dependencies }),
  );
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  npm(folder, install, node);
  return {
    folder,
    tarball,
    run: (program, args, environment = {}) => run(folder, program, args, environment),
    write: (file, text) => writeFileSync(join(folder, file), text),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly workspaces?: readonly string[];
}

/** Finds the Node it runs on by the path, as its first line says. */
const npm = (folder: string, args: readonly string[], node: string = process.execPath): string =>
  run(folder, 'npm', args, { PATH: `${dirname(node)}:${process.env['PATH']}` });

export function run(
  folder: string,
  program: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): string {
  // Vitest's own variables would make a vitest inside it think that it is a worker.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:VITEST|NODE_)/.test(name));
  const env = { ...Object.fromEntries(inherited), ...environment };
  try {
    return execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe', env });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')}\n${stdout ?? ''}\n${stderr ?? ''}`, {
      cause: error,
    });
  }
}

/**
 * The executable of a version of Node, this one or from the registry; `undefined`, and a word about
 * it, where it cannot be had.
 */
export function nodeOf(version: string): string | undefined {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  try {
    const where = ['--yes', `node@${version}`, '--print', 'process.execPath'];
    return run(tmpdir(), 'npx', where).trim();
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    console.warn(`Node ${version} cannot be had, so nothing is known of it: ${String(error)}`);
    return undefined;
  }
}
