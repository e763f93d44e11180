// Compiles src to dist and puts pico's classless stylesheet beside our own, where both src and dist find it.
//
// The modules that are loaded together are joined in one file, so that whoever imports the package loads a few files and not a
// hundred and fifty; what all of them share is there once. With --one-by-one each
// module stays a file, also where the compiler complains: mutants are tried on those.
import { spawnSync } from 'node:child_process';
import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
const root = new URL('../', import.meta.url);
const at = (path) => fileURLToPath(new URL(path, root));
const entries = ['index', 'pools/index', 'testing/index', 'program/cli/main'];
const isJoined = !process.argv.includes('--one-by-one');

copyFileSync(
  require.resolve('@picocss/pico/css/pico.classless.min.css'),
  at('views/assets/pico.css'),
);
// Put in its place only when whole: of a build that was cut off nobody would see that files are missing.
const unfinished = at('dist-unfinished');
rmSync(unfinished, { recursive: true, force: true });
const compiler = at('node_modules/typescript/bin/tsc');
const { status } = spawnSync(
  process.execPath,
  [
    compiler,
    ...['-p', at('tsconfig.json'), '--outDir', unfinished],
    ...(isJoined ? ['--emitDeclarationOnly'] : []),
  ],
  { stdio: 'inherit' },
);
if (status === 0 || !isJoined) {
  if (isJoined) await join();
  rmSync(at('dist'), { recursive: true, force: true });
  renameSync(unfinished, at('dist'));
}
rmSync(unfinished, { recursive: true, force: true });
process.exitCode = status ?? 1;

async function join() {
  await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints: entries.map((entry) => ({ in: `src/${entry}.ts`, out: entry })),
    outdir: unfinished,
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    chunkNames: 'parts/[name]-[hash]',
    logLevel: 'warning',
  });
}
