import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { nodeOf, repository } from './packed.js';

const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
  engines: { node: string };
  bin: { lifeguard: string };
};

describe('npm start', () => {
  it('answers without building what is built', async () => {
    const port = await freePort();
    const env = { ...process.env, PORT: String(port), POOLS_PORT: String(await freePort()) };
    const begun = performance.now();
    const npm = spawn('npm', ['start'], {
      cwd: repository,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    npm.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    while (!printed.includes(`Open      http://localhost:${port}`)) {
      await once(npm.stdout, 'data');
    }
    const { status } = await fetch(`http://localhost:${port}/`);
    console.log(`npm start: the first page after ${Math.round(performance.now() - begun)} ms`);
    npm.kill('SIGTERM');
    await once(npm.stdout, 'end');
    expect(status).toBe(200);
    expect(printed).not.toContain('Building');
  });
});

describe('Node 18', () => {
  const node = nodeOf('18');
  const line = /^lifeguard needs Node 20\.19 or newer; this is 18\.[\d.]+\.\n$/;

  /** What a program says on standard error, and how it ends. */
  function tryOut(
    program: string,
    args: readonly string[],
  ): { stderr: string; status: number | null } {
    const PATH = [dirname(node!), process.env['PATH']].join(delimiter);
    // Of npm itself, which has a word of its own about an old Node.
    const env = { ...process.env, PATH, npm_config_loglevel: 'silent' };
    return spawnSync(program, args, { cwd: repository, encoding: 'utf8', env });
  }

  it('is told the version that package.json has', () => {
    expect(manifest.engines.node).toBe('>=20.19.0');
  });

  it.skipIf(node === undefined).each([
    ['the command', manifest.bin.lifeguard, ['serve']],
    ['npm start', 'npm', ['start']],
  ])('gets one line, and no stack trace: %s', (_name, program, args) => {
    const { stderr, status } =
      program === 'npm' ? tryOut(program, args) : tryOut(node!, [program, ...args]);
    expect(stderr).toMatch(line);
    expect(status).toBe(1);
  });
});
