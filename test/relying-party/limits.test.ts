import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_PARAMETER_LENGTH } from '../../src/relying-party/login/authorization-response.js';
import { MAX_EMAIL_LENGTH } from '../../src/relying-party/login/request.js';
import {
  MAX_RETURN_TO_LENGTH,
  MAX_WRITTEN_LENGTH,
} from '../../src/relying-party/login/return-to.js';
import {
  MAX_TRANSACTIONS,
  MAX_TRANSACTIONS_BYTES,
} from '../../src/relying-party/login/transaction.js';
import { MAX_PROVIDER_NAME_LENGTH } from '../../src/cognito/claims.js';
import { MAX_REQUEST_URI_LENGTH } from '../../src/relying-party/login/authorization-request.js';
import { MAX_ENDPOINT_LENGTH } from '../../src/tokens/provider-metadata.js';
import { MAX_HINT_LENGTH } from '../../src/relying-party/logout/hops.js';
import { MAX_RESPONSE_BYTES } from '../../src/relying-party/provider/calls/fetch.js';
import { MAX_USER_AGENT_LENGTH } from '../../src/relying-party/provider/token-response.js';
import { federatedPoolsSeed, type Pools, startPools } from '../../src/pools/index.js';
import { MAX_HEADER_BYTES } from '../../src/program/server.js';
import { MAX_TOKEN_LENGTH } from '../../src/tokens/signed-claims.js';
import { MAX_ACCEPT_LENGTH } from '../../src/web/request/wants-page.js';
import { freePort } from '../support/free-port.js';
import { repositoryFile } from '../documents/documents.js';
import { reservePort, type RunningApp, startApp, urlOf } from '../support/app.js';
import { createBrowser, type Browser, type Page } from '../support/browser.js';
import {
  type Certificate,
  createCertificate,
  findNginx,
  type Nginx,
  startNginx,
} from '../support/nginx.js';
import { environmentFor, finishSignIn, startWorld } from '../support/world.js';

const executable = findNginx();
/** Cognito's limits: 100 groups for each user, 128 characters for a name. */
const groups = Array.from({ length: 100 }, (_, index) => `group-${index}-`.padEnd(128, 'x'));

describe('docs/limits.md', () => {
  const rows = repositoryFile('docs/limits.md')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const limitOf = (what: string): number => {
    const [, , limit = ''] = rows.find(([, name = '']) => name.startsWith(what)) ?? [];
    return Number(limit.replace(/ \w+$/, '').replaceAll(',', ''));
  };

  const inTheCode: readonly (readonly [string, number])[] = [
    ['Headers of a request', MAX_HEADER_BYTES],
    ['A page to come back to', MAX_RETURN_TO_LENGTH],
    ['The same, once written', MAX_WRITTEN_LENGTH],
    ['Sign-ins of one browser', MAX_TRANSACTIONS],
    ['Their cookies together', MAX_TRANSACTIONS_BYTES],
    ['An e-mail address', MAX_EMAIL_LENGTH],
    ['A parameter of the callback', MAX_PARAMETER_LENGTH],
    ['An answer of the OpenID provider', MAX_RESPONSE_BYTES],
    ['An ID token', MAX_TOKEN_LENGTH.id_token],
    ['An access token', MAX_TOKEN_LENGTH.access_token],
    ['A logout token', MAX_TOKEN_LENGTH.logout_token],
    ['The ID token as a hint', MAX_HINT_LENGTH],
    ['An address of the OpenID provider', MAX_ENDPOINT_LENGTH],
    ['A `request_uri`', MAX_REQUEST_URI_LENGTH],
    ['The name of an identity provider', MAX_PROVIDER_NAME_LENGTH],
    ['A User-Agent kept', MAX_USER_AGENT_LENGTH],
    ['`Accept`', MAX_ACCEPT_LENGTH],
  ];
  const ofNginx = ['One header line through nginx'];
  const asTheToken = ['A `sid`, an `origin_jti`'];

  it.each(inTheCode)('says of "%s" what the code says: %i', (what, limit) => {
    expect(limitOf(what)).toBe(limit);
  });

  it('has no number that nothing compares', () => {
    const compared = [...inTheCode.map(([what]) => what), ...ofNginx, ...asTheToken];
    const written = rows.slice(2).map(([, what = '']) => what);
    expect(written.filter((what) => !compared.some((start) => what.startsWith(start)))).toEqual([]);
  });
});

