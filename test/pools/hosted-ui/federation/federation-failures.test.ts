import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../../src/pools/index.js';
import { type Browser, createBrowser, type Page } from '../../../support/browser.js';
import {
  authorizeUrl,
  openBrowser,
  signInThroughUpstream,
  submitCredentials,
} from '../../journeys.js';
import { app, callback, uma } from '../../seed.js';
import { useWorld } from '../../world.js';

const world = useWorld();

const federatedUsers = () =>
  world.master.users().filter(({ status }) => status === 'EXTERNAL_PROVIDER');

/**
 * A browser that signed in upstream and stands before `/oauth2/idpresponse`, whose address is the
 * page's.
 */
async function beforeIdpResponse(): Promise<{ browser: Browser; page: Page }> {
  const browser = createBrowser({
    stopAt: [`${app}/`, `${world.master.domain}/oauth2/idpresponse`],
  });
  const page = await signInThroughUpstream(browser, world.master, 'site', uma);
  expect(page.url).toMatch(`${world.master.domain}/oauth2/idpresponse?code=`);
  return { browser, page };
}

function expectInvalidState(page: Page): void {
  expect(page.url).toBe(`${world.master.domain}/error?error=Invalid%20state`);
  expect(page.status).toBe(400);
  expect(page.text()).toContain('Invalid state');
}

describe('the way back from the identity provider', () => {
  it('is open to the browser that began it, and to no other', async () => {
    const { browser, page } = await beforeIdpResponse();
    expectInvalidState(await openBrowser().get(page.url));
    expect((await browser.get(page.url)).url).toMatch(`${callback}?code=`);
  });

  it('is open once: reloading it is an invalid state', async () => {
    const { browser, page } = await beforeIdpResponse();
    const kept = browser.cookies(page.url).map((cookie) => cookie.cookieString());
    await browser.get(page.url);
    expectInvalidState(await browser.get(page.url));
    const replay = await fetch(page.url, {
      redirect: 'manual',
      headers: { cookie: kept.join('; ') },
    });
    expect(replay.headers.get('location') ?? '').not.toContain('code=');
  });

  it('is open for five minutes, and leads back to the login page after that', async () => {
    const { browser, page } = await beforeIdpResponse();
    world.pools.clock.advance('5m');
    world.pools.clock.advance('1s');
    const late = await browser.get(page.url, { follow: false });
    expect(late.location).toMatch(`${world.master.domain}/login?`);
    expect(federatedUsers()).toEqual([]);
  });

  it.each<[string, (state: string) => string | undefined]>([
    ['missing', () => undefined],
    ['made up', () => 'garbage'],
    ['changed', (state) => `${state.startsWith('A') ? 'B' : 'A'}${state.slice(1)}`],
    ['cut short', (state) => state.slice(0, -4)],
  ])('is closed when the state is %s', async (_, change) => {
    const { browser, page } = await beforeIdpResponse();
    const url = new URL(page.url);
    const state = change(url.searchParams.get('state') ?? '');
    if (state === undefined) url.searchParams.delete('state');
    else url.searchParams.set('state', state);
    const after = await browser.get(url.href);
    expect(after.visited).toBe(true);
    expect(after.status).toBe(400);
    expect(federatedUsers()).toEqual([]);
  });

  it("brings a state that survives being echoed and hides nothing readable of the client's secret", async () => {
    const { page } = await beforeIdpResponse();
    const state = page.query.get('state') ?? '';
    const secret = world.master.client('site').secret ?? '';
    expect(state.length).toBeGreaterThan(40);
    expect(Buffer.from(state, 'base64').toString('latin1')).not.toContain(secret);
  });
});

