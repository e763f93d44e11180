import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/free-port.js';

export const commandFile: string = fileURLToPath(
  new URL('../../../dist/program/cli/main.js', import.meta.url),
);

/** `lifeguard …` running as a process of its own, from the build. */
export interface RunningCommand {
  readonly process: ChildProcess;
  /** Everything it has written so far, on both streams. */
  output(): string;
  errors(): string;
  /** What it has written to standard output alone. */
  printed(): string;
  /** Its log lines so far. */
  lines(): Record<string, unknown>[];
  /**
   * Resolves once the output has this text as often as asked; rejects if the command ends before.
   */
  says(text: string, times?: number): Promise<void>;
  /** Resolves with its exit code when it has ended. */
  exit(): Promise<number | null>;
}

const running = new Set<ChildProcess>();

/**
 * Starts a command with these variables and no others, in an empty folder unless one is given. To
 * be ended with `endCommands` if it does not end by itself.
 *
 * @param commandLine with blanks between its words, or as a list where a word is empty or has
 *   blanks
 */
export function lifeguard(
  commandLine: string | readonly string[],
  environment: Record<string, string> = {},
  folder: string = emptyFolder(),
): RunningCommand {
  const words = typeof commandLine === 'string' ? commandLine.split(' ') : commandLine;
  const child = spawn(process.execPath, [commandFile, ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that a signal can be sent to all of it, as systemd does.
    detached: true,
  });
  running.add(child);
  let output = '';
  let errors = '';
  let printed = '';
  const closed = once(child, 'close').then(([code]: (number | null)[]) => {
    running.delete(child);
    return code ?? null;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    printed += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    errors += text;
  });

  const says = async (text: string, times = 1): Promise<void> => {
    while (output.split(text).length <= times) {
      const ended = closed.then((code) => {
        throw new Error(`ended with ${code} before it said "${text}":\n${output}`);
      });
      await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), ended]);
    }
  };
  return {
    process: child,
    output: () => output,
    errors: () => errors,
    printed: () => printed,
    lines: () =>
      output
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map(parse),
    says,
    exit: () => closed,
  };
}

const parse = (line: string): Record<string, unknown> => JSON.parse(line);

/** Ends every command of this file that still runs. */
export function endCommands(): void {
  for (const child of running) child.kill('SIGKILL');
}

export const emptyFolder = (): string => mkdtempSync(join(tmpdir(), 'lifeguard-cli-'));

/** A port somebody listens on, until `release`. */
export async function takenPort(): Promise<{ port: number; release: () => void }> {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { port, release: () => server.close() };
}
