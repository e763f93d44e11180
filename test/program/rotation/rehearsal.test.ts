import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Pools } from '../../../src/pools/index.js';
import { emptyFolder, endCommands, lifeguard, type RunningCommand } from '../cli/command.js';
import { emptyAccount } from '../setup/world.js';
import { createBrowser } from '../../support/browser.js';
import { freePort } from '../../support/free-port.js';

let pools: Pools;
beforeAll(async () => {
  pools = await emptyAccount();
});
afterAll(async () => {
  endCommands();
  await pools.close();
});

it('is rehearsed without AWS: setup, serve, a new secret in .env while serve is restarted, doctor', async () => {
  const folder = emptyFolder();
  const port = await freePort();
  const site = `http://localhost:${port}`;
  writeFileSync(join(folder, '.env'), `PORT=${port}\n`);
  const run = (words: string): RunningCommand => lifeguard(words, {}, folder);
  const inEnv = (): string | undefined =>
    parseEnv(readFileSync(join(folder, '.env'), 'utf8'))['CLIENT_SECRET'];
  const signInLeadsToThePool = async (): Promise<void> => {
    const page = await createBrowser().get(`${site}/profile`);
    expect(page.url).toContain(pools.pool('oidc-pool-2').domain);
  };

  const endpoint = `--endpoint-url ${pools.url}`;
  const setup = run(
    `setup --base-url ${site} --user alice --email alice@example.com ${endpoint} --yes`,
  );
  expect(await setup.exit(), setup.output()).toBe(0);
  const old = inEnv();
  const before = run('serve');
  await before.says('"listening"');

  const rotation = run(`rotate-secret ${endpoint} --wait --yes`);
  await rotation.says('0 of 1 process uses the new secret');
  expect(rotation.output()).toContain('restart the site now');
  before.process.kill('SIGTERM');
  expect(await before.exit()).toBe(0);
  const after = run('serve');
  await after.says('"listening"');
  expect(await rotation.exit(), rotation.output()).toBe(0);
  expect(inEnv()).toBe(pools.pool('oidc-pool-1').client('site').secret);
  expect(inEnv()).not.toBe(old);
  await signInLeadsToThePool();

  const doctor = run(`doctor --strict ${endpoint}`);
  expect(await doctor.exit(), doctor.output()).toBe(0);
  expect(doctor.output()).toContain('All is well.');
});
