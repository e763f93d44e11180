import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseSeed } from './schema.js';
import { SeedError, type PoolsSeed } from './seed.js';

/**
 * Reads and checks a seed in a `.json`, `.yaml` or `.yml` file.
 *
 * @throws {SeedError} when the file cannot be read, is not what its name says, or has problems; the
 *   message names the file and never quotes it, as it has passwords in it
 */
export async function readSeedFile(location: string | URL): Promise<PoolsSeed> {
  const file = location instanceof URL ? fileURLToPath(location) : location;
  return parseSeed(await contentOf(file), file);
}

async function contentOf(file: string): Promise<unknown> {
  try {
    const text = await readFile(file, 'utf8');
    if (file.endsWith('.json')) return JSON.parse(text) as unknown;
    if (!/\.ya?ml$/.test(file)) throw new TypeError('the name must end in .json, .yaml or .yml');
    const { parse } = await import('yaml');
    return parse(text) as unknown;
  } catch (cause) {
    throw new SeedError([{ path: '', problem: reasonOf(cause) }], file);
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Error && 'linePos' in cause) {
    const [start] = cause.linePos as [{ line: number }];
    return `line ${start.line} is not YAML`;
  }
  if (cause instanceof Error && 'code' in cause) return `it cannot be read (${String(cause.code)})`;
  if (cause instanceof SyntaxError) return 'it is not JSON';
  return cause instanceof Error ? cause.message : String(cause);
}
