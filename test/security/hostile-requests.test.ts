import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApp, type RunningApp } from '../support/app.js';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  startHostileProvider,
  type HostileProvider,
} from './support/hostile-provider.js';
import { signIn, visit, type VisitOptions } from './support/visitor.js';

let provider: HostileProvider;
let site: RunningApp;
let cookie = '';
beforeAll(async () => {
  provider = await startHostileProvider();
  site = await start({});
  cookie = (await signIn(site.url)).cookie;
});
afterAll(async () => {
  await site.stop();
  await provider.stop();
});

const start = (environment: Record<string, string>): Promise<RunningApp> =>
  startApp({ ISSUER: provider.issuer, CLIENT_ID, CLIENT_SECRET, ...environment });
const navigation = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** Sends bytes as they are and gives what comes back until the other side is silent. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(new URL(site.url).port), '127.0.0.1');
    socket.on('data', (bytes) => (answer += String(bytes)));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
    socket.write(Buffer.from(text, 'latin1'));
  });

describe('every answer', () => {
  const answers: [string, string, number, VisitOptions?][] = [
    ['a page', '/', 200],
    ['a page for one person', '/profile', 200, { headers: navigation }],
    ['a page of ours', '/signed-out', 200, { headers: navigation }],
    ['a redirect to the OP', '/login?max_age=1', 302],
    ['a redirect of somebody signed in', '/login', 302],
    ['a redirect after a sign-out', '/logout/continue', 303],
    ['JSON', '/api/me', 200],
    ['a description', '/.well-known/oauth-protected-resource', 200],
    ['an icon', '/favicon.ico', 200],
    ['health', '/healthz', 200],
    ['readiness', '/readyz', 200],
    ['figures', '/metrics', 200],
    ['400', '/assets/%zz', 400],
    ['401', '/api/me', 401, { cookie: 'lifeguard=x' }],
    ['403', '/logout', 403, { method: 'POST' }],
    ['404', '/nothing', 404],
    ['405', '/login', 405, { method: 'HEAD' }],
    [
      '413',
      '/backchannel-logout',
      413,
      { method: 'POST', headers: form, body: 'a='.repeat(40_000) },
    ],
    [
      '415',
      '/backchannel-logout',
      415,
      {
        method: 'POST',
        headers: { 'content-type': `${form['content-type']}; charset=utf-99` },
        body: 'logout_token=x',
      },
    ],
  ];

  it.each(answers)(
    '%s (%s, %i) has the security headers and says who may keep it',
    async (_what, path, status, options = {}) => {
      const answer = await visit(site.url + path, { cookie, ...options });
      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject({
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
      });
      const isPublic = /^\/(?:favicon|\.well-known)/.test(path);
      expect(answer.headers['cache-control']).toMatch(isPublic ? /^public/ : /^no-store$/);
      expect(answer.headers).not.toHaveProperty('x-powered-by');
      expect(answer.text).not.toMatch(/\n\s+at |node_modules|\.ts:\d/);
    },
  );
});

