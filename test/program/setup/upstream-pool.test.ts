import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { federatedPoolsSeed } from '../../../src/pools/seed/federated-pools.js';
import { startPools } from '../../../src/pools/index.js';
import { emptyFolder, endCommands, lifeguard } from '../cli/command.js';
import { createBrowser } from '../../support/browser.js';
import { freePort } from '../../support/free-port.js';
import { finishSignIn } from '../../support/world.js';
import { apiOf } from './world.js';

/* The provider that exists is a user pool itself, of somebody who has a federation already. */

afterAll(() => endCommands());

it('is signed out of in its own way, which doctor finds nothing to say about', async () => {
  const port = await freePort();
  const site = `http://localhost:${port}`;
  await using pools = await startPools({
    seed: federatedPoolsSeed({ baseUrl: site }),
    keys: 'fixed',
  });
  const theirs = pools.pool('oidc-pool-2');
  const client = theirs.client('master-pool');
  const folder = emptyFolder();
  writeFileSync(join(folder, 'secret.txt'), client.secret ?? '');
  const run = async (line: string): Promise<string> => {
    const command = lifeguard(line, { AWS_ENDPOINT_URL: pools.url, PORT: String(port) }, folder);
    expect(await command.exit(), command.output()).toBe(0);
    return command.output();
  };
  const said = await run(
    `setup --base-url ${site} --yes --master-name mine --domain-prefix mine --upstream-name Theirs --upstream-issuer ${theirs.issuer} --upstream-client-id ${client.id} --upstream-client-secret-file secret.txt`,
  );
  const callbackUrl = `${pools.url}/mine/oauth2/idpresponse`;
  expect(said).toContain(
    `the app client ${client.id} needs the callback URL ${callbackUrl} and the sign-out URL ${site}/logout/continue.`,
  );
  const values = parseEnv(readFileSync(join(folder, '.env'), 'utf8'));
  expect(JSON.parse(values['IDENTITY_PROVIDERS']!)).toMatchObject([
    { name: 'Theirs', signOut: { kind: 'cognito', domain: theirs.domain, clientId: client.id } },
  ]);

  // What the note asks of its owner.
  const { cognito } = await apiOf(pools);
  const ids = { UserPoolId: theirs.id, ClientId: client.id };
  const { UserPoolClient } = await cognito.describeUserPoolClient(ids);
  await cognito.updateUserPoolClient({
    ...UserPoolClient,
    ...ids,
    CallbackURLs: [callbackUrl],
    LogoutURLs: [`${site}/logout/continue`],
  });
  expect(await run(`doctor --strict --endpoint-url ${pools.url}`)).toContain('All is well');

  const serve = lifeguard('serve', { PORT: String(port) }, folder);
  await serve.says('"listening"');
  const browser = createBrowser();
  const profile = await finishSignIn(browser, await browser.get(`${site}/profile`));
  const out = await browser.click(profile, 'Sign out');
  const visited = [...out.history.map(({ url }) => url), out.url];
  expect(visited.some((url) => url.startsWith(`${theirs.domain}/logout?`))).toBe(true);
  expect(out.url).toBe(`${site}/signed-out`);
});
