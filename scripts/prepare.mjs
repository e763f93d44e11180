// Runs after `npm ci`. Builds when the compiler is there; a production install ships with dist already built.
import { createRequire } from 'node:module';

try {
  createRequire(import.meta.url).resolve('typescript/package.json');
} catch {
  process.exit(0);
}
await import('./build.mjs');
