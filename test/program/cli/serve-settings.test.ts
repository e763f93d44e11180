import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  federatedPoolsSeed,
  startPools,
  type Pools,
  type PoolsSeed,
} from '../../../src/pools/index.js';
import { createBrowser } from '../../support/browser.js';
import { freePort } from '../../support/free-port.js';
import { environmentFor, finishSignIn } from '../../support/world.js';
import { endCommands, lifeguard } from './command.js';

let pools: Pools;
const port = await freePort();
const baseUrl = `http://localhost:${port}`;
const site = `${baseUrl}/shop`;

const partner: PoolsSeed['pools'][number] = {
  name: 'partner',
  id: 'eu-west-1_Partner01',
  resourceServers: [{ identifier: 'orders', scopes: [{ name: 'read', description: 'Read' }] }],
  clients: [
    {
      name: 'batch',
      flows: ['client_credentials'],
      scopes: ['orders/read'],
      id: 'batch',
      secret: 'b'.repeat(40),
    },
    {
      name: 'other',
      flows: ['client_credentials'],
      scopes: ['orders/read'],
      id: 'other',
      secret: 'o'.repeat(40),
    },
  ],
};

beforeAll(async () => {
  const seedText = JSON.stringify(federatedPoolsSeed({ baseUrl })).replaceAll(
    `${baseUrl}/`,
    `${site}/`,
  );
  const seed: PoolsSeed = JSON.parse(seedText);
  pools = await startPools({ seed: { pools: [...seed.pools, partner] }, keys: 'fixed' });
  const serve = lifeguard(`serve --port ${port}`, {
    ...environmentFor(pools),
    BASE_URL: baseUrl,
    BASE_PATH: '/shop',
    COOKIE_NAMESPACE: 'till',
    SESSION_CLAIMS: 'given_name, family_name',
    API_ISSUERS: JSON.stringify([
      { issuer: pools.pool('partner').issuer, clientIds: ['batch'], scopes: ['orders/read'] },
    ]),
    CORS_ORIGINS: 'https://app.example.com',
    RATE_LIMIT_PER_MINUTE: '20',
    SESSION_SECRET: 'a-session-secret-of-thirty-two-bytes',
    SESSION_STORE: 'memory:',
    SHUTDOWN_SECONDS: '1',
  });
  await serve.says('"listening"');
});
afterAll(async () => {
  endCommands();
  await pools.close();
});

describe('serve with BASE_PATH', () => {
  it('signs in and out below it, and every link, form and asset stays there', async () => {
    const browser = createBrowser();
    const home = await browser.get(`${site}/`);
    const back = await finishSignIn(browser, await browser.click(home, 'Sign in'));
    expect(back.url).toBe(`${site}/`);
    const profile = await browser.click(back, 'Your profile');
    expect(profile.url).toBe(`${site}/profile`);
    expect(profile.html).toContain('Alice Example');
    const signedOut = await browser.click(profile, 'Sign out');
    expect(signedOut.url).toBe(`${site}/signed-out`);
    const nowhere = await browser.get(`${baseUrl}/`);
    expect(nowhere.status).toBe(404);

    for (const page of [home, back, profile, signedOut, nowhere]) {
      const addresses = [...page.html.matchAll(/ (?:href|src|action)="([^"#][^"]*)"/g)].map(
        ([, address]) => address!,
      );
      const ours = addresses.filter((address) => address.startsWith('/'));
      expect(ours.length).toBeGreaterThan(3);
      expect(ours.filter((address) => !address.startsWith('/shop/'))).toEqual([]);
      const assets = ours.filter((address) => address.includes('/assets/'));
      for (const asset of assets) expect((await fetch(baseUrl + asset)).status).toBe(200);
    }
  });

  it('comes home below it from a sign-in that names no page', async () => {
    const browser = createBrowser();
    const page = await finishSignIn(browser, await browser.get(`${site}/login`));
    expect(page.url).toBe(`${site}/`);
    expect((await browser.get(`${site}/callback?code=x&state=y`)).url).toBe(`${site}/`);
  });

  it('describes the API below it, and its metadata at the root of the host', async () => {
    const document = await (await fetch(`${site}/api/openapi.json`)).json();
    expect(document).toMatchObject({ servers: [{ url: site }] });
    const refused = await fetch(`${site}/api/me`);
    const address = `${baseUrl}/.well-known/oauth-protected-resource`;
    expect(refused.headers.get('www-authenticate')).toContain(`resource_metadata="${address}"`);
    expect(await (await fetch(address)).json()).toMatchObject({ resource: baseUrl });
    expect((await fetch(`${baseUrl}/api/me`)).status).toBe(404);
  });

  it('answers health and metrics at the root of the port', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      expect((await fetch(baseUrl + path)).status).toBe(200);
    }
  });

  it('lets scripts of CORS_ORIGINS in, and counts sign-ins, below it', async () => {
    const headers = { Origin: 'https://app.example.com' };
    const cors = await fetch(`${site}/api/me`, { headers });
    expect(cors.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    const login = await fetch(`${site}/login`, { redirect: 'manual' });
    expect(login.headers.get('ratelimit-policy')).toContain('q=20');
  });
});

it('COOKIE_NAMESPACE is in the name of every cookie', async () => {
  const { headers } = await fetch(`${site}/login`, { redirect: 'manual' });
  const names = headers.getSetCookie().map((cookie) => cookie.split('=')[0]!);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !name.includes('till'))).toEqual([]);
});

it('SESSION_CLAIMS are kept, and /api/me answers with them', async () => {
  const browser = createBrowser();
  await finishSignIn(browser, await browser.get(`${site}/profile`));
  const me = await browser.get(`${site}/api/me`);
  expect(JSON.parse(me.html)).toMatchObject({
    claims: { given_name: 'Alice', family_name: 'Example' },
    via: 'session',
  });
});

describe('API_ISSUERS', () => {
  const askWith = async (client: 'batch' | 'other'): Promise<Response> => {
    const pool = pools.pool('partner');
    const { id, secret } = pool.client(client);
    const answer = await fetch(`${pool.domain}/oauth2/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    return fetch(`${site}/api/orders`, { headers: { Authorization: `Bearer ${token}` } });
  };

  it('are believed in what their entry lets them speak of, and for its clients alone', async () => {
    expect((await askWith('batch')).status).toBe(200);
    expect((await askWith('other')).status).toBe(401);
  });
});
