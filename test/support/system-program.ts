import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program the tests need that npm cannot bring. */
export interface SystemProgram {
  readonly name: string;
  /** Environment variable that names the executable and wins over everything else. */
  readonly variable: string;
  /** Absolute paths, or names to look up on PATH, in order of preference. */
  readonly candidates: readonly string[];
  readonly aptPackage: string;
  /** What follows `brew install`. */
  readonly brewArguments: readonly string[];
}

/**
 * Finds a program, or installs it where that needs nobody's password (apt-get as root, brew).
 *
 * @returns its path; `undefined`, after one line saying what to install, when it is missing
 * @throws {Error} when it is missing and `CI` is `true`: there nothing may be skipped
 */
export function findProgram(program: SystemProgram): string | undefined {
  const found = locate(program) ?? (install(program) ? locate(program) : undefined);
  if (found !== undefined) return found;
  const advice = `${program.name} is missing: install it (apt-get install ${program.aptPackage}, or brew install ${program.brewArguments.join(' ')}) or set ${program.variable}.`;
  if (process.env['CI'] === 'true') throw new Error(advice);
  console.warn(`${advice} Its tests are skipped.`);
  return undefined;
}

function locate({ variable, candidates, name }: SystemProgram): string | undefined {
  const chosen = process.env[variable];
  if (!chosen) return candidates.flatMap((candidate) => onPath(candidate) ?? [])[0];
  if (!isExecutable(chosen)) throw new Error(`${variable} is ${chosen}, which is no ${name}`);
  return chosen;
}

function onPath(candidate: string): string | undefined {
  if (candidate.startsWith('/')) return isExecutable(candidate) ? candidate : undefined;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, candidate)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function install({ name, aptPackage, brewArguments }: SystemProgram): boolean {
  const brew = onPath('brew');
  const aptGet = process.getuid?.() === 0 ? onPath('apt-get') : undefined;
  if (aptGet === undefined && brew === undefined) return false;
  console.warn(`Installing ${name} for the tests…`);
  try {
    if (aptGet !== undefined) {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      execFileSync(aptGet, ['update', '-q'], { env, stdio: 'ignore' });
      const installArguments = ['install', '-q', '-y', '--no-install-recommends', aptPackage];
      execFileSync(aptGet, installArguments, { env, stdio: 'ignore' });
    } else if (brew !== undefined) {
      execFileSync(brew, ['install', ...brewArguments], { stdio: 'ignore' });
    }
    return true;
  } catch {
    return false;
  }
}
