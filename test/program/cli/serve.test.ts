import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyFolder, endCommands, lifeguard, takenPort } from './command.js';
import { freePort } from '../../support/free-port.js';

afterAll(endCommands);

const secret = 'a-session-secret-of-thirty-two-bytes';

/** Complete, but with pools that nobody runs. */
async function settings(): Promise<Record<string, string> & { BASE_URL: string }> {
  const port = String(await freePort());
  return {
    PORT: port,
    BASE_URL: `http://127.0.0.1:${port}`,
    ISSUER: `http://127.0.0.1:${await freePort()}/eu-west-1_Absent001`,
    CLIENT_ID: 'client-id',
    CLIENT_SECRET: 'hunter2-client',
    SESSION_SECRET: secret,
    SESSION_STORE: 'memory:',
    SHUTDOWN_SECONDS: '1',
  };
}

describe('lifeguard serve without a usable configuration', () => {
  it('prints all that is wrong at once, each with its fix, and exits with 1', async () => {
    const serve = lifeguard('serve', { BASE_URL: 'www.example.com' });
    expect(await serve.exit()).toBe(1);
    expect(serve.errors().split('\n')).toEqual([
      'lifeguard serve cannot start: 5 things are wrong with its configuration.',
      '',
      expect.stringMatching(/^ {2}BASE_URL is not a URL; write .+/),
      expect.stringMatching(/^ {2}ISSUER is missing; copy .+/),
      expect.stringMatching(/^ {2}CLIENT_ID is missing; copy .+/),
      expect.stringMatching(/^ {2}CLIENT_SECRET is missing; copy .+/),
      expect.stringMatching(/^ {2}SESSION_SECRET is missing; use .+/),
      '',
      '',
    ]);
  });

  it('prints no secret, and hints at a mistyped variable', async () => {
    const serve = lifeguard('serve', { SESSION_SECRETS: secret, CLIENT_SECRET: 'hunter 2' });
    expect(await serve.exit()).toBe(1);
    expect(serve.errors()).toContain(
      'SESSION_SECRETS is not a setting; did you mean SESSION_SECRET?',
    );
    expect(serve.output()).not.toMatch(/hunter|thirty-two/);
  });

  it('says which variable to change when the port is taken', async () => {
    const { port, release } = await takenPort();
    const serve = lifeguard('serve', { ...(await settings()), PORT: String(port) });
    expect(await serve.exit()).toBe(1);
    expect(serve.errors()).toBe(
      `Port ${port} is taken: stop the program that uses it, or set PORT to another one.\n`,
    );
    release();
  });

  it.each([
    ['10.255.255.1', 'EADDRNOTAVAIL'],
    ['nowhere.invalid', 'E'],
  ])('says which variable to change when HOST is %s', async (HOST, code) => {
    const serve = lifeguard('serve', { ...(await settings()), HOST });
    expect(await serve.exit()).toBe(1);
    expect(serve.errors()).toContain(`This machine has no address ${HOST} (${code}`);
    expect(serve.errors()).toMatch(/: set HOST to one of its own, 127\.0\.0\.1 or 0\.0\.0\.0\.\n$/);
  });
});

describe('lifeguard serve --port', () => {
  it('wins over PORT, also in workers', async () => {
    const { PORT: variable, ...others } = await settings();
    const port = await freePort();
    const environment = { ...others, PORT: variable!, WORKERS: '2', SESSION_STORE: 'file:./s' };
    const serve = lifeguard(`serve --port ${port}`, environment);
    await serve.says(`"url":"http://127.0.0.1:${port}"`, 2);
    serve.process.kill('SIGINT');
    expect(await serve.exit()).toBe(0);
  });

  it('is named when it is none', async () => {
    const serve = lifeguard('serve --port 70000', await settings());
    expect(await serve.exit()).toBe(1);
    expect(serve.errors()).toContain(
      "error: option '--port <port>' argument '70000' is invalid. Write a port, e.g. 3000.",
    );
  });

  it('is named when it is taken', async () => {
    const { port, release } = await takenPort();
    const serve = lifeguard(`serve --port ${port}`, await settings());
    expect(await serve.exit()).toBe(1);
    expect(serve.errors()).toContain('set --port to another one');
    release();
  });
});

