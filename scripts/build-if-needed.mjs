// Runs before what uses dist. Builds only if dist is older than what it is made of, so that `npm start` answers soon after `npm ci`.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// What can build is not installed on an older one; the command itself says the same.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`lifeguard needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

const root = fileURLToPath(new URL('../', import.meta.url));
if (!existsSync(`${root}node_modules`)) {
  console.error('Run "npm ci" first: the packages that this needs are not here.');
  process.exit(1);
}
const changed = (path) => statSync(root + path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

// A folder is newer when a file was taken out of it.
const inside = readdirSync(`${root}src`, { recursive: true }).map((path) => `src/${path}`);
const sources = ['package-lock.json', 'tsconfig.json', 'scripts/build.mjs', 'src', ...inside];
const built = changed('views/assets/pico.css') && changed('dist/program/cli/main.js');
if (sources.some((path) => changed(path) > built)) {
  if (!existsSync(`${root}node_modules/esbuild`)) {
    console.error(
      'Nothing here can build dist: run "npm ci" without --omit=dev and NODE_ENV=production.',
    );
    process.exit(1);
  }
  console.log('Building first: there is no dist, or it is older than src.');
  await import('./build.mjs');
}