const headerBytes = ({ headers, setCookies }: Page['history'][number]): number => {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [...lines, ...setCookies.map((each) => `set-cookie: ${each}`)].join('\r\n').length;
};

it('a login that was opened on another host takes to BASE_URL only what it knows', async () => {
  const world = await startWorld();
  const page = await world
    .browser()
    .get(`${world.app.url}/login?return_to=%2Fprofile&junk=${'x'.repeat(7000)}`, {
      headers: { host: 'elsewhere.example' },
      follow: false,
    });
  expect(page.headers['location']).toBe(`${world.app.url}/login?return_to=%2Fprofile&moved=1`);
  await world.stop();
});

it('three hundred identity providers make no answer’s headers longer than nginx takes', async () => {
  const providers = Array.from({ length: 300 }, (_, n) => ({
    name: `customer-${n}`,
    label: `Customer ${n}`,
    signOut: {
      kind: 'cognito',
      domain: `https://customer-${n}-sign-in.auth.eu-west-1.amazoncognito.com`,
      clientId: `client-${n}`,
    },
  }));
  const world = await startWorld({
    environment: { IDENTITY_PROVIDERS: JSON.stringify(providers) },
  });
  const browser = world.browser();
  // The second time, discovery has been read.
  for (const path of ['/', '/login?provider=customer-7', '/login', '/logout', '/signed-out', '/']) {
    const [answer] = (await browser.get(world.app.url + path, { follow: false })).history;
    // Its buffer has 4,096, some of which it needs itself.
    expect([path, headerBytes(answer!) < 2500]).toEqual([path, true]);
  }
  await world.stop();
});

