// Compiles src to dist and puts pico's classless stylesheet beside our own, where both src and dist find it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = new URL('../', import.meta.url);
const at = (path) => fileURLToPath(new URL(path, root));

copyFileSync(
  require.resolve('@picocss/pico/css/pico.classless.min.css'),
  at('views/assets/pico.css'),
);
rmSync(at('dist'), { recursive: true, force: true });
const compiler = at('node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [compiler, '-p', at('tsconfig.json')], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
