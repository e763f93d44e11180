import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { articleSeed, startPools, type Pools } from '../src/pools/index.js';
import { reservePort, startApp, urlOf, type RunningApp } from './support/app.js';
import { createBrowser, type Page } from './support/browser.js';
import { articleEnvironment } from './support/world.js';

/** Our own page for people who have a choice, as a browser without scripts meets it. */
describe('the choice of a provider', () => {
  let pools: Pools;
  let app: RunningApp;
  beforeAll(async () => {
    const server = await reservePort();
    pools = await startPools({ seed: articleSeed({ baseUrl: urlOf(server) }), keys: 'fixed' });
    const none = { kind: 'none', advice: 'Close the browser.' };
    const providers = [
      { name: 'north', label: 'North', emailDomains: ['north.example'], signOut: none },
      { name: 'south', label: 'South', emailDomains: ['south.example'], signOut: none },
    ];
    const environment = { IDENTITY_PROVIDERS: JSON.stringify(providers) };
    app = await startApp({ ...articleEnvironment(pools), ...environment }, { server });
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
      expect(page.text()).toContain('South');
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
});
