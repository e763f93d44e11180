// Compiles src to dist and puts pico's classless stylesheet beside our own, where both src and dist find it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = new URL('../', import.meta.url);
const at = (path) => fileURLToPath(new URL(path, root));

copyFileSync(
  require.resolve('@picocss/pico/css/pico.classless.min.css'),
  at('views/assets/pico.css'),
);
// Put in its place only when whole: of a build that was cut off nobody would see that files are missing.
const unfinished = at('dist-unfinished');
const compiler = at('node_modules/typescript/bin/tsc');
const { status } = spawnSync(
  process.execPath,
  [compiler, '-p', at('tsconfig.json'), '--outDir', unfinished],
  { stdio: 'inherit' },
);
if (status === 0) {
  rmSync(at('dist'), { recursive: true, force: true });
  renameSync(unfinished, at('dist'));
}
rmSync(unfinished, { recursive: true, force: true });
process.exit(status ?? 1);
