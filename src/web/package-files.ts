import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// Found by the package's own name: the build joins many modules in few files, so that none knows
// how deep it lies.
const manifest = pathToFileURL(createRequire(import.meta.url).resolve('lifeguard/package.json'));

/** The address of a file or folder of this package, by its path from the package's own folder. */
export const packageFile = (path: string): URL => new URL(path, manifest);
