import { afterEach, describe, expect, it } from 'vitest';
import { networkReason } from '../../../src/program/config/network-reason.js';
import { createOpFetch } from '../../../src/relying-party/provider/calls/fetch.js';
import { explainFailure } from '../../../src/program/setup/account/explain.js';
import { withAddress } from '../../../src/program/setup/account/unreachable.js';
import { createCertificate } from '../../support/nginx.js';
import { startRecordingProxy } from '../../support/recording-proxy.js';
import { signedIn } from '../../../src/testing/index.js';
import { startApp, type RunningApp } from '../../support/app.js';
import {
  startFailingProxy,
  type FailingProxy,
  type ProxyFault,
} from '../../support/failing-proxy.js';
import {
  startHostileProvider,
  type HostileProvider,
} from '../../security/support/hostile-provider.js';
import { visit } from '../../security/support/visitor.js';

/*
 * A proxy for outgoing calls that does not work is between us and the provider, and between us
 * alone: a browser goes there by a way of its own.
 */

let proxy: FailingProxy;
let site: RunningApp | undefined;
afterEach(async () => {
  await site?.stop();
  site = undefined;
  await proxy.stop();
});

const AWAY = 'https://idp.example.test/pool';
const withoutPassword = (url: string): string => url.replace('site:open-sesame@', '');

const kinds: ProxyFault[] = ['refuses', 'not-found', 'hangs', 'closes', 'no-tls', 407, 502, 504];

describe.each(kinds)('while the outgoing proxy %s,', (fault) => {
  const person = {
    accept: 'text/html',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  };
  const POOL = 'https://pool.example.test';
  const SECOND = 'https://second.example.test';
  let provider: HostileProvider;
  afterEach(() => provider.stop());

  /**
   * A site that knows where its provider is: all of it but the discovery document is behind the
   * proxy.
   */
  async function start(): Promise<RunningApp> {
    proxy = await startFailingProxy(fault);
    provider = await startHostileProvider();
    provider.answers.set('/.well-known/openid-configuration', () => ({
      ...provider.metadata,
      authorization_endpoint: `${POOL}/authorize`,
      token_endpoint: `${POOL}/token`,
      end_session_endpoint: `${POOL}/end`,
    }));
    const signOut = { kind: 'cognito', domain: SECOND, clientId: 'x' };
    site = await startApp({
      ISSUER: provider.issuer,
      CLIENT_ID: 'site',
      CLIENT_SECRET: 'none',
      HTTPS_PROXY: proxy.url,
      IDENTITY_PROVIDERS: JSON.stringify([{ name: 'second', label: 'Corporate ID', signOut }]),
    });
    return site;
  }

  it('a sign-out leads to every pool: the browser has a way of its own', async () => {
    const { url, relyingParty } = await start();
    const { cookie } = await signedIn(relyingParty, {
      claims: { identities: [{ providerName: 'second' }] },
    });
    const headers = { ...person, origin: url, 'sec-fetch-site': 'same-origin' };
    const out = await visit(`${url}/logout`, { method: 'POST', cookie, headers });
    const first = new URL(String(out.headers['refresh']).replace(/^0; url=/, ''), url);
    expect(first.origin + first.pathname).toBe(`${POOL}/end`);

    const back = `${url}/logout/continue?state=${first.searchParams.get('state')}`;
    const next = await visit(back, { cookie: out.cookie, headers: person });
    expect(String(next.headers['location'])).toContain(`${SECOND}/logout?`);
    // What it says of the provider is not that it may have moved.
    expect(provider.asked.get('GET /.well-known/openid-configuration')).toBe(1);
  });

  it('a sign-in goes to the provider', async () => {
    const { url } = await start();
    const login = await visit(`${url}/login`, { headers: person });
    expect(login.status).toBe(302);
    expect(String(login.headers['location'])).toContain(`${POOL}/authorize?`);
  });
});

describe('what the operator is told when the outgoing proxy', () => {
  it.each<[ProxyFault, RegExp]>([
    ['refuses', /connect ECONNREFUSED 127\.0\.0\.1:\d+/],
    ['not-found', /(?:ENOTFOUND|EAI_AGAIN) proxy\.invalid/],
    ['hangs', /no answer in time/],
    ['closes', /other side closed|ECONNRESET/],
    ['no-tls', /it does not speak TLS, which the https: of its address asks for/],
    [407, /CONNECT was answered with status 407, so it wants a user name and password, or others/],
    [502, /CONNECT was answered with status 502/],
    [504, /CONNECT was answered with status 504/],
  ])('%s: whose fault it is, at which address, and what it did', async (fault, what) => {
    proxy = await startFailingProxy(fault);
    const environment = { ISSUER: AWAY, CLIENT_ID: 'site', CLIENT_SECRET: 'none' };
    site = await startApp({ ...environment, HTTPS_PROXY: proxy.url });
    const seen = new Set<string>();
    // The second visitor of a proxy that hangs does not wait for it, and leaves a line of another
    // kind.
    for (let turn = 0; turn < 2; turn += 1) {
      expect((await visit(`${site.url}/login`)).code).toBe('provider_unavailable');
    }
    for (const line of site.log.filter((each) => each.includes('"login.failed"'))) {
      const { detail } = JSON.parse(line) as { detail: string };
      expect(detail).toContain(
        `the proxy ${withoutPassword(proxy.url)} (HTTPS_PROXY) gave no way through: `,
      );
      expect(detail).toMatch(what);
      expect(detail).toContain(`(asked: ${AWAY}/.well-known/openid-configuration`);
      expect(detail).not.toMatch(/[\r\n]|OpenSSL|routines|UND_ERR_ABORTED/);
      seen.add(detail);
    }
    expect(seen.size).toBe(fault === 'hangs' ? 2 : 1);
    expect(site.log.join('')).not.toMatch(/sesame/);
  });

  it('gives a way, and what is behind it fails: that there is a proxy in between', async () => {
    const certificate = createCertificate('idp.example.test');
    const way = await startRecordingProxy({ certificate, target: AWAY });
    proxy = { url: way.url, held: new Set(), stop: () => way.stop() };
    const environment = { ISSUER: AWAY, CLIENT_ID: 'site', CLIENT_SECRET: 'none' };
    site = await startApp({ ...environment, HTTPS_PROXY: way.url });
    expect((await visit(`${site.url}/login`)).code).toBe('provider_unavailable');
    const line = site.log.find((each) => each.includes('"login.failed"'))!;
    const asked = `(asked: ${AWAY}/.well-known/openid-configuration through the proxy ${way.url})`;
    expect(line).toContain('self-signed certificate');
    expect(line).toContain(asked);
    expect(line).not.toContain('gave no way through');
    certificate.remove();
  });

  it('fails under doctor and setup: the same words', async () => {
    proxy = await startFailingProxy(502);
    const { fetch, close } = createOpFetch({ url: proxy.url });
    const failure: unknown = await fetch(AWAY).catch((error: unknown) => error);
    await close();
    const words = `the proxy ${withoutPassword(proxy.url)} (HTTPS_PROXY) gave no way through: CONNECT was answered with status 502`;
    expect(networkReason(failure)).toBe(words);
    const told = explainFailure(withAddress(failure, { address: AWAY, isEndpointUrl: false }));
    expect(told).toMatchObject({
      message: expect.stringContaining(`Cognito cannot be reached at ${AWAY} (${words}): check `),
    });
  });
});