describe('an error of the identity provider reaches the app', () => {
  it("when the user is refused upstream, with the provider's name and the client's state", async () => {
    const browser = createBrowser({ stopAt: [`${app}/`, `${world.upstream.domain}/login`] });
    const chooser = await browser.get(authorizeUrl(world.master, 'site'));
    const upstream = await browser.click(chooser, 'oidc-pool-2');
    const [, toUpstream] = upstream.history;
    const state = new URL(toUpstream?.url ?? '').searchParams.get('state') ?? '';
    const end = await browser.get(
      `${world.master.domain}/oauth2/idpresponse?error=access_denied&error_description=No+thanks&state=${encodeURIComponent(state)}`,
    );

    expect(end.url).toMatch(`${callback}?`);
    expect(end.query.get('state')).toBe('st-1');
    expect(end.query.get('error')).toBeTruthy();
    expect(end.query.get('error_description')).toContain('oidc-pool-2');
    expect(end.query.get('error_description')).toContain('No thanks');
    expect(end.query.has('code')).toBe(false);
  });

  it('when the provider is asked for more than its client may have', async () => {
    const browser = openBrowser();
    const chooser = await browser.get(authorizeUrl(world.master, 'odd'));
    const end = await browser.click(chooser, 'wide-scope');
    expect(end.url).toMatch(`${callback}?`);
    expect(end.query.get('error')).toBe('invalid_request');
    expect(end.query.get('error_description')).toContain('invalid_scope');
    expect(end.query.get('state')).toBe('st-1');
  });

  it('when its client secret is wrong', async () => {
    const end = await signInThroughUpstream(openBrowser(), world.master, 'odd', uma, {
      identity_provider: 'bad-secret',
    });
    expect(end.url).toMatch(`${callback}?`);
    expect(end.query.get('error')).toBe('invalid_request');
    expect(end.query.get('error_description')).toMatch(/^bad-secret Error - 400 /);
  });

  it('when its ID token names another issuer', async () => {
    world.pools.faults.once('oidc-pool-2', 'token', {
      idToken: { claims: { iss: `${world.upstream.issuer}/` } },
    });
    const end = await signInThroughUpstream(openBrowser(), world.master, 'site', uma);
    expect(end.query.get('error')).toBe('invalid_request');
    expect(end.query.get('error_description')).toMatch(/^Bad id_token issuer /);
    expect(federatedUsers()).toEqual([]);
  });

  it.each<[string, Fault]>([
    ['a corrupt signature', { idToken: { signature: 'corrupt' } }],
    ['a foreign key', { idToken: { signature: 'foreign-key' } }],
    ['no signature', { idToken: { signature: 'none' } }],
    ['an unknown kid', { idToken: { kid: 'unknown' } }],
    ['another audience', { idToken: { claims: { aud: 'somebody-else' } } }],
    ['another nonce', { idToken: { claims: { nonce: 'x' } } }],
    ['no nonce', { idToken: { claims: { nonce: null } } }],
    ['an expiry in the past', { idToken: { claims: { exp: 1_000_000_000 } } }],
    ['no subject', { idToken: { claims: { sub: null } } }],
    ['no ID token', { omit: ['id_token'] }],
    ['HTML', { status: 200, body: '<html></html>', contentType: 'text/html' }],
    ['half an answer', { truncate: true }],
    ['a server error', { status: 500 }],
    ['a closed connection', { reset: true }],
  ])('when its token endpoint answers with %s; nobody is signed in', async (_, fault) => {
    world.pools.faults.once('oidc-pool-2', 'token', fault);
    const browser = openBrowser();
    const end = await signInThroughUpstream(browser, world.master, 'site', uma);

    expect(end.url).toMatch(`${callback}?`);
    expect(['invalid_request', 'server_error']).toContain(end.query.get('error'));
    expect(end.query.get('error_description')).toBeTruthy();
    expect(end.query.get('state')).toBe('st-1');
    expect(federatedUsers()).toEqual([]);
    const next = await browser.get(authorizeUrl(world.master, 'site'));
    expect(next.url).toMatch(`${world.master.domain}/login?`);
  });

  it.each<[string, 'jwks' | 'userInfo', Fault]>([
    ['its JWKS is empty', 'jwks', { emptyJwks: true }],
    ['its JWKS fails', 'jwks', { status: 500 }],
    ['its userInfo fails', 'userInfo', { status: 500 }],
    [
      'its userInfo is about somebody else',
      'userInfo',
      {
        status: 200,
        contentType: 'application/json',
        body: '{"sub":"somebody-else","email":"evil@example.com"}',
      },
    ],
  ])('when %s', async (_, endpoint, fault) => {
    world.pools.faults.always('oidc-pool-2', endpoint, fault);
    const end = await signInThroughUpstream(openBrowser(), world.master, 'site', uma);
    expect(end.url).toMatch(`${callback}?`);
    expect(end.query.has('error')).toBe(true);
    expect(federatedUsers()).toEqual([]);
  });

  it('when it does not bring an attribute the pool requires', async () => {
    const pool = world.pools.pool('demanding');
    const end = await signInThroughUpstream(openBrowser(), pool, 'site', uma, {
      identity_provider: 'nameless',
    });
    expect(end.url).toMatch(`${callback}?`);
    expect(end.query.get('error')).toBe('invalid_request');
    expect(end.query.get('error_description')).toBe('attributes required: [name]');
    expect(pool.users()).toEqual([]);
  });

  it('in the words a form would use: spaces as plus signs', async () => {
    const end = await signInThroughUpstream(openBrowser(), world.master, 'odd', uma, {
      identity_provider: 'bad-secret',
    });
    expect(end.url).toMatch(/error_description=bad-secret\+Error\+-\+400\+/);
  });
});

it('verifies the upstream ID token against keys that were rotated meanwhile', async () => {
  await signInThroughUpstream(openBrowser(), world.master, 'site', uma);
  await world.upstream.rotateKeys();
  const end = await signInThroughUpstream(openBrowser(), world.master, 'site', uma);
  expect(end.url).toMatch(`${callback}?code=`);
});

it('survives a second tab: both end at the app, each with its own state', async () => {
  const browser = openBrowser();
  const [first, second] = [
    await browser.get(authorizeUrl(world.master, 'site', { state: 'tab-1' })),
    await browser.get(authorizeUrl(world.master, 'site', { state: 'tab-2' })),
  ];
  const firstLogin = await browser.click(first, 'oidc-pool-2');
  const secondLogin = await browser.click(second, 'oidc-pool-2');
  const afterSecond = await submitCredentials(browser, secondLogin, uma);
  const afterFirst = await submitCredentials(browser, firstLogin, uma);
  expect(afterSecond.query.get('state')).toBe('tab-2');
  expect(afterFirst.query.get('state')).toBe('tab-1');
});
