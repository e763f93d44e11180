import { describe, expect, it } from 'vitest';
import { openBrowser, authorizeUrl, signIn } from '../journeys.js';
import { alice, bob } from '../seed.js';
import { useWorld } from '../world.js';
import type { Page } from '../../support/browser.js';

const world = useWorld();

const pages: [string, () => Promise<Page>][] = [
  ['the login form', async () => openBrowser().get(authorizeUrl(world.members, 'site'))],
  ['the chooser', async () => openBrowser().get(authorizeUrl(world.master, 'site'))],
  ['form and chooser', async () => openBrowser().get(authorizeUrl(world.master, 'mixed'))],
  [
    'a refused sign-in',
    async () => signIn(openBrowser(), world.members, 'site', { ...alice, password: 'wrong' }),
  ],
  ['the new-password form', async () => signIn(openBrowser(), world.members, 'site', bob)],
  [
    'an error',
    async () => openBrowser().get(`${world.members.domain}/error?error=Invalid%20state`),
  ],
  [
    'a login option that is not available',
    async () =>
      openBrowser().get(authorizeUrl(world.members, 'site', { identity_provider: 'nobody' })),
  ],
];

describe.each(pages)('%s', (_, open) => {
  it('is marked as an embedded pool, for development', async () => {
    expect((await open()).text()).toMatch(/embedded pool, for development/i);
  });

  it('is never stored and lets nothing in from outside', async () => {
    const { headers } = await open();
    expect(headers['content-type']).toMatch(/^text\/html;\s*charset=utf-8$/i);
    expect(headers['cache-control']).toContain('no-store');
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toMatch(/default-src 'none'|default-src 'self'/);
    expect(policy).toMatch(/frame-ancestors 'none'/);
    expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|\*/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  it('has a title, a language and no inline script or style', async () => {
    const page = await open();
    expect(page.title).not.toBe('');
    expect(page.document.querySelector('html')?.getAttribute('lang')).toBeTruthy();
    expect(page.document.querySelectorAll('script:not([src]), style, [style], [onclick]')).toEqual(
      [],
    );
  });

  it('loads everything it names', async () => {
    const page = await open();
    const assets = page.document
      .querySelectorAll('link[href], script[src], img[src]')
      .map((element) => element.getAttribute('href') ?? element.getAttribute('src') ?? '')
      .filter((address) => !address.startsWith('data:'));
    for (const asset of assets) {
      const url = new URL(asset, page.url);
      expect(url.origin).toBe(world.pools.url);
      expect((await fetch(url)).status).toBe(200);
    }
  });
});

it.each([
  ['the login form', ['username']],
  ['the chooser', []],
  ['form and chooser', ['username']],
  ['a refused sign-in', ['password']],
  ['the new-password form', ['new_password']],
  ['an error', []],
])('%s puts the focus into its first empty field: %j', async (name, fields) => {
  const open = pages.find(([each]) => each === name)![1];
  const focused = (await open()).document.querySelectorAll('[autofocus]');
  expect(focused.map((field) => field.getAttribute('name'))).toEqual(fields);
});

describe('a reflected value', () => {
  const attack = `"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}<%= 7*7 %>`;

  it.each<[string, () => Promise<Page>]>([
    [
      'login_hint',
      async () => openBrowser().get(authorizeUrl(world.members, 'site', { login_hint: attack })),
    ],
    [
      'state',
      async () => openBrowser().get(authorizeUrl(world.members, 'site', { state: attack })),
    ],
    [
      'nonce in the chooser',
      async () => openBrowser().get(authorizeUrl(world.master, 'mixed', { nonce: attack })),
    ],
    [
      'identity_provider',
      async () =>
        openBrowser().get(authorizeUrl(world.members, 'site', { identity_provider: attack })),
    ],
    [
      'client_id',
      async () => openBrowser().get(authorizeUrl(world.members, 'site', { client_id: attack })),
    ],
    [
      'redirect_uri',
      async () => openBrowser().get(authorizeUrl(world.members, 'site', { redirect_uri: attack })),
    ],
    [
      'error',
      async () =>
        openBrowser().get(`${world.members.domain}/error?error=${encodeURIComponent(attack)}`),
    ],
    [
      'user name',
      async () => signIn(openBrowser(), world.members, 'site', { ...alice, username: attack }),
    ],
    [
      'path',
      async () => openBrowser().get(`${world.members.domain}/${encodeURIComponent(attack)}`),
    ],
  ])('is escaped: %s', async (_, open) => {
    const page = await open();
    expect(page.html).not.toContain('<script>alert');
    expect(page.html).not.toContain('<img src=x');
    expect(page.document.querySelectorAll('[onerror]')).toEqual([]);
  });

  it('cannot make a redirect carry a second header', async () => {
    const page = await openBrowser().get(
      authorizeUrl(world.members, 'site', { state: 'a\r\nSet-Cookie: evil=1', scope: 'nonsense' }),
      { follow: false },
    );
    expect(page.status).toBe(302);
    expect(page.setCookies.join()).not.toMatch(/^evil=1/m);
  });
});

describe('the chooser', () => {
  it('has a button with the name of each provider the client offers, and no form to type into', async () => {
    const page = await openBrowser().get(authorizeUrl(world.master, 'odd'));
    expect(page.text()).toContain('Sign in with your corporate ID');
    for (const name of ['wide-scope', 'bad-secret', 'mail-only']) {
      expect(() => page.control(name)).not.toThrow();
    }
    expect(page.text()).not.toContain('oidc-pool-2');
    expect(page.document.querySelector('input[name=password]')).toBeNull();
  });

  it('stands beside the form when the client offers both', async () => {
    const page = await openBrowser().get(authorizeUrl(world.master, 'mixed'));
    expect(() => page.control('oidc-pool-2')).not.toThrow();
    expect(page.document.querySelector('input[name=password]')).not.toBeNull();
  });
});

it('shows each pool with its addresses, and a way in for each client that is an app', async () => {
  const browser = openBrowser();
  const page = await browser.get(world.pools.url);
  for (const pool of [world.members, world.master, world.upstream]) {
    expect(page.text()).toContain(`${pool.name} Issuer ${pool.issuer} Domain ${pool.domain}`);
  }
  const names = page.document
    .querySelectorAll('section[aria-labelledby=pool-members] a')
    .map(({ text }) => text);
  expect(names).toContain('Launch Hosted UI for site');
  expect(names).toContain('Launch Hosted UI for single-page');
  expect(names).not.toContain('Launch Hosted UI for machine');
  const launched = await browser.click(page, 'Launch Hosted UI for single-page');
  expect(launched.query.get('response_type')).toBe('token');
  expect(launched.document.querySelector('[name=password]')).not.toBeNull();
});

it('answers 404 with a page, not a stack trace, for an address it does not know', async () => {
  for (const path of ['/nothing', '/oauth2/nothing', '/%E0%A4%A']) {
    const answer = await fetch(`${world.members.domain}${path}`);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(await answer.text()).not.toMatch(/node_modules|\.ts:|\.js:|at \w+ \(/);
  }
});
