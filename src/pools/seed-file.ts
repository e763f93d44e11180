import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SeedError } from './seed.js';

/**
 * Reads a seed from a `.json`, `.yaml` or `.yml` file, unchecked.
 *
 * @throws {SeedError} when the file cannot be read or is not what its name says
 */
export async function readSeedFile(location: string | URL): Promise<unknown> {
  const path = location instanceof URL ? fileURLToPath(location) : location;
  try {
    const text = await readFile(path, 'utf8');
    if (path.endsWith('.json')) return JSON.parse(text) as unknown;
    if (!/\.ya?ml$/.test(path)) throw new TypeError('its name must end in .json, .yaml or .yml');
    const { parse } = await import('yaml');
    return parse(text) as unknown;
  } catch (cause) {
    // A parser's message may quote the file, and the file has passwords in it.
    const reason =
      cause instanceof SyntaxError || isYamlError(cause) ? 'it does not parse' : String(cause);
    throw new SeedError([{ path, problem: `cannot be read: ${reason}` }]);
  }
}

const isYamlError = (cause: unknown): boolean =>
  cause instanceof Error && cause.name.startsWith('YAML');
