import { createServer } from 'node:http';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pools } from '../../../src/pools/index.js';
import { emptyFolder, endCommands, lifeguard, type RunningCommand } from '../cli/command.js';
import { createBrowser } from '../../support/browser.js';
import { freePort } from '../../support/free-port.js';
import { startOtherProvider, type OtherProvider } from '../../support/other-provider.js';
import { emptyAccount } from './world.js';

/* A provider that is there already, joined to a new master pool in place of a second pool. */

let pools: Pools;
let provider: OtherProvider;
let flags: string;
const folder = emptyFolder();
const port = await freePort();
const pagePort = await freePort();
const page = createServer((req, res) => {
  // A provider that can be signed out of by nobody who is careful.
  const issuer = `http://127.0.0.1:${pagePort}/plain`;
  const document = { issuer, end_session_endpoint: 'http://provider.example/end' };
  res.end(req.url?.startsWith('/plain/') ? JSON.stringify(document) : '<p>Welcome!</p>');
}).listen(pagePort);
const site = `http://localhost:${port}`;

beforeAll(async () => {
  pools = await emptyAccount();
  provider = await startOtherProvider(site, {
    client: { redirect_uris: [`${pools.url}/shop/oauth2/idpresponse`] },
  });
  writeFileSync(join(folder, 'secret.txt'), `${provider.clientSecret}\n`);
  flags = `--base-url ${site} --domain-prefix shop --upstream-name Other --upstream-issuer ${provider.issuer} --upstream-client-id ${provider.clientId} --upstream-client-secret-file secret.txt --label Staff`;
});
afterAll(async () => {
  endCommands();
  await provider.stop();
  await pools.close();
  page.close();
});

const setup = (options: string): RunningCommand =>
  lifeguard(`setup ${options}`, { AWS_ENDPOINT_URL: pools.url, PORT: String(port) }, folder);

describe('setup with an OpenID provider that exists', () => {
  it.each([
    [
      '--upstream-issuer',
      /--upstream-client-id is missing.*--upstream-client-secret-file is missing.*--upstream-name is missing/s,
    ],
  ])('asks for what goes with %s', async (option, told) => {
    const command = setup(`--base-url ${site} ${option} https://example.okta.com --yes`);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toMatch(told);
  });

  it('says which issuer the document is of, and which file cannot be read', async () => {
    const wrong = setup(flags.replace(provider.issuer, `${provider.issuer}/`));
    expect(await wrong.exit()).toBe(1);
    expect(wrong.errors()).toContain(`is of the issuer ${provider.issuer}, and Cognito compares`);
    const missing = setup(flags.replace('secret.txt', 'nowhere.txt'));
    expect(await missing.exit()).toBe(1);
    expect(missing.errors()).toContain('nowhere.txt cannot be read (ENOENT)');
    const endless = setup(flags.replace('secret.txt', '/dev/zero'));
    expect(await endless.exit()).toBe(1);
    expect(endless.errors()).toContain('/dev/zero cannot be read (it is a device or a socket');
    expect(pools.dump().pools).toEqual([]);
  });

  it.each([
    ['nobody listens', 'http://127.0.0.1:2', 'ECONNREFUSED'],
    ['is never asked', 'http://127.0.0.1:25', 'bad port'],
    ['answers with a page', `http://127.0.0.1:${pagePort}`, 'not JSON'],
    ['does not exist', 'https://nobody.invalid', /ENOTFOUND|EAI_AGAIN/],
  ])('says why an issuer that %s is no issuer', async (_what, issuer, reason) => {
    const command = setup(flags.replace(provider.issuer, issuer));
    expect(await command.exit()).toBe(1);
    const [url, why] =
      /--upstream-issuer: (\S+) cannot be read \(([^)]+)\)/.exec(command.errors())?.slice(1) ?? [];
    expect(url).toBe(`${issuer}/.well-known/openid-configuration`);
    expect(why).toMatch(reason);
    expect(pools.dump().pools).toEqual([]);
  });

  it('writes no address to sign out at that no browser may be sent to', async () => {
    const command = setup(
      `${flags.replace(provider.issuer, `http://127.0.0.1:${pagePort}/plain`)} --dry-run`,
    );
    expect(await command.exit(), command.output()).toBe(0);
    expect(command.output()).toContain('where nobody can be signed out by us');
    expect(command.output()).toContain('or none that a browser may be sent to (https)');
  });

  it('joins it, tells what to register there, and shows its secret nowhere', async () => {
    const command = setup(`${flags} --yes`);
    expect(await command.exit(), command.output()).toBe(0);
    expect(command.output()).not.toContain(provider.clientSecret);
    expect(command.output()).toContain(
      `needs the redirect URI ${pools.url}/shop/oauth2/idpresponse and the post-logout redirect URI ${site}/logout/continue.`,
    );
    expect(pools.dump().pools.map(({ name }) => name)).toEqual(['oidc-pool-1']);
    const values = parseEnv(readFileSync(join(folder, '.env'), 'utf8'));
    expect(JSON.parse(values['IDENTITY_PROVIDERS']!)).toEqual([
      {
        name: 'Other',
        label: 'Staff',
        signOut: {
          kind: 'oidc',
          endSessionEndpoint: `${provider.issuer}/session/end`,
          clientId: provider.clientId,
        },
      },
    ]);
    const again = setup(`${flags} --yes`);
    expect(await again.exit()).toBe(0);
    expect(again.output()).toContain('Nothing to change.');
  });

  it('puts another secret in the place of that one only where that is allowed', async () => {
    writeFileSync(join(folder, 'other.txt'), 'another-secret');
    const refused = setup(`${flags.replace('secret.txt', 'other.txt')} --yes`);
    expect(await refused.exit()).toBe(1);
    expect(refused.output()).toMatch(/Removals:[^]*client_secret: a secret, cannot be restored/);
    expect(refused.errors()).toContain('--allow-removals');
    const unchanged = setup(`${flags} --yes`);
    expect(await unchanged.exit()).toBe(0);
    expect(unchanged.output()).toContain('Nothing to change.');
  });

  it('leaves a site behind that signs people in there, and out again', async () => {
    const serve = lifeguard('serve', { PORT: String(port) }, folder);
    await serve.says('"listening"');
    const browser = createBrowser();
    const login = await browser.get(`${site}/profile`);
    expect(login.url).toContain(provider.issuer);
    const consent = await browser.submit(login, { login: 'alice', password: 'any' });
    const profile = await browser.submit(consent, {});
    expect(profile.url).toBe(`${site}/profile`);
    const out = await browser.click(profile, 'Sign out');
    const visited = [...out.history.map(({ url }) => url), out.url];
    expect(visited.some((url) => url.startsWith(`${pools.url}/shop/logout`))).toBe(true);
    expect(visited.some((url) => url.startsWith(`${provider.issuer}/session/end`))).toBe(true);
  });
});
