import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { federatedPoolsSeed, startPools, type Pools } from '../../../src/pools/index.js';
import { reservePort, startApp, urlOf, type RunningApp } from '../../support/app.js';
import { createBrowser, type Page } from '../../support/browser.js';
import { environmentFor } from '../../support/world.js';

/** Our own page for people who have a choice, as a browser without scripts meets it. */
describe('the choice of a provider', () => {
  let pools: Pools;
  let app: RunningApp;
  beforeAll(async () => {
    const server = await reservePort();
    pools = await startPools({
      seed: federatedPoolsSeed({ baseUrl: urlOf(server) }),
      keys: 'fixed',
    });
    const none = { kind: 'none', advice: 'Close the browser.' };
    const providers = [
      { name: 'north', label: 'North', emailDomains: ['north.example'], signOut: none },
      { name: 'south', label: 'South', emailDomains: ['south.example'], signOut: none },
    ];
    const environment = { IDENTITY_PROVIDERS: JSON.stringify(providers) };
    app = await startApp({ ...environmentFor(pools), ...environment }, { server });
  });
  afterAll(async () => {
    await app.stop();
    await pools.close();
  });
  const open = async (path: string): Promise<Page> =>
    createBrowser().get(app.url + path, { follow: false });

  it('is a page with a way to each, which keeps where to go', async () => {
    const page = await open('/login?return_to=%2Fprofile%3Fa%3D1');
    expect(page.status).toBe(200);
    expect(page.headers['refresh']).toBeUndefined();
    expect(page.html).toContain('/login?provider=north&amp;return_to=%2Fprofile%3Fa%3D1');
    expect(page.html).toContain('/login?provider=south&amp;return_to=%2Fprofile%3Fa%3D1');
    expect(page.html).toContain('name="email"');
    expect(page.html).not.toContain('aria-invalid');
  });

  it.each(['ann@south.example', 'ann@SOUTH.example'])(
    'is made by the domain of %s',
    async (email) => {
      const page = await open(`/login?return_to=%2Fprofile&email=${encodeURIComponent(email)}`);
      expect(page.status).toBe(200);
      const [, to] = /^0; url=(.+)$/.exec(page.headers['refresh'] ?? '') ?? [];
      const { pathname, searchParams } = new URL(to!, app.url);
      expect(pathname).toBe('/login');
      expect(Object.fromEntries(searchParams)).toEqual({
        provider: 'south',
        return_to: '/profile',
        email,
      });
      expect(page.title).toBe('Continue to South · Lifeguard');
    },
  );

  it.each(['ann@elsewhere.example', 'ann@xsouth.example', 'ann', '@south.example'])(
    'is the person’s with %s',
    async (email) => {
      const page = await open(`/login?email=${encodeURIComponent(email)}`);
      expect(page.headers['refresh']).toBeUndefined();
      expect(page.html).toContain('/login?provider=north');
    },
  );

  it.each([
    ['provider=nobody', 'provider_unknown'],
    ['provider=North', 'provider_unknown'],
    ['provider=', 'provider_unknown'],
    ['provider=north&provider=north', 'provider_unknown'],
    ['max_age=', 'request_malformed'],
    ['max_age=-1', 'request_malformed'],
    ['max_age=1.5', 'request_malformed'],
    ['max_age=60s', 'request_malformed'],
    ['max_age=1000000000', 'request_malformed'],
    ['max_age=1&max_age=2', 'request_malformed'],
    ['acr_values=', 'request_malformed'],
    ['acr_values=%22gold', 'request_malformed'],
    ['acr_values=gold%5C', 'request_malformed'],
    ['acr_values=gold%20', 'request_malformed'],
    ['acr_values=%20gold', 'request_malformed'],
    ['acr_values=gold%20%20silver', 'request_malformed'],
    ['acr_values=gold%0Asilver', 'request_malformed'],
    ['acr_values=g%C3%B6ld', 'request_malformed'],
    [`acr_values=${'x'.repeat(201)}`, 'request_malformed'],
    ['acr_values=gold&acr_values=silver', 'request_malformed'],
  ])('is refused, and nothing begins, with ?%s', async (query, code) => {
    const page = await open(`/login?${query}`);
    expect(page.status).toBe(400);
    expect(page.text()).toContain(code);
    expect(page.history[0]!.setCookies).toEqual([]);
    const name = query.slice(0, query.indexOf('='));
    expect(app.log.findLast((line) => line.includes(code))).toContain(
      code === 'provider_unknown' ? 'provider is not one of' : `${name} of /login cannot be read`,
    );
  });

  it.each([
    'max_age=0',
    'max_age=999999999',
    'acr_values=gold%20urn:x',
    `acr_values=${'x'.repeat(200)}`,
  ])('goes on with ?%s', async (query) => {
    const page = await open(`/login?provider=north&${query}`);
    const [[name, value]] = [...new URLSearchParams(query)] as [[string, string]];
    expect(new URL(page.location!).searchParams.get(name)).toBe(value);
  });
});
