import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TEST_LIMIT_MS } from './limits.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The project in a folder of its own, whose code may be broken on purpose. */
export interface ProjectCopy {
  readonly folder: string;
  /** @returns the exit code, `null` when it had to be ended, and what it wrote */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<Outcome>;
  remove(): void;
}

interface RunOptions {
  readonly environment?: Record<string, string>;
  /** Ended, with all it has started, after this long; default as long as two tests may. */
  readonly limitMs?: number;
}

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Copies what git knows of, and what the build has made; the packages are shared. */
export function copyProject(): ProjectCopy {
  const folder = mkdtempSync(join(tmpdir(), 'lifeguard-copy-'));
  // Tests run commands of it as a user who owns nothing.
  chmodSync(folder, 0o755);
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  const files = listed.split('\0').filter((file) => file !== '');
  for (const file of [...files, 'dist', 'views/assets/pico.css']) {
    cpSync(join(root, file), join(folder, file), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return {
    folder,
    async run(program, args, { environment = {}, limitMs = 2 * TEST_LIMIT_MS } = {}) {
      const child = spawn(program, args, {
        cwd: folder,
        env: { ...process.env, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => (output += text));
      }
      let wasEnded = false;
      const limit = setTimeout(() => {
        wasEnded = true;
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      }, limitMs);
      const [code]: (number | null)[] = await once(child, 'close');
      clearTimeout(limit);
      return { code: wasEnded ? null : (code ?? null), output };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
