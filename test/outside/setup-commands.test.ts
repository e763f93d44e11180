import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startPools } from '../../src/pools/index.js';
import { emptyFolder, lifeguard } from '../program/cli/command.js';

it('what setup has made is gone after the commands that a restore prints, as printed', async () => {
  await using pools = await startPools({ seed: { pools: [] }, keys: 'fixed' });
  const folder = emptyFolder();
  const run = async (line: string): Promise<string> => {
    const command = lifeguard(line, { AWS_ENDPOINT_URL: pools.url }, folder);
    await command.exit();
    return command.output();
  };
  const made = await run(
    'setup --base-url https://www.example.com --api --managed-login --user alice --email alice@example.com --yes',
  );
  const [, backup = ''] = /--restore (\S+)/.exec(made) ?? [];
  const restored = await run(`setup --restore ${backup} --yes`);
  const commands = [...restored.matchAll(/If nobody needs it.*?: (aws .*)$/gm)];
  // Two pools, each with its domain, a client and a style; provider, scope and client of machines,
  // user.
  expect(commands).toHaveLength(12);
  const credentials = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' };
  for (const [, command = ''] of commands) {
    await promisify(execFile)('bash', ['-c', command], { env: { ...process.env, ...credentials } });
  }
  expect(pools.dump().pools).toEqual([]);
});
