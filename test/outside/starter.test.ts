import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../../src/testing/sign-in.js';
import { freePort } from '../support/free-port.js';
import { installPacked, run, type Consumer } from './packed.js';

const alice = {
  username: 'alice',
  password: 'Welcome-2-Lifeguard!',
  newPassword: 'My-0wn-Lifeguard!',
};

describe('what lifeguard init makes, with the packed package', () => {
  let packed: Consumer;
  let folder: string;
  let server: ChildProcess | undefined;
  beforeAll(() => {
    packed = installPacked();
    // Beside it and not within, where what the project forgets would be found in the folder above.
    folder = mkdtempSync(join(tmpdir(), 'lifeguard-init-'));
  });
  afterEach(() => {
    // npm passes no signal on; all it has started is one group.
    if (server?.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
    server = undefined;
  });
  afterAll(() => {
    packed.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs `npm start` in the project until it says where to look. */
  async function start(project: string, port: number): Promise<void> {
    server = spawn('npm', ['start'], {
      cwd: project,
      env: { ...process.env, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    let printed = '';
    server.stdout!.setEncoding('utf8').on('data', (text: string) => (printed += text));
    while (!printed.includes(`Open http://localhost:${port}`)) {
      const ended = once(server, 'exit').then(() => {
        throw new Error(`It has ended before it listened:\n${printed}`);
      });
      await Promise.race([once(server.stdout!, 'data'), ended]);
    }
  }

  it.each([
    ['TypeScript', []],
    ['JavaScript', ['--javascript']],
  ])('passes its test, starts, and signs alice in: %s', async (language, options) => {
    const command = join(packed.folder, 'node_modules/.bin/lifeguard');
    const printed = run(folder, command, ['init', language, ...options]);
    expect(printed).toContain(`cd ${language}`);
    const project = join(folder, language);
    const quick = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
    // It depends on the file that the command itself came in.
    run(project, 'npm', ['install', ...quick]);

    expect(run(project, 'npm', ['test'])).toMatch(/\bpass 1\n/);
    if (language === 'TypeScript') run(project, 'npm', ['run', 'typecheck']);

    const port = await freePort();
    await start(project, port);
    const baseUrl = `http://localhost:${port}`;
    const { html, headers } = await signIn(`${baseUrl}/orders`, alice);
    expect(html).toMatch(/^Orders of Alice/);
    const answer = await fetch(`${baseUrl}/api/orders`, { headers });
    expect(await answer.json()).toEqual({ subject: expect.any(String), orders: [] });
    expect((await fetch(`${baseUrl}/api/orders`)).status).toBe(401);
  });
});
