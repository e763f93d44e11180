import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowser } from '../support/browser.js';
import { callers, type CallerCase } from '../support/callers.js';
import { finishSignIn, startWorld, type World } from '../support/world.js';

/** What an answer says to who is in front: the status, and where to or which error. */
interface Answer {
  readonly status: number;
  readonly says: string;
  readonly begins: boolean;
  /** Where a page leads on to by itself. */
  readonly leadsOn?: string;
}

let world: World;
let cookie: string;
beforeAll(async () => {
  world = await startWorld();
  const browser = createBrowser();
  await world.signIn(browser);
  cookie = browser.cookies(world.app.url).map(String).join('; ');
});
afterAll(() => world.stop());

async function ask(
  path: string,
  { method, headers }: Pick<CallerCase, 'method' | 'headers'>,
  more: Record<string, string> = {},
): Promise<Answer> {
  const answer = await request(world.app.url + path, { method, headers: { ...headers, ...more } });
  const text = await answer.body.text();
  const { location, 'set-cookie': cookies = [] } = answer.headers;
  return {
    status: answer.statusCode,
    says: String(location ?? /"code":"(\w+)"/.exec(text)?.[1] ?? answer.headers['content-type']),
    begins: [cookies].flat().some((each) => each.startsWith('lg-login')),
    ...(answer.headers['refresh'] && { leadsOn: String(answer.headers['refresh']) }),
  };
}

const gets = callers.filter(({ method }) => method === 'GET');

describe('a guarded page without a session', () => {
  const ofPerson = { status: 302, says: '/login?return_to=%2Fprofile%3Fx%3D1', begins: false };
  const ofOthers = { status: 401, says: 'access_token_missing', begins: false };
  it.each(gets)('for $from: $who', async (each) => {
    expect(await ask('/profile?x=1', each)).toEqual(
      each.takenFor === 'person' ? ofPerson : ofOthers,
    );
  });
  it.each(gets)('of our own sessions, for $from: $who', async (each) => {
    expect(await ask('/sessions', each)).toEqual(
      each.takenFor === 'person' ? { ...ofPerson, says: '/login?return_to=%2Fsessions' } : ofOthers,
    );
  });
});

describe('/login', () => {
  it.each(gets)('for $from: $who', async (each) => {
    const answer = await ask('/login', each);
    if (each.takenFor === 'background') {
      expect(answer).toEqual({ status: 403, says: 'prefetch_refused', begins: false });
    } else {
      expect(answer).toMatchObject({ status: 302, begins: true });
      expect(answer.says).toMatch(`${world.master.issuer.replace(/\/[^/]+$/, '')}/`);
    }
  });
});

describe('an error', () => {
  it.each(gets)('for $from: $who', async (each) => {
    const wanted = each.takenFor === 'person' ? 'text/html; charset=utf-8' : 'not_found';
    expect(await ask('/nothing', each)).toMatchObject({ status: 404, says: wanted });
  });
});

describe('signing out', () => {
  it.each(callers.filter(({ method }) => method === 'POST'))('for $from: $who', async (each) => {
    const answer = await ask('/logout', each, { origin: world.app.url });
    if (each.takenFor === 'person') {
      expect(answer).toMatchObject({ status: 200, says: 'text/html; charset=utf-8' });
      expect(answer.leadsOn).toMatch(/^0; url=.*\/logout\?client_id=/);
    } else expect(answer).toMatchObject({ status: 200, says: 'application/json; charset=utf-8' });
  });
});