describe('a request', () => {
  const cookies = [
    ['names no cookie can have', 'lg-login-a b=1; lg-login-é=2; lg-login-=3; lg-login-ab"c"d,e=4'],
    [
      'two hundred cookies like ours',
      Array.from({ length: 200 }, (_, n) => `lg-login-${n}=x`).join('; '),
    ],
    ['cookies that are not text', 'lifeguard=%ff%zz; lg-logout=%c0%80; =; ;;=;lg-login-aaaaaaaa=%'],
    ['names of objects', '__proto__=1; constructor=2; toString=3; lifeguard=__proto__'],
  ] as const;
  it.each(cookies)('with %s is served as if it had none', async (_what, sent) => {
    const paths: readonly (readonly [string, number])[] = [
      ['/', 200],
      ['/login', 302],
      ['/callback?code=1&state=a%20b', 400],
      ['/callback?code=1&state=aaaaaaaa', 400],
      ['/profile', 302],
      ['/logout', 200],
      ['/logout/continue', 303],
      ['/signed-out', 200],
    ];
    for (const [path, status] of paths) {
      const answer = await visit(site.url + path, { cookie: sent, headers: navigation });
      expect([path, answer.status]).toEqual([path, status]);
    }
  });

  const spellings = [
    '//profile',
    '/profile//',
    '/profile.',
    '/profile%2f',
    '/%70rofile',
    '/profile;x',
    '/profile%00',
    '/x/..%2fprofile',
    '/profile%20',
    '\\profile',
    '/profile\\',
    '/PROFILE',
    '/profile/',
    '/./profile',
    '/api/../profile',
    '/api/%2e%2e/profile',
    '/API/ME',
    '/api/me/',
    '//api/me',
    '/api//me',
    '/api/me%2f',
    '/api/orders/',
    '/api/admin.',
  ];
  it.each(spellings)('for a guarded path spelt %s passes no guard', async (path) => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'TRACE', 'OPTIONS']) {
      const answer = await raw(
        `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      if (method !== 'OPTIONS') expect(answer).toMatch(/^HTTP\/1\.1 (?:302|400|401|404) /);
      expect(answer).not.toMatch(/alice|A-1001/);
    }
  });

  it.each([
    'Host: evil.example',
    'Host: evil.example\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https',
    'Host: evil.example\r\nForwarded: host=evil.example;proto=https',
    'Host: localhost\r\nX-Original-URL: /profile\r\nX-Rewrite-URL: /profile',
  ])('that says %s moves no address of ours', async (headers) => {
    for (const path of [
      '/login',
      '/profile',
      '/logout',
      '/nothing',
      '/.well-known/oauth-protected-resource',
    ]) {
      const answer = await raw(
        `GET ${path} HTTP/1.1\r\n${headers}\r\nSec-Fetch-Dest: document\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 (?:200|302|404) /);
      expect(answer).not.toContain('evil.example');
      expect(answer).not.toContain('alice');
    }
  });

  const places = [
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https://evil.example',
    '///evil.example',
    '/%2fevil.example',
    '/%5cevil.example',
    '/\t/evil.example',
    '/%09/evil.example',
    '\u0000//evil.example',
    '/x/..//evil.example',
    '/%2e%2e//evil.example',
    'javascript:alert(1)',
    '@evil.example',
    '/\u2028/evil.example',
    '/／evil.example',
    '/%00/evil.example',
    '/\r\nLocation: https://evil.example',
    '',
  ];
  it.each(places)('to return to %j leads to the start page', async (place) => {
    const { status, headers } = await visit(
      `${site.url}/login?return_to=${encodeURIComponent(place)}`,
      { cookie, headers: navigation },
    );
    expect([status, headers['location']]).toEqual([302, '/']);
  });

  const foreign: readonly (readonly [string, Record<string, string>])[] = [
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another site that claims our origin', { 'sec-fetch-site': 'cross-site', origin: 'OURS' }],
    ['a sibling subdomain', { 'sec-fetch-site': 'same-site' }],
    ['an opaque origin', { origin: 'null' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['an origin that begins like ours', { origin: 'OURS.evil.example' }],
    ['nobody knows where', {}],
    ['nobody knows where, with our Referer', { referer: 'OURS/' }],
  ];
  it.each(foreign)('to sign out from %s is refused', async (_whence, headers) => {
    const ours = JSON.parse(JSON.stringify(headers).replace('OURS', site.url)) as typeof headers;
    for (const path of ['/logout', '/sessions/end-others', '/LOGOUT', '/logout/']) {
      const options = {
        method: 'POST',
        cookie,
        headers: { ...form, ...ours },
        body: '_method=POST',
      };
      const refused = await visit(site.url + path, options);
      expect([refused.status, refused.code]).toEqual([403, 'csrf_refused']);
    }
    for (const path of ['/logout', '/logout?_method=POST', '/logout/continue', '/signed-out']) {
      await visit(site.url + path, {
        cookie,
        headers: { ...ours, 'x-http-method-override': 'POST' },
      });
    }
    expect((await visit(`${site.url}/api/me`, { cookie })).status).toBe(200);
  });

  it('for the figures is answered only where nothing speaks of a proxy', async () => {
    const status = async (headers: Record<string, string>) =>
      (await visit(`${site.url}/metrics`, { headers })).status;
    expect(await status({})).toBe(200);
    for (const headers of [
      { 'x-forwarded-for': '127.0.0.1' },
      { 'x-forwarded-proto': 'https' },
      { 'x-forwarded-host': 'localhost' },
      { 'x-real-ip': '127.0.0.1' },
      { forwarded: 'for=127.0.0.1' },
      { via: '1.1 proxy' },
      { host: 'www.example.com' },
      { host: 'localhost.example.com' },
    ]) {
      expect([headers, await status(headers)]).toEqual([headers, 404]);
    }
  });
});

