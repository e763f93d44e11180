import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../../../src/testing/index.js';
import type { PoolsSeed } from '../../../src/pools/index.js';
import { createBrowser, type Page } from '../../support/browser.js';
import { startHost, type Host } from '../../support/host.js';
import { alice, finishSignIn, startWorld, type World } from '../../support/world.js';

/** The site under a name that is not that of BASE_URL. */
const otherName = (url: string): string => url.replace('localhost', '127.0.0.1');

const moves = ({ history }: Page): string[] =>
  history.map(({ url }) => url).filter((url) => new URL(url).searchParams.has('moved'));

describe('the site, opened on another host name than BASE_URL', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  it('signs in all the same, on BASE_URL, at the page that was asked for', async () => {
    const browser = createBrowser();
    const start = await browser.get(`${otherName(world.app.url)}/profile`);
    const page = await finishSignIn(browser, start);
    expect(page.url).toBe(`${world.app.url}/profile`);
    expect(page.text()).toContain('Alice Example');
    expect(moves(start)).toHaveLength(1);
  });

  it('does so for the test kit', async () => {
    const { username, password } = alice;
    const signedIn = await signIn(`${otherName(world.app.url)}/profile`, { username, password });
    expect(signedIn.url).toBe(`${world.app.url}/profile`);
    expect(signedIn.callbackUrl).toContain(`${world.app.url}/callback?`);
    expect(signedIn.headers.origin).toBe(world.app.url);
    const again = await fetch(`${world.app.url}/profile`, { headers: signedIn.headers });
    expect(again.status).toBe(200);
  });

  const locationOf = async (host: string | undefined, pathAndQuery: string) => {
    const headers = host === undefined ? {} : { host };
    const page = await createBrowser().get(world.app.url + pathAndQuery, {
      headers,
      follow: false,
    });
    return { status: page.status, location: page.headers['location']! };
  };

  it.each([
    '127.0.0.1:3000',
    'intern.example',
    'localhost.example.com',
    'evil.example@localhost',
    '',
    'a b',
    '[::1]:3000',
  ])('moves to BASE_URL with the same query, and nowhere else: Host %j', async (host) => {
    const query = 'return_to=%2Forders%3Fa%3D1%26b%3D2&email=a%40example.com&max_age=60';
    const { status, location } = await locationOf(host, `/login?${query}`);
    expect(status).toBe(302);
    const url = new URL(location);
    expect(url.origin + url.pathname).toBe(`${world.app.url}/login`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      return_to: '/orders?a=1&b=2',
      email: 'a@example.com',
      max_age: '60',
      moved: '1',
    });
  });

  it.each([
    '//evil.example/',
    '/login?https://evil.example',
    '/login?return_to=https://evil.example&@evil.example',
    '/login?x=%0d%0aLocation:%20https://evil.example',
  ])('has no address that leads elsewhere: %s', async (path) => {
    const { location } = await locationOf('evil.example', path);
    if (location !== undefined) expect(new URL(location).origin).toBe(world.app.url);
    expect(location ?? '').not.toMatch(/[\r\n]/);
  });

  it('goes on when marked, whatever the Host', async () => {
    for (const host of ['127.0.0.1:3000', 'intern.example', '']) {
      const { location } = await locationOf(host, '/login?moved=1&return_to=%2Fprofile');
      expect(new URL(location).pathname).toContain('/oauth2/authorize');
    }
  });

  it('does not move on BASE_URL itself, whatever the port or the letters', async () => {
    const { hostname } = new URL(world.app.url);
    for (const host of [hostname, `${hostname}:1`, 'LOCALHOST', undefined]) {
      const { location } = await locationOf(host, '/login');
      expect(new URL(location).pathname, String(host)).toContain('/oauth2/authorize');
    }
  });

  it('moves nobody who did not open the page', async () => {
    const headers = { host: 'intern.example', purpose: 'prefetch' };
    const page = await createBrowser().get(`${world.app.url}/login`, { headers, follow: false });
    expect(page.status).toBe(403);
  });
});

