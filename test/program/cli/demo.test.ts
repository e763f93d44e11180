import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createBrowser } from '../../support/browser.js';
import { finishSignIn, hasField } from '../../support/world.js';
import { endCommands, lifeguard, takenPort } from './command.js';
import { freePort } from '../../support/free-port.js';

afterAll(endCommands);

describe('lifeguard demo', async () => {
  const [port, poolsPort] = [await freePort(), await freePort()];
  // The variables are taken too, and the options win.
  const demo = lifeguard(`demo --port ${port} --pools-port ${poolsPort}`, {
    PORT: '1',
    POOLS_PORT: '1',
  });
  const site = `http://localhost:${port}`;
  const pools = `http://127.0.0.1:${poolsPort}`;

  it('prints where to go, the user, the password, both pools and how to stop', async () => {
    await demo.says('Ctrl-C');
    for (const text of [
      `Open      ${site}`,
      'User      alice',
      'Password  Welcome-2-Lifeguard!',
      `${pools}/oidc-pool-1`,
      `${pools}/oidc-pool-2`,
    ]) {
      expect(demo.output()).toContain(text);
    }
  });

  it('signs the printed user in at the printed address', async () => {
    const browser = createBrowser();
    const start = await browser.get(`${site}/profile`);
    expect(new URL(start.url).origin).toBe(pools);
    const profile = await finishSignIn(browser, start);
    expect(profile.url).toBe(`${site}/profile`);
    expect(profile.html).toContain('Alice Example');
  });

  it('prints a "Launch Hosted UI" link that works at the pools, and whose end the site explains', async () => {
    const [launch = ''] = /http:\S+\/login\?\S+/.exec(demo.output()) ?? [];
    const browser = createBrowser();
    const chooser = await browser.get(launch);
    const signIn = hasField(chooser, 'username')
      ? chooser
      : await browser.click(chooser, 'oidc-pool-2');
    expect(new URL(signIn.url).pathname).toMatch(/^\/oidc-pool-2\//);
    const end = await finishSignIn(browser, signIn);
    expect(end.url).toContain(`${site}/callback?`);
    expect(end.html).toContain('start again');
  });

  it('opens no debugger on SIGUSR1, and notes it', async () => {
    demo.process.kill('SIGUSR1');
    await demo.says('this signal changes nothing');
    expect(demo.errors()).toBe('');
  });

  it('stops cleanly on Ctrl-C', async () => {
    demo.process.kill('SIGINT');
    expect(await demo.exit()).toBe(0);
    expect(demo.output()).toContain('Stopped.');
    await expect(fetch(pools)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });
});

describe('npm start', () => {
  it('leaves nothing running when npm is told to stop, although its shell passes no signal on', async () => {
    const shell = spawn('sh', ['-c', `"${process.execPath}" dist/program/cli/main.js demo; true`], {
      cwd: fileURLToPath(new URL('../../../', import.meta.url)),
      env: {
        PATH: process.env['PATH'],
        PORT: String(await freePort()),
        POOLS_PORT: String(await freePort()),
        npm_lifecycle_event: 'start',
      },
    });
    let output = '';
    for await (const text of shell.stdout.setEncoding('utf8')) {
      if (output === '') shell.kill('SIGTERM');
      output += String(text);
    }
    // The stream has ended: the demo, which held its other end, is gone.
    expect(output).toContain('Stopped.');
  });
});

describe('lifeguard demo, when it cannot start', () => {
  it.each(['PORT', 'POOLS_PORT'])('says in one line that %s is taken', async (variable) => {
    const { port, release } = await takenPort();
    const others = { PORT: String(await freePort()), POOLS_PORT: String(await freePort()) };
    const demo = lifeguard('demo', { ...others, [variable]: String(port) });
    expect(await demo.exit()).toBe(1);
    expect(demo.output()).toBe(
      `Port ${port} is taken: stop the program that uses it, or set ${variable} to another one.\n`,
    );
    release();
  });

  it('refuses production, where its known secrets would be a hole', async () => {
    const demo = lifeguard('demo', { NODE_ENV: 'production' });
    expect(await demo.exit()).toBe(1);
    expect(demo.errors()).toMatch(/^The demo .* NODE_ENV=production.*lifeguard serve.*\n$/);
  });

  it.each(['--port', '--pools-port'])('says in one line that %s is taken', async (option) => {
    const { port, release } = await takenPort();
    const others = { PORT: String(await freePort()), POOLS_PORT: String(await freePort()) };
    const demo = lifeguard(`demo ${option} ${port}`, others);
    expect(await demo.exit()).toBe(1);
    expect(demo.output()).toContain(`set ${option} to another one.`);
    release();
  });

  it.each(['--port 0', '--pools-port x'])('refuses %s', async (option) => {
    const demo = lifeguard(`demo ${option}`);
    expect(await demo.exit()).toBe(1);
    expect(demo.errors()).toContain(`error: option '${option.split(' ')[0]} <port>'`);
  });

  it.each(['x', '0', '70000'])('refuses PORT=%s', async (port) => {
    const demo = lifeguard('demo', { PORT: port });
    expect(await demo.exit()).toBe(1);
    expect(demo.errors()).toContain('PORT is not a port; write e.g. 3000');
  });
});
