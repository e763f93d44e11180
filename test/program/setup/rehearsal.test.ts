import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { emptyFolder, endCommands, lifeguard } from '../cli/command.js';
import { repositoryFile } from '../../documents/documents.js';
import { createBrowser } from '../../support/browser.js';
import { freePort } from '../../support/free-port.js';

afterAll(endCommands);

it('the rehearsal of docs/setup.md makes both pools from nothing, and somebody signs in', async () => {
  const [port, poolsPort] = [await freePort(), await freePort()];
  const [, section = ''] = repositoryFile('docs/setup.md').split('## Rehearsed without AWS\n');
  const [pools = '', setup = '', doctor = '', serve = '', ...others] = section
    .slice(0, section.indexOf('\n## '))
    .split('\n')
    .filter((line) => line.startsWith('npx lifeguard '))
    .map((line) => line.replace('npx lifeguard ', ''))
    .map((line) => line.replaceAll(':3000', `:${port}`).replaceAll(':4000', `:${poolsPort}`));
  expect(others).toEqual([]);
  const folder = emptyFolder();

  const running = lifeguard(`${pools} --port ${poolsPort}`, {}, folder);
  await running.says('There are none yet');
  // Nobody is there to type "yes".
  const making = lifeguard(`${setup} --yes`, {}, folder);
  expect(await making.exit(), making.output()).toBe(0);
  for (const what of ['user pool oidc-pool-1', 'user pool oidc-pool-2', '.env']) {
    expect(making.output()).toContain(`+  create  ${what}`);
  }
  expect(making.output()).not.toContain('~  change');
  const looking = lifeguard(doctor, {}, folder);
  expect(await looking.exit(), looking.output()).toBe(0);

  const site = lifeguard(serve, { PORT: String(port) }, folder);
  await site.says('"listening"');
  const [, password = ''] = /Password {2}(\S+)/.exec(making.output()) ?? [];
  const browser = createBrowser();
  const signIn = await browser.get(`http://localhost:${port}/profile`);
  const change = await browser.submit(signIn, { username: 'alice', password });
  const chosen = 'Correct-Horse-7-Battery';
  const profile = await browser.submit(change, {
    new_password: chosen,
    new_password_confirm: chosen,
  });
  expect(profile.html).toContain('alice@example.com');
  expect(existsSync(join(folder, 'pools.json'))).toBe(true);
  expect(readFileSync(join(folder, 'pools.json'), 'utf8')).toContain('oidc-pool-2');
});