describe('the API, for who has a session', () => {
  const withoutBearer = gets.filter(
    ({ headers: { authorization = 'Basic x' } }) => !/^bearer|^eyJ/i.test(authorization),
  );
  it.each(withoutBearer)('takes it from $from: $who', async (each) => {
    expect(await ask('/api/me', each, { cookie })).toMatchObject({ status: 200 });
  });
  it.each([
    ['Bearer', 400, 'authorization_header_malformed'],
    ['eyJ.e30.x', 400, 'authorization_header_malformed'],
    ['Bearer x', 401, 'access_token_malformed'],
    ['Basic YTpi', 200, 'application/json; charset=utf-8'],
    ['Digest username="u", realm="x"', 200, 'application/json; charset=utf-8'],
    ['Negotiate YIIC', 200, 'application/json; charset=utf-8'],
  ])('answers "Authorization: %s" with %i', async (authorization, status, says) => {
    const answer = await ask('/api/me', { method: 'GET', headers: { authorization } }, { cookie });
    expect(answer).toEqual({ status, says, begins: false });
  });
  it('answers a sign-out of a browser behind HTTP Basic with the way through both pools', async () => {
    const browser = createBrowser();
    const headers = { authorization: 'Basic YTpi' };
    const page = await finishSignIn(browser, await browser.get(`${world.app.url}/profile`));
    const out = await browser.submit(page, {}, { headers, form: 'form[action="/logout"]' });
    expect(out.url).toBe(`${world.app.url}/signed-out`);
    expect(out.history.map(({ url }) => new URL(url).pathname)).toEqual(
      expect.arrayContaining(['/logout', '/logout/continue', '/signed-out']),
    );
    expect(out.text()).toContain('You are signed out');
  });
});