describe('lifeguard serve', () => {
  it('starts with the pools down: pages and readiness work, and only signing in is unavailable', async () => {
    const environment = await settings();
    const serve = lifeguard('serve', environment);
    await serve.says('"listening"');
    const statusOf = async (path: string): Promise<number> =>
      (await fetch(environment.BASE_URL + path, { redirect: 'manual' })).status;
    expect(await statusOf('/')).toBe(200);
    expect(await statusOf('/readyz')).toBe(200);
    expect(await statusOf('/login')).toBe(503);

    serve.process.kill('SIGINT');
    expect(await serve.exit()).toBe(0);
    expect(serve.lines()[0]).toMatchObject({
      msg: 'starting',
      settings: { BASE_URL: environment.BASE_URL, SESSION_SECRET: '1 set' },
    });
    expect(serve.output()).not.toMatch(/hunter2|thirty-two/);
  });

  it('at SIGTERM is not ready but still answers, then exits with 0', async () => {
    const environment = { ...(await settings()), SHUTDOWN_SECONDS: '4' };
    const serve = lifeguard('serve', environment);
    await serve.says('"listening"');
    serve.process.kill('SIGTERM');
    const readiness = async (): Promise<number> =>
      (await fetch(`${environment.BASE_URL}/readyz`)).status;
    let status = await readiness();
    while (status === 200) status = await readiness();
    expect(status).toBe(503);
    expect((await fetch(environment.BASE_URL)).status).toBe(200);
    expect(await serve.exit()).toBe(0);
  });

  it('reads .env in its folder, and lets the environment win', async () => {
    const { PORT, ...others } = await settings();
    const folder = emptyFolder();
    const lines = Object.entries({ ...others, LOG_LEVEL: 'silent' }).map((pair) => pair.join('='));
    writeFileSync(join(folder, '.env'), lines.join('\n'));
    const serve = lifeguard('serve', { PORT: PORT!, LOG_LEVEL: 'info' }, folder);
    await serve.says(`"listening"`);
    expect(serve.output()).toContain(`:${PORT}`);
    serve.process.kill('SIGINT');
    expect(await serve.exit()).toBe(0);
  });
});

describe('lifeguard serve with several workers', () => {
  it('shares the port, adds up metrics, replaces a dead worker and stops them all', async () => {
    const environment = { ...(await settings()), WORKERS: '2', SESSION_STORE: 'file:./sessions' };
    const serve = lifeguard('serve', environment);
    await serve.says('"listening"', 2);

    // New connections, so that both workers are met: each request is counted in one sum, whoever is
    // asked.
    for (let count = 1; count <= 6; count++) {
      const headers = { Connection: 'close' };
      await fetch(environment.BASE_URL, { headers });
      const text = await (await fetch(`${environment.BASE_URL}/metrics`, { headers })).text();
      expect(text).toContain(
        `lifeguard_http_request_duration_seconds_count{method="GET",route="/",status="2xx"} ${count}`,
      );
    }

    const pids = serve
      .lines()
      .flatMap((line) => (line['msg'] === 'listening' ? [line['pid']] : []));
    expect(new Set([...pids, serve.process.pid]).size).toBe(3);
    process.kill(Number(pids[0]), 'SIGKILL');
    await serve.says('"listening"', 3);
    expect((await fetch(environment.BASE_URL)).status).toBe(200);

    serve.process.kill('SIGTERM');
    expect(await serve.exit()).toBe(0);
    expect(serve.output()).toContain('all workers stopped');
  });

  it('gives up, and says why once, when the first cannot start', async () => {
    const { port, release } = await takenPort();
    const serve = lifeguard('serve', {
      ...(await settings()),
      PORT: String(port),
      WORKERS: '2',
      SESSION_STORE: 'file:./sessions',
    });
    expect(await serve.exit()).toBe(1);
    expect(serve.errors()).toBe(
      `Port ${port} is taken: stop the program that uses it, or set PORT to another one.\n`,
    );
    release();
  });
});