describe('the rate limit', () => {
  const complaints = vi.spyOn(console, 'error').mockReturnValue(undefined);
  afterEach(() => complaints.mockClear());

  const statuses = async (environment: Record<string, string>): Promise<number[]> => {
    const limited = await start({ RATE_LIMIT_PER_MINUTE: '2', ...environment });
    const seen: number[] = [];
    for (let index = 0; index < 4; index += 1) {
      const headers = { 'x-forwarded-for': `junk, 192.0.2.${index}` };
      const answer = await visit(`${limited.url}/login`, { headers });
      seen.push(answer.status);
      if (answer.status === 429) {
        expect(answer.code).toBe('rate_limited');
        expect(answer.headers).toMatchObject({ 'retry-after': '60', 'cache-control': 'no-store' });
      }
    }
    await limited.stop();
    return seen;
  };

  it('believes an address in a header only from a trusted proxy, and says nothing outside the log', async () => {
    expect(await statuses({})).toEqual([302, 302, 429, 429]);
    expect(await statuses({ TRUST_PROXY: '1' })).toEqual([302, 302, 302, 302]);
    expect(complaints).not.toHaveBeenCalled();
  });
});

describe('the rate limit of visitors who hang up at once', () => {
  it('counts them without an error', async () => {
    const limited = await start({ RATE_LIMIT_PER_MINUTE: '1000' });
    const port = Number(new URL(limited.url).port);
    const hangUp = (): Promise<void> =>
      new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.write('GET /login HTTP/1.1\r\nHost: x\r\n\r\n', () => socket.resetAndDestroy());
        });
        socket.on('error', () => undefined);
        socket.on('close', () => resolve());
      });
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(Array.from({ length: 20 }, hangUp));
    }
    expect((await visit(`${limited.url}/login`)).status).toBe(302);
    await limited.stop();
    expect(limited.log.filter((line) => line.includes('internal_error'))).toEqual([]);
  });
});

describe('a flood of strangers', () => {
  it('leaves nothing in the store, and no secret in the log', async () => {
    const created = vi.spyOn(site.store, 'create');
    const remembered = vi.spyOn(site.store, 'remember');
    for (let round = 0; round < 40; round += 1) {
      await Promise.all(
        Array.from({ length: 5 }, (_, index) => [
          visit(`${site.url}/login?return_to=/${round}-${index}`),
          visit(`${site.url}/callback?code=code-of-${round}&state=state-of-${round}`),
          visit(`${site.url}/profile`, {
            cookie: `lifeguard=${'A'.repeat(43)}`,
            headers: navigation,
          }),
        ]).flat(),
      );
    }
    expect(created).not.toHaveBeenCalled();
    expect(remembered).not.toHaveBeenCalled();
    const log = site.log.join('');
    expect(log).toContain('login_transaction_missing');
    for (const secret of [
      CLIENT_SECRET,
      cookie.split('=')[1]!,
      'an-access-token',
      'code-of-39',
      'state-of-39',
    ]) {
      expect(log).not.toContain(secret);
    }
  });
});
