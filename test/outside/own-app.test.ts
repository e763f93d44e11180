import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeAll, afterAll, describe, expect, it } from 'vitest';
import { signIn } from '../../src/testing/sign-in.js';
import { blocksOf } from '../documents/documents.js';
import { freePort } from '../support/free-port.js';
import { installPacked, type Consumer } from './packed.js';

const alice = {
  username: 'alice',
  password: 'Welcome-2-Lifeguard!',
  newPassword: 'My-0wn-Lifeguard!',
};

describe('the app of README.md, in an empty folder', () => {
  const [text = ''] = blocksOf('README.md', 'js');
  let consumer: Consumer;
  let app: ChildProcess | undefined;
  beforeAll(() => {
    // As `npm install express lifeguard` does, with the packed package; the others are what
    // TypeScript takes.
    const packages = ['express', '@types/express', '@types/node', 'tsx', 'typescript'];
    const dependencies = Object.fromEntries(packages.map((name) => [name, '*']));
    consumer = installPacked({ dependencies: { ...dependencies, '@types/node': '20' } });
  });
  afterEach(() => void app?.kill('SIGKILL'));
  afterAll(() => consumer.remove());

  /** On a port of its own, which the pools must know as well. */
  function on(port: number): string {
    const replaced = text
      .replace('startPools, ', 'federatedPoolsSeed, startPools, ')
      .replace('startPools()', 'startPools({ seed: federatedPoolsSeed({ baseUrl }) })')
      .replace('{ identityProviders }', '{ identityProviders, baseUrl }')
      .replace('const pools', `const baseUrl = 'http://localhost:${port}';\nconst pools`)
      .replace('listen(3000)', `listen(${port})`);
    expect(replaced.match(/baseUrl/g)).toHaveLength(3);
    expect(replaced).not.toContain('3000');
    return replaced;
  }

  it('has few lines', () => {
    expect(text.trim().split('\n').length).toBeLessThanOrEqual(15);
  });

  it.each([
    ['app.mjs', []],
    ['app.ts', ['--import', 'tsx']],
  ])('runs, and guards its page: %s', async (file, options) => {
    if (file.endsWith('.ts')) {
      consumer.write(file, text);
      const strict = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023'];
      consumer.run('npx', ['tsc', ...strict, '--types', 'node', file]);
    }
    const port = await freePort();
    consumer.write(file, on(port));
    app = spawn(process.execPath, [...options, file], { cwd: consumer.folder, stdio: 'inherit' });
    const url = `http://localhost:${port}`;
    while (!(await fetch(url).catch(() => undefined))?.ok) await wait(50);
    expect((await fetch(`${url}/orders`)).status).toBe(401);
    const { html } = await signIn(`${url}/orders`, alice);
    expect(html).toBe('Orders of alice@example.com');
  });
});