describe('written by hand', () => {
  let six: Server;
  beforeAll(async () => {
    six = createServer(world.app.app);
    six.listen(0, '::1');
    await once(six, 'listening');
  });
  afterAll(() => new Promise((resolve) => six.close(resolve)));

  /** Sends bytes as they are; gives status, headers and body. */
  async function raw(lines: readonly string[], { host = '127.0.0.1' } = {}) {
    const port = host === '::1' ? (six.address() as AddressInfo).port : new URL(world.app.url).port;
    const socket = connect(Number(port), host);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.write([...lines, 'Connection: close', '', ''].join('\r\n'));
    await once(socket, 'close');
    const [head = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n', 2);
    return {
      status: Number(head.split(' ')[1]),
      location: /^location: (.*)$/im.exec(head)?.[1],
      begins: /^set-cookie: lg-login/im.test(head),
      allow: /^allow: (.*)$/im.exec(head)?.[1],
      code: /"code":"(\w+)"/.exec(body)?.[1],
      body,
    };
  }
  const html = 'Accept: text/html';
  const toSignIn = { status: 302, location: '/login?return_to=%2Fprofile%3Fa%3Db', begins: false };

  it('HTTP/1.0 without a host is answered as HTTP/1.1', async () => {
    expect(await raw(['GET /profile?a=b HTTP/1.0', html])).toMatchObject(toSignIn);
    expect(await raw(['GET /api/me HTTP/1.0'])).toMatchObject({ status: 401, location: undefined });
    expect(await raw(['GET /login HTTP/1.0', html])).toMatchObject({ status: 302, begins: true });
    expect(await raw(['GET /api/me HTTP/1.0', `Cookie: ${cookie}`])).toMatchObject({ status: 200 });
  });

  it('HTTP/1.1 without a host is refused', async () => {
    expect(await raw(['GET /profile HTTP/1.1', html])).toMatchObject({ status: 400 });
  });

  it('an IPv6 address and an IPv6 host are like any other', async () => {
    const host = `Host: [::1]:${(six.address() as AddressInfo).port}`;
    const there = { host: '::1' };
    expect(await raw(['GET /profile?a=b HTTP/1.1', host, html], there)).toMatchObject(toSignIn);
    const login = await raw(['GET /login?moved=1 HTTP/1.1', host, html], there);
    expect(login).toMatchObject({ status: 302, begins: true });
    expect(new URL(login.location!).searchParams.get('redirect_uri')).toBe(
      `${world.app.url}/callback`,
    );
    expect(await raw(['GET /api/me HTTP/1.1', host], there)).toMatchObject({ status: 401 });
    expect(await raw(['GET /api/me HTTP/1.1', host, `Cookie: ${cookie}`], there)).toMatchObject({
      status: 200,
    });
  });

  it.each(['http://localhost', 'http://evil.example:81', 'HTTPS://[::1]:3000', 'http://u:p@h'])(
    'the target %s/profile is our page /profile',
    async (origin) => {
      const lines = (target: string) => [`GET ${target} HTTP/1.1`, 'Host: x', html];
      expect(await raw(lines(`${origin}/profile?a=b`))).toMatchObject(toSignIn);
      expect(await raw(lines(`${origin}/login?moved=1&return_to=%2Fapi`))).toMatchObject({
        status: 302,
        begins: true,
      });
      const missing = await raw(lines(`${origin}/callback?code=hunter2&state=x`));
      expect(missing).toMatchObject({ status: 400 });
      expect(missing.body).not.toMatch(/hunter2|evil/);
      const nothing = await raw(lines(`${origin}/nothing`));
      expect(nothing.status).toBe(404);
      expect(nothing.body).not.toContain('evil');
    },
  );

  it('a target with a host and no path is the start page', async () => {
    expect(await raw(['GET http://x HTTP/1.1', 'Host: x', html])).toMatchObject({ status: 200 });
    expect(await raw(['GET http://x?a=b HTTP/1.1', 'Host: x', html])).toMatchObject({
      status: 200,
    });
  });

  it('the log has the path of such a target, and no host, user or query', async () => {
    await raw(['GET http://user:hunter2@evil.example/nowhere?code=x HTTP/1.1', 'Host: x']);
    const lines = world.app.log.filter((line) => line.includes('/nowhere'));
    expect(lines.map((line) => (JSON.parse(line) as { path: string }).path)).toEqual(
      lines.map(() => '/nowhere'),
    );
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('')).not.toMatch(/evil|hunter2/);
  });

  it('a sign-in that failed is told as one, with such a target too', async () => {
    const from = world.app.log.length;
    await raw(['GET http://x/callback?state=x HTTP/1.1', 'Host: x', html]);
    expect(world.app.log.slice(from).join('')).toContain('"event":"login.failed"');
  });

  it('HEAD is answered as GET, begins nothing and uses nothing up', async () => {
    const head = (path: string, ...more: string[]) =>
      raw([`HEAD ${path} HTTP/1.1`, 'Host: x', ...more]);
    expect(await head('/profile?a=b', html)).toMatchObject({ ...toSignIn, body: '' });
    expect(await head('/profile')).toMatchObject({ status: 401, body: '' });
    expect(await head('/api/me')).toMatchObject({ status: 401, body: '' });
    expect(await head('/api/me', `Cookie: ${cookie}`)).toMatchObject({ status: 200, body: '' });
    for (const path of ['/login', '/callback?code=x&state=y', '/logout/continue']) {
      expect(await head(path, html)).toMatchObject({ status: 405, allow: 'GET', begins: false });
    }
    for (const path of ['/', '/logout', '/signed-out', '/healthz']) {
      expect(await head(path, html)).toMatchObject({ status: 200, body: '', begins: false });
    }
  });

  it('OPTIONS says what there is, and begins nothing', async () => {
    const options = (path: string) => raw([`OPTIONS ${path} HTTP/1.1`, 'Host: x', html]);
    for (const path of ['/profile', '/api/me', '/login', '/callback', '/sessions']) {
      expect(await options(path)).toMatchObject({
        status: 200,
        allow: 'GET, HEAD',
        location: undefined,
        begins: false,
      });
    }
    expect(await options('/logout')).toMatchObject({ status: 200, allow: 'GET, HEAD, POST' });
    expect((await options('*')).status).toBeLessThan(500);
  });

  it('one bearer token among several Authorization headers is refused, wherever it stands', async () => {
    const two = (...values: string[]) =>
      raw([
        'GET /api/me HTTP/1.1',
        'Host: x',
        `Cookie: ${cookie}`,
        ...values.map((value) => `Authorization: ${value}`),
      ]);
    const refused = { status: 400, code: 'authorization_header_malformed' };
    expect(await two('Basic YTpi', 'Bearer x')).toMatchObject(refused);
    expect(await two('bearer x', 'Basic YTpi')).toMatchObject(refused);
    expect(await two('Basic YTpi', 'Basic YTpj')).toMatchObject({ status: 200 });
  });
});
