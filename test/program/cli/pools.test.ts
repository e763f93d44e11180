import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyFolder, endCommands, lifeguard, takenPort } from './command.js';
import { freePort } from '../../support/free-port.js';

afterAll(endCommands);

const seed = `
pools:
  - name: staff
    id: eu-west-1_Staff0001
    clients: [{ name: intranet, callbackUrls: ['http://localhost:3000/callback'] }]
    users: [{ username: bob, password: Hunter2-and-more! }]
`;

describe('lifeguard pools', () => {
  it('serves the pools of a seed, and prints where each is and which clients it has', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'seed.yaml'), seed);
    const port = await freePort();
    const pools = lifeguard(`pools --seed seed.yaml --port ${port}`, {}, folder);
    await pools.says('client  intranet');
    const issuer = `http://127.0.0.1:${port}/eu-west-1_Staff0001`;
    expect(pools.output()).toContain(`issuer  ${issuer}`);
    const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
    expect(await discovery.json()).toMatchObject({ issuer });

    pools.process.kill('SIGUSR1');
    await pools.says('this signal changes nothing');
    expect(pools.errors()).toBe('');
    pools.process.kill('SIGINT');
    expect(await pools.exit()).toBe(0);
    expect(pools.lines()).toContainEqual(
      expect.objectContaining({ kind: 'request', pool: 'staff', status: 200 }),
    );
    expect(pools.output()).not.toContain('Hunter2');
  });

  it('keeps everything in a file, and is back after it was killed', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'seed.yaml'), seed);
    const port = await freePort();
    const first = lifeguard(`pools --seed seed.yaml --state kept.json --port ${port}`, {}, folder);
    await first.says('client  intranet');
    const [, madeUpId] = /client {2}intranet {2}(\w+)/.exec(first.output()) ?? [];
    first.process.kill('SIGKILL');
    await first.exit();

    const again = lifeguard(`pools --state kept.json --port ${port}`, {}, folder);
    await again.says(`client  intranet  ${madeUpId}`);
    expect(again.output()).toContain('they are kept in kept.json');
    again.process.kill('SIGINT');
    expect(await again.exit()).toBe(0);
  });

  it('uses the public origin it is told, and the two pools of the demo without a seed', async () => {
    const port = await freePort();
    const pools = lifeguard(`pools --port ${port} --public-url https://pools.example`);
    await pools.says('oidc-pool-2');
    expect(pools.output()).toContain('issuer  https://pools.example/eu-west-1_Master001');
    pools.process.kill('SIGINT');
    expect(await pools.exit()).toBe(0);
  });

  it('says what is wrong with a seed', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'seed.json'), '{"pools":[{"name":7}]}');
    const pools = lifeguard('pools --seed seed.json --port 0', {}, folder);
    expect(await pools.exit()).toBe(1);
    expect(pools.errors()).toContain('pools[0].name');
    expect(pools.errors()).not.toContain('    at ');
  });

  it('says when the port is taken', async () => {
    const { port, release } = await takenPort();
    const pools = lifeguard(`pools --port ${port}`);
    expect(await pools.exit()).toBe(1);
    expect(pools.errors()).toContain(`Port ${port} is taken`);
    expect(pools.errors()).toContain('--port');
    release();
  });

  it.each(['--seed .', '--state .', '--seed absent.yaml', '--state /nonexistent/x.json'])(
    'names the file of %s',
    async (option) => {
      const pools = lifeguard(`pools --port 0 ${option}`);
      expect(await pools.exit()).toBe(1);
      const [, file = ''] = option.split(' ');
      expect(pools.errors()).toContain(`The seed of the pools in ${file} cannot be used:`);
      expect(pools.errors()).toMatch(/EISDIR|ENOENT/);
      expect(pools.errors()).not.toMatch(/\n\s+at /);
    },
  );

  it('says when this machine has no such address', async () => {
    const pools = lifeguard('pools --port 0 --host 10.255.255.1');
    expect(await pools.exit()).toBe(1);
    expect(pools.errors()).toMatch(
      /^This machine has no address 10\.255\.255\.1 .*: set --host to /,
    );
  });
});

describe('lifeguard', () => {
  it('suggests the command that was meant, and exits with 1', async () => {
    const typo = lifeguard('serv');
    expect(await typo.exit()).toBe(1);
    expect(typo.errors()).toContain('Did you mean serve?');
  });

  it.each([
    'pools --port x',
    'pools --issuer elsewhere',
    'pools --empty --seed a.json',
    'demo --fast',
  ])('refuses "%s"', async (commandLine) => {
    const command = lifeguard(commandLine);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toMatch(/^error: /);
  });

  it('knows its version', async () => {
    const version = lifeguard('--version');
    expect(await version.exit()).toBe(0);
    expect(version.output()).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
