import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { commandFile, emptyFolder } from '../program/cli/command.js';
import { freePort } from '../support/free-port.js';
import { STEP_LIMIT_MS } from '../support/limits.js';

/** `lifeguard …` whose output goes where a test wants it to go. */
export interface Program {
  readonly process: ChildProcess;
  /** Its exit code, once it has ended. */
  readonly exit: Promise<number | null>;
}

const running = new Set<ChildProcess>();

/**
 * Starts a command with its output in a file or device, or in a pipe that only the caller reads.
 *
 * @param stdout a path; without one, `process.stdout` of the result is the pipe
 */
export function run(
  commandLine: string,
  environment: Record<string, string>,
  stdout?: string,
): Program {
  const output = stdout === undefined ? 'pipe' : openSync(stdout, 'a');
  const child = spawn(process.execPath, [commandFile, ...commandLine.split(' ')], {
    cwd: emptyFolder(),
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', output, 'ignore'],
    detached: true,
  });
  if (typeof output === 'number') closeSync(output);
  running.add(child);
  const exit = once(child, 'exit').then(([code]: (number | null)[]) => {
    running.delete(child);
    return code ?? null;
  });
  return { process: child, exit };
}

/** Ends whatever still runs. */
export function endPrograms(): void {
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}

/** A complete configuration of `serve`, with pools that nobody runs. */
export async function siteSettings(): Promise<Record<string, string> & { BASE_URL: string }> {
  const port = await freePort();
  return {
    PORT: String(port),
    BASE_URL: `http://127.0.0.1:${port}`,
    ISSUER: 'http://127.0.0.1:9/eu-west-1_Absent001',
    CLIENT_ID: 'client-id',
    CLIENT_SECRET: 'none',
    SESSION_SECRET: 'a-session-secret-of-thirty-two-bytes',
    SESSION_STORE: 'memory:',
    SHUTDOWN_SECONDS: '1',
    RATE_LIMIT_PER_MINUTE: '0',
  };
}

/**
 * The status of an address.
 *
 * @throws {Error} when nobody answers
 */
export async function ask(url: string): Promise<number> {
  const answer = await fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(STEP_LIMIT_MS),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/**
 * The status of an address, or 0 when there is no connection or it is cut.
 *
 * @throws {DOMException} `TimeoutError` when it hangs
 */
export const statusOf = (url: string): Promise<number> =>
  ask(url).catch((error: unknown) => {
    if (error instanceof DOMException) throw error;
    return 0;
  });

/** Resolves when the condition holds; a test's own time limit ends it otherwise. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await wait(20);
}
