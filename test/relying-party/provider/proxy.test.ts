import { Agent, getGlobalDispatcher, request, setGlobalDispatcher } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { federatedPoolsSeed, type Pools, startPools } from '../../../src/pools/index.js';
import { freePort } from '../../support/free-port.js';
import { reservePort, type RunningApp, startApp, urlOf } from '../../support/app.js';
import { createBrowser, type Page } from '../../support/browser.js';
import {
  type Certificate,
  createCertificate,
  findNginx,
  type Nginx,
  documentedNginx,
  documentedServer,
  startNginx,
} from '../../support/nginx.js';
import { environmentFor, finishSignIn } from '../../support/world.js';

const executable = findNginx();
/** Requests a minute: more than the journey needs, few enough to use up. */
const limit = 12;

describe.skipIf(executable === undefined)('the site behind the nginx of docs/running.md', () => {
  let baseUrl: string;
  let certificate: Certificate;
  let pools: Pools;
  let app: RunningApp;
  let nginx: Nginx;
  const usual = getGlobalDispatcher();

  beforeAll(async () => {
    const port = await freePort();
    baseUrl = `https://localhost:${port}`;
    certificate = createCertificate();
    pools = await startPools({ seed: federatedPoolsSeed({ baseUrl }), keys: 'fixed' });
    const server = await reservePort();
    const environment = {
      BASE_URL: baseUrl,
      TRUST_PROXY: '1',
      RATE_LIMIT_PER_MINUTE: String(limit),
    };
    app = await startApp({ ...environmentFor(pools), ...environment }, { server });
    const here = documentedServer(port, certificate).replace(
      '127.0.0.1:3000',
      new URL(urlOf(server)).host.replace('localhost', '127.0.0.1'),
    );
    nginx = await startNginx(executable!, certificate.folder, here);
    setGlobalDispatcher(new Agent({ connect: { ca: certificate.certificate } }));
  });
  afterAll(async () => {
    const ours = getGlobalDispatcher();
    setGlobalDispatcher(usual);
    await ours.close();
    await nginx.stop();
    await app.stop();
    await pools.close();
    certificate.remove();
  });

  /** Everything the site has sent on the way to this page: where to, and which cookies. */
  const sent = (page: Page): { locations: string[]; cookies: string[] } => {
    const ours = page.history.filter(({ url }) => url.startsWith(baseUrl));
    return {
      locations: ours.flatMap(({ headers }) => headers['location'] ?? []),
      cookies: ours.flatMap(({ setCookies }) => setCookies),
    };
  };

  it('signs in and out again, on https URLs and with __Host- cookies alone', async () => {
    const browser = createBrowser();
    const start = await browser.get(`${baseUrl}/profile`);
    const profile = await finishSignIn(browser, start);
    expect(profile.url).toBe(`${baseUrl}/profile`);
    // nginx sends a Host of its own, on which nobody is: one move, and no circle.
    const moves = start.history.filter(({ url }) => new URL(url).searchParams.has('moved'));
    expect(moves.map(({ url }) => new URL(url).origin)).toEqual([baseUrl]);
    expect(profile.headers['strict-transport-security']).toMatch(/^max-age=\d{8}/);
    const kept = browser.cookies(baseUrl);
    expect(kept.map(({ key }) => key)).toContain('__Host-lifeguard');
    expect(kept.filter(({ key, secure }) => !secure || !key.startsWith('__Host-'))).toEqual([]);
    expect(profile.history.at(-1)?.requestHeaders['cookie']).toMatch(/\b__Host-lifeguard=/);

    const signedOut = await browser.click(profile, 'Sign out');
    expect(signedOut.url).toBe(`${baseUrl}/signed-out`);
    expect(signedOut.text()).toContain('We sent this browser to each place below');
    expect(browser.cookies(baseUrl).map(({ key }) => key)).not.toContain('__Host-lifeguard');
    expect((await browser.get(`${baseUrl}/profile`)).text()).toContain('Password');

    const answers = [start, profile, signedOut].map(sent);
    const cookies = answers.flatMap((each) => each.cookies);
    expect(cookies.length).toBeGreaterThan(3);
    expect(cookies.filter((cookie) => !/^__Host-.*; Path=\/;.*Secure/.test(cookie))).toEqual([]);
    const addresses = answers
      .flatMap(({ locations }) => locations)
      .flatMap((location) => {
        const { href, searchParams } = new URL(location, baseUrl);
        return [href, searchParams.get('redirect_uri'), searchParams.get('logout_uri')];
      })
      .filter((address) => address !== null && new URL(address).hostname === 'localhost');
    expect(addresses).toContain(`${baseUrl}/callback`);
    expect(addresses).toContain(`${baseUrl}/logout/continue`);
    expect(addresses.filter((address) => !address?.startsWith(`${baseUrl}/`))).toEqual([]);
  });

  it('keeps /metrics from everybody, although the proxy asks from this machine and says nothing of whom for', async () => {
    for (const headers of [{}, { host: 'localhost' }, { host: '127.0.0.1:3000' }]) {
      const { statusCode, body } = await request(`${baseUrl}/metrics`, { headers });
      expect(statusCode).toBe(404);
      expect(await body.text()).not.toContain('lifeguard_http');
    }
  });

  // 127.0.0.2 is an address of every Linux; elsewhere somebody would have to add it.
  it.skipIf(process.platform !== 'linux')(
    'limits each visitor, whatever address they claim to have',
    async () => {
      const visitor = (localAddress: string): Agent =>
        new Agent({ localAddress, connect: { ca: certificate.certificate } });
      await using first = disposable(visitor('127.0.0.2'));
      await using second = disposable(visitor('127.0.0.3'));
      const statusOf = async (dispatcher: Agent, claimed: string): Promise<number> => {
        const headers = { 'x-forwarded-for': claimed };
        const answer = await request(`${baseUrl}/login`, { dispatcher, headers });
        await answer.body.dump();
        return answer.statusCode;
      };
      const statuses: number[] = [];
      for (let turn = 0; turn <= limit; turn++)
        statuses.push(await statusOf(first.agent, `203.0.113.${turn}`));
      expect(statuses).toEqual([...Array<number>(limit).fill(302), 429]);
      expect(await statusOf(second.agent, '203.0.113.99')).toBe(302);
    },
  );
});