describe.skipIf(executable === undefined)('behind an nginx with its defaults', () => {
  let baseUrl: string;
  let certificate: Certificate;
  let pools: Pools;
  let app: RunningApp;
  let nginx: Nginx;
  let browser: Browser;
  const usual = getGlobalDispatcher();

  beforeAll(async () => {
    const port = await freePort();
    baseUrl = `https://localhost:${port}`;
    certificate = createCertificate();
    pools = await startPools({ seed: federatedPoolsSeed({ baseUrl }), keys: 'fixed' });
    const server = await reservePort();
    app = await startApp(
      {
        ...environmentFor(pools),
        BASE_URL: baseUrl,
        TRUST_PROXY: '1',
        SESSION_IDLE_SECONDS: '36000',
      },
      { server, now: () => pools.clock.now() },
    );
    const target = new URL(urlOf(server)).host.replace('localhost', '127.0.0.1');
    const lines = [
      `server { listen 127.0.0.1:${port} ssl; server_name localhost;`,
      `ssl_certificate ${certificate.certificateFile}; ssl_certificate_key ${certificate.keyFile};`,
      `location / { proxy_pass http://${target}; } }`,
    ];
    nginx = await startNginx(executable!, certificate.folder, lines.join('\n'));
    setGlobalDispatcher(new Agent({ connect: { ca: certificate.certificate } }));
  });
  beforeEach(() => {
    pools.reset();
    browser = createBrowser();
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

  /** A page of ours with so many characters in its address. */
  const deep = (length: number, letters = 'a'): string => {
    const start = '/profile?x=';
    return start + letters.repeat(length).slice(0, length - start.length);
  };
  const signIn = async (path: string): Promise<Page> =>
    finishSignIn(browser, await browser.get(baseUrl + path));

  it.each([601, 700, MAX_RETURN_TO_LENGTH])(
    'a deep link of %i characters is come back to',
    async (length) => {
      const page = await signIn(deep(length));
      expect(page.url).toBe(baseUrl + deep(length));
      expect(page.status).toBe(200);
    },
  );

  it.each([
    ['one more character than fit', deep(MAX_RETURN_TO_LENGTH + 1)],
    ['2,000 characters', deep(2000)],
    ['7,000 characters', deep(7000)],
    ['characters that take three each', deep(900, '&=')],
    ['characters that are written with three each', deep(400, '\\')],
  ])('a deep link of %s gets a page that says so, never the start page', async (_what, path) => {
    const page = await browser.get(baseUrl + path);
    expect(page.status).toBe(414);
    expect(page.text()).toContain('address_too_long');
    expect(page.text()).toContain('Sign in first, then open the same address again.');
    expect(page.control('Sign in').getAttribute('href')).toBe('/login');
    const login = await browser.get(`${baseUrl}/login?return_to=${encodeURIComponent(path)}`);
    expect(login.text()).toContain('address_too_long');
    await signIn('/profile');
    expect((await browser.get(baseUrl + path)).status).toBe(200);
  });

  it('as many long deep links as one likes end in a sign-in, the newest of them all in theirs', async () => {
    for (let tab = 0; tab < 30; tab++) await browser.get(baseUrl + deep(80 + tab));
    for (let tab = 0; tab < 6; tab++) {
      const page = await browser.get(baseUrl + deep(MAX_RETURN_TO_LENGTH - tab));
      expect(page.status).toBe(200);
    }
    const cookies = browser.cookies(baseUrl).map((each) => each.cookieString());
    expect(cookies.join('; ').length).toBeLessThan(6000);
    expect((await signIn(deep(MAX_RETURN_TO_LENGTH))).url).toBe(
      baseUrl + deep(MAX_RETURN_TO_LENGTH),
    );
  });

  it('no cookie of ours comes near what a browser takes', async () => {
    await signIn(deep(MAX_RETURN_TO_LENGTH));
    const lengths = browser.history.flatMap(({ setCookies }) =>
      setCookies.map((each) => each.length),
    );
    expect(Math.max(...lengths)).toBeLessThan(1700);
  });

  it('a user whose provider calls everything by endless names signs in, is refreshed and signs out', async () => {
    const long = (letter: string): string => letter.repeat(30_000);
    const claims = {
      sid: long('s'),
      origin_jti: long('j'),
      sub: long('u'),
      email: `${long('e')}@example.com`,
      'cognito:username': long('n'),
      identities: [{ providerName: long('p'), userId: 'x', primary: 'true' }],
    };
    pools.faults.always('oidc-pool-1', 'token', { idToken: { claims } });
    const profile = await signIn(deep(MAX_RETURN_TO_LENGTH));
    expect([profile.url, profile.status]).toEqual([baseUrl + deep(MAX_RETURN_TO_LENGTH), 200]);
    // One that replaces it.
    await signIn('/login?max_age=0&return_to=/profile');
    pools.clock.advance('61m');
    expect((await browser.get(`${baseUrl}/profile`)).status).toBe(200);
    expect(app.log.join('')).toContain('"session.refreshed"');
    const out = await browser.click(await browser.get(`${baseUrl}/logout`), 'Sign out');
    expect(out.url).toBe(`${baseUrl}/signed-out`);
    expect(out.text()).toContain('You are signed out');
    const ours = browser.history.filter(({ url }) => url.startsWith(baseUrl));
    const cookies = ours.flatMap(({ setCookies }) => setCookies.map((each) => each.length));
    expect(Math.max(...cookies)).toBeLessThan(1700);
    expect(Math.max(...ours.map(headerBytes))).toBeLessThan(4096);
    pools.faults.clear();
  });

  it('a user in a hundred long groups signs in, stays signed in, is refreshed and signs out', async () => {
    pools.faults.always('oidc-pool-1', 'token', {
      idToken: { claims: { 'cognito:groups': groups } },
      accessToken: { claims: { 'cognito:groups': groups } },
    });
    const profile = await signIn('/profile');
    expect(profile.url).toBe(`${baseUrl}/profile`);
    expect(profile.status).toBe(200);
    pools.clock.advance('61m');
    const again = await browser.get(`${baseUrl}/profile`);
    expect(again.url).toBe(`${baseUrl}/profile`);
    expect(app.log.join('')).toContain('"session.refreshed"');
    const me = JSON.parse((await browser.get(`${baseUrl}/api/me`)).html) as { groups: string[] };
    expect(me.groups).toEqual(groups);
    const out = await browser.click(again, 'Sign out');
    expect(out.url).toBe(`${baseUrl}/signed-out`);
    expect(out.text()).toContain('You are signed out');
    pools.faults.clear();
  });
});
