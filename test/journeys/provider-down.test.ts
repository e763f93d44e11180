import { describe, expect, it } from 'vitest';
import { federatedPoolsSeed, startPools } from '../../src/pools/index.js';
import { reservePort, startApp, urlOf } from '../support/app.js';
import { createBrowser } from '../support/browser.js';
import { environmentFor, finishSignIn, startWorld } from '../support/world.js';

describe('while the pools are down', () => {
  it('the site starts, explains at /login, and signs in once they are up', async () => {
    const server = await reservePort();
    const seed = federatedPoolsSeed({ baseUrl: urlOf(server) });
    const before = await startPools({ seed, keys: 'fixed' });
    const port = Number(new URL(before.url).port);
    const environment = environmentFor(before);
    await before.close();

    const app = await startApp(environment, { server });
    const browser = createBrowser();
    expect((await browser.get(`${app.url}/`)).status).toBe(200);
    expect((await browser.get(`${app.url}/healthz`)).status).toBe(200);
    expect((await browser.get(`${app.url}/readyz`)).status).toBe(200);
    const unavailable = await browser.get(`${app.url}/login?return_to=/profile`);
    expect(unavailable.status).toBe(503);
    expect(unavailable.text()).toContain('The sign-in service is unavailable');
    expect(unavailable.headers['retry-after']).toBeDefined();

    const pools = await startPools({ seed, keys: 'fixed', port });
    const again = await browser.click(unavailable, 'Try again');
    expect((await finishSignIn(browser, again)).url).toBe(`${app.url}/profile`);
    await pools.close();

    expect((await browser.get(`${app.url}/profile`)).status).toBe(200);
    await app.stop();
  });

  it('that were up before, /login says so as well instead of sending the browser to nowhere', async () => {
    const world = await startWorld();
    const browser = world.browser();
    await world.signIn(browser);
    await world.pools.close();
    world.pools.clock.advance('5s');

    const page = await world.browser().get(`${world.app.url}/login`);
    expect(page.status).toBe(503);
    expect(page.text()).toContain('The sign-in service is unavailable');
    expect(page.setCookies).toEqual([]);
    expect((await browser.get(`${world.app.url}/profile`)).status).toBe(200);
    await world.stop();
  });

  it('a sign-in whose discovery hangs fails within the time limit and leaves other pages alone', async () => {
    const world = await startWorld();
    world.pools.faults.always('oidc-pool-1', 'discovery', { status: 500 });
    const browser = world.browser();
    expect((await browser.get(`${world.app.url}/login`)).status).toBe(503);
    world.pools.faults.clear();
    expect((await browser.get(`${world.app.url}/login`)).status).toBe(200);
    await world.stop();
  });

  it('a discovery document of another issuer is refused', async () => {
    const world = await startWorld();
    world.pools.faults.always('oidc-pool-1', 'discovery', {
      status: 200,
      contentType: 'application/json',
      body: JSON.stringify({
        issuer: 'https://evil.example',
        jwks_uri: 'https://evil.example/jwks',
      }),
    });
    const page = await world.browser().get(`${world.app.url}/login`);
    expect(page.status).toBe(503);
    expect(page.text()).toContain('provider_metadata_invalid');
    await world.stop();
  });
});