describe.skipIf(executable === undefined)(
  'the site below a path, behind the nginx of docs/running.md',
  () => {
    it('signs in and out there, and the API is described at the root of the host', async () => {
      const port = await freePort();
      const origin = `https://localhost:${port}`;
      const certificate = createCertificate();
      const pools = await startPools({
        seed: federatedPoolsSeed({ baseUrl: `${origin}/shop` }),
        keys: 'fixed',
      });
      const server = await reservePort();
      const environment = { BASE_URL: origin, BASE_PATH: '/shop', TRUST_PROXY: '1' };
      const app = await startApp({ ...environmentFor(pools), ...environment }, { server });
      const behind = new URL(urlOf(server)).host.replace('localhost', '127.0.0.1');
      const locations = documentedNginx('location /shop/').replaceAll('127.0.0.1:3000', behind);
      const block = documentedServer(port, certificate).replace(
        / {2}location \/ \{.*?\n {2}\}/s,
        () => locations,
      );
      const nginx = await startNginx(executable!, certificate.folder, block);
      const usual = getGlobalDispatcher();
      const ours = new Agent({ connect: { ca: certificate.certificate } });
      setGlobalDispatcher(ours);
      try {
        const browser = createBrowser();
        const profile = await finishSignIn(browser, await browser.get(`${origin}/shop/profile`));
        expect(profile.url).toBe(`${origin}/shop/profile`);
        const signedOut = await browser.click(profile, 'Sign out');
        expect(signedOut.url).toBe(`${origin}/shop/signed-out`);
        expect((await browser.get(`${origin}/shop`)).url).toBe(`${origin}/shop/`);

        const refused = await request(`${origin}/shop/api/me`);
        const challenge = String(refused.headers['www-authenticate']);
        const [, address = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? [];
        expect(address).toBe(`${origin}/.well-known/oauth-protected-resource`);
        const description = await request(address);
        expect(await description.body.json()).toMatchObject({ resource: origin });
      } finally {
        setGlobalDispatcher(usual);
        await ours.close();
        await nginx.stop();
        await app.stop();
        await pools.close();
        certificate.remove();
      }
    });
  },
);

const disposable = (agent: Agent): AsyncDisposable & { agent: Agent } => ({
  agent,
  [Symbol.asyncDispose]: () => agent.close(),
});