describe('the site of an https BASE_URL, opened over plain http', () => {
  const started: World[] = [];
  afterAll(async () => {
    for (const world of started) await world.stop();
  });
  const start = async (trustProxy: string): Promise<World> => {
    const environment = { BASE_URL: 'https://localhost', TRUST_PROXY: trustProxy };
    const world = await startWorld({ environment });
    started.push(world);
    return world;
  };
  const locationOf = async (
    { app }: World,
    headers: Record<string, string>,
    query = 'return_to=%2Fprofile&email=a%40example.com',
  ): Promise<URL> => {
    const options = { headers, follow: false };
    const page = await createBrowser().get(`${app.url}/login?${query}`, options);
    expect(page.status).toBe(302);
    return new URL(page.headers['location']!);
  };

  it.each([
    ['1', 'http'],
    ['1', 'HTTP'],
    ['1', 'http, https'],
    ['loopback', 'http'],
  ])(
    'moves to BASE_URL once, with the same query, where a trusted proxy (%s) says so: %s',
    async (trustProxy, proto) => {
      const world = await start(trustProxy);
      const headers = { 'x-forwarded-proto': proto };
      const moved = await locationOf(world, headers);
      expect(moved.origin + moved.pathname).toBe('https://localhost/login');
      expect(Object.fromEntries(moved.searchParams)).toEqual({
        return_to: '/profile',
        email: 'a@example.com',
        moved: '1',
      });
      // A proxy that always says so must not lead in a circle.
      const again = await locationOf(world, headers, moved.search.slice(1));
      expect(again.pathname).toContain('/oauth2/authorize');
    },
  );

  it.each([
    ['the proxy says https', '1', { 'x-forwarded-proto': 'https' }],
    ['the proxy says it in capitals', '1', { 'x-forwarded-proto': 'HTTPS' }],
    ['the proxy says the empty word', '1', { 'x-forwarded-proto': '' }],
    ['the proxy says nothing of it, as in docs/running.md', '1', {}],
    ['whoever says so is not trusted', 'false', { 'x-forwarded-proto': 'http' }],
    ['another address is trusted', '192.0.2.1', { 'x-forwarded-proto': 'http' }],
  ])('goes on where %s', async (_what, trustProxy, headers) => {
    const location = await locationOf(await start(trustProxy), headers);
    expect(location.pathname).toContain('/oauth2/authorize');
  });

  it('goes on where BASE_URL is http itself', async () => {
    const world = await startWorld({ environment: { TRUST_PROXY: '1' } });
    started.push(world);
    const location = await locationOf(world, { 'x-forwarded-proto': 'http' });
    expect(location.pathname).toContain('/oauth2/authorize');
  });
});

describe('a host app below a path, opened on another host name', () => {
  let host: Host;
  beforeAll(async () => {
    const below = (seed: PoolsSeed): PoolsSeed =>
      JSON.parse(
        JSON.stringify(seed).replaceAll(/\/(callback|logout\/continue)"/g, '/auth/$1"'),
      ) as PoolsSeed;
    host = await startHost(
      (app, rp) => {
        app.use('/auth', rp.routes);
        app.get('/account', rp.requireSession(), (req, res) => {
          res.send(req.auth?.name);
        });
      },
      { options: { basePath: '/auth' }, seed: below },
    );
  });
  afterAll(() => host.stop());

  it('signs in at the page that was asked for', async () => {
    const browser = createBrowser();
    const start = await browser.get(`${otherName(host.url)}/account?a=1`);
    const page = await finishSignIn(browser, start);
    expect(page.url).toBe(`${host.url}/account?a=1`);
    expect(page.html).toBe('Alice Example');
    expect(moves(start).map((url) => new URL(url).pathname)).toEqual(['/auth/login']);
  });
});
