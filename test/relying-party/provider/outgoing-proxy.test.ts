import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { federatedPoolsSeed, startPools, type Pools } from '../../../src/pools/index.js';
import { goesThroughProxy } from '../../../src/relying-party/provider/calls/proxy.js';
import {
  emptyFolder,
  endCommands,
  lifeguard,
  type RunningCommand,
} from '../../program/cli/command.js';
import { freePort } from '../../support/free-port.js';
import { visit } from '../../security/support/visitor.js';
import { createCertificate } from '../../support/nginx.js';
import { startRecordingProxy, type RecordingProxy } from '../../support/recording-proxy.js';
import { environmentFor } from '../../support/world.js';

const HOST = 'pools.example.test';
const certificate = createCertificate(HOST);
const port = await freePort();
const baseUrl = `http://localhost:${port}`;
const poolsPort = await freePort();
const target = `http://127.0.0.1:${poolsPort}`;
let pools: Pools;
let proxy: RecordingProxy;

beforeAll(async () => {
  const seed = federatedPoolsSeed({ baseUrl });
  pools = await startPools({ seed, keys: 'fixed', publicUrl: `https://${HOST}`, port: poolsPort });
  proxy = await startRecordingProxy({ certificate, target });
});
afterEach(() => {
  endCommands();
  proxy.connected.length = 0;
});
afterAll(async () => {
  await proxy.stop();
  await pools.close();
  certificate.remove();
});

const trusting = { NODE_EXTRA_CA_CERTS: certificate.certificateFile };
const settings = (more: Record<string, string>): Record<string, string> => ({
  ...environmentFor(pools),
  ...trusting,
  BASE_URL: baseUrl,
  PORT: String(port),
  SESSION_SECRET: 'a secret for tests only - more than 32 bytes',
  SESSION_STORE: 'memory:',
  ...more,
});

async function serve(more: Record<string, string>): Promise<RunningCommand> {
  const site = lifeguard('serve', settings(more));
  await site.says('"listening"');
  return site;
}

describe('serve, where other machines are behind a proxy', () => {
  it.each(['HTTPS_PROXY', 'https_proxy'])('finds the pools through it (%s)', async (name) => {
    await serve({ [name]: proxy.url });
    const login = await visit(`${baseUrl}/login`);
    expect(login.status).toBe(302);
    const asked = new URL(String(login.headers['location']));
    expect(asked.host).toBe(HOST);
    expect(new Set(proxy.connected)).toEqual(new Set([`${HOST}:443`]));

    const query = `code=never-given&state=${asked.searchParams.get('state')}`;
    const callback = await visit(`${baseUrl}/callback?${query}`, { cookie: login.cookie });
    expect(callback.code).toBe('code_refused');
  });

  it.each(['example.test', '*.example.test', '.example.test:443', '*'])(
    'leaves it aside for NO_PROXY=%s',
    async (noProxy) => {
      await serve({ HTTPS_PROXY: proxy.url, NO_PROXY: noProxy });
      expect((await visit(`${baseUrl}/login`)).code).toBe('provider_unavailable');
      expect(proxy.connected).toEqual([]);
    },
  );

  it('gives it the user name and password of its address, which no log line has', async () => {
    const strict = await startRecordingProxy({
      certificate,
      target,
      credentials: 'site:open-sesame',
    });
    const site = await serve({ HTTPS_PROXY: strict.url });
    expect((await visit(`${baseUrl}/login`)).status).toBe(302);
    expect(strict.connected).not.toEqual([]);
    endCommands();
    await site.exit();

    const refused = await serve({ HTTPS_PROXY: strict.url.replace('sesame', 'barley') });
    expect((await visit(`${baseUrl}/login`)).code).toBe('provider_unavailable');
    await refused.says('provider_unavailable');
    expect(site.output() + refused.output()).not.toMatch(/sesame|barley|open-/);
    await strict.stop();
  });

  it('never goes through it to this machine', async () => {
    const here = await startPools({ seed: federatedPoolsSeed({ baseUrl }), keys: 'fixed' });
    await serve({ ...environmentFor(here), HTTPS_PROXY: proxy.url });
    expect((await visit(`${baseUrl}/login`)).status).toBe(302);
    expect(proxy.connected).toEqual([]);
    await here.close();
  });

  it('does not start with a proxy it cannot use, and says so without the password', async () => {
    const site = lifeguard('serve', settings({ HTTPS_PROXY: 'socks5://me:hidden@proxy:1080' }));
    expect(await site.exit()).toBe(1);
    expect(site.output()).toContain('HTTPS_PROXY is neither http nor https');
    expect(site.output()).not.toContain('hidden');
  });
});

describe('setup and doctor, where AWS is behind a proxy', () => {
  const aws = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' };

  it('reach the control plane through it, with the AWS SDK too', async () => {
    const accountPort = await freePort();
    const account = await startPools({
      seed: { pools: [] },
      keys: 'fixed',
      publicUrl: `https://${HOST}`,
      port: accountPort,
    });
    const way = await startRecordingProxy({
      certificate,
      target: `http://127.0.0.1:${accountPort}`,
    });
    const folder = emptyFolder();
    const environment = { ...aws, ...trusting, HTTPS_PROXY: way.url };
    const setup = lifeguard(
      `setup --base-url ${baseUrl} --endpoint-url https://${HOST} --yes`,
      environment,
      folder,
    );
    expect([await setup.exit(), setup.errors()]).toEqual([0, '']);
    expect(account.dump().pools.map(({ name }) => name)).toEqual(['oidc-pool-1', 'oidc-pool-2']);
    expect(new Set(way.connected)).toEqual(new Set([`${HOST}:443`]));
    expect(readFileSync(join(folder, '.env'), 'utf8')).toContain(`ISSUER=https://${HOST}/`);

    way.connected.length = 0;
    const doctor = lifeguard(`doctor --endpoint-url https://${HOST} --json`, environment, folder);
    await doctor.exit();
    const { findings } = JSON.parse(doctor.output()) as { findings: { code: string }[] };
    // The pools have no proxy of their own, and so cannot find each other; everything else is well.
    expect(findings.map(({ code }) => code)).toEqual(['provider_issuer_unreachable']);
    expect(new Set(way.connected)).toEqual(new Set([`${HOST}:443`]));
    await way.stop();
    await account.close();
  });
});

describe('what goes through a proxy', () => {
  const goes = (url: string, ...noProxy: string[]): boolean =>
    goesThroughProxy(new URL(url), { url: 'http://proxy:3128', noProxy });

  it.each([
    ['https://localhost/', false],
    ['https://LOCALHOST./', false],
    ['https://site.localhost/', false],
    ['https://127.0.0.1/', false],
    ['https://127.8.9.10:8443/', false],
    ['https://[::1]/', false],
    ['https://[::ffff:127.0.0.1]/', false],
    ['https://localhost.example.com/', true],
    ['https://128.0.0.1/', true],
  ])('%s: %s', (url, expected) => expect(goes(url)).toBe(expected));

  it.each([
    ['example.com', 'https://example.com/', false],
    ['example.com', 'https://EXAMPLE.com./', false],
    ['example.com', 'https://a.b.example.com/', false],
    ['example.com', 'https://badexample.com/', true],
    ['.example.com', 'https://a.example.com/', false],
    ['example.com:443', 'https://example.com/', false],
    ['example.com:8443', 'https://example.com/', true],
    ['10.0.0.0/8', 'https://10.200.3.4/', false],
    ['10.0.0.0/8', 'https://11.0.0.1/', true],
    ['10.0.0.0/33', 'https://10.0.0.1/', true],
    ['0.1', 'https://10.0.0.1/', true],
    ['10.0.0.1', 'https://10.0.0.1/', false],
    ['[2001:db8::1]:443', 'https://[2001:db8::1]/', false],
    ['2001:db8::1', 'https://[2001:db8::1]/', false],
    ['2001:db8::/32', 'https://[2001:db8:5::1]/', false],
    ['*', 'https://example.com/', false],
    [' ', 'https://example.com/', true],
  ])('NO_PROXY=%s, %s: %s', (entry, url, expected) => expect(goes(url, entry)).toBe(expected));
});
