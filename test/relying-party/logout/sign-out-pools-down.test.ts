import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { federatedPoolsSeed, startPools } from '../../../src/pools/index.js';
import { createBrowser, type Browser, type Page } from '../../support/browser.js';
import { startHost } from '../../support/host.js';
import { finishSignIn, startWorld, type World } from '../../support/world.js';

let world: World | undefined;
const servers: Server[] = [];
afterEach(async () => {
  await world?.stop();
  world = undefined;
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const outcomes = (page: Page): string[] =>
  page.document
    .querySelectorAll('.outcomes li')
    .map((step) => `${step.querySelector('strong')!.text}: ${step.getAttribute('data-outcome')}`);

async function signedIn(environment: Record<string, string> = {}): Promise<[Browser, Page]> {
  world = await startWorld({ environment });
  const browser = world.browser();
  return [browser, await world.signIn(browser)];
}

describe('a sign-out with both pools down', () => {
  it('stays on our pages, says what did not work, and is finished once they are up', async () => {
    const [browser, profile] = await signedIn();
    const { app, pools } = world!;
    const port = Number(new URL(pools.url).port);
    await pools.close();
    pools.clock.advance('5s');

    const page = await browser.click(profile, 'Sign out');
    expect(page.url).toBe(`${app.url}/signed-out`);
    expect(outcomes(page)).toEqual([
      'This site: done',
      'Access given to this site: failed',
      'The sign-in service: failed',
      'Corporate ID: failed',
    ]);
    const stillDown = await browser.click(page, 'Finish signing out');
    expect(stillDown.url).toBe(`${app.url}/signed-out`);
    expect(outcomes(stillDown)).toEqual(outcomes(page));

    const again = await startPools({
      seed: federatedPoolsSeed({ baseUrl: app.url }),
      keys: 'fixed',
      port,
    });
    pools.clock.advance('6s');
    const done = await browser.click(stillDown, 'Finish signing out');
    expect(outcomes(done)).toEqual([
      'This site: done',
      'Access given to this site: failed',
      'The sign-in service: done',
      'Corporate ID: done',
    ]);
    for (const pool of ['oidc-pool-1', 'oidc-pool-2']) {
      expect(again.requests(pool, '/logout')).toHaveLength(1);
    }
    await again.close();
  });
});

describe('a sign-out with the second provider', () => {
  const provider = (endSessionEndpoint: string): Record<string, string> => ({
    IDENTITY_PROVIDERS: JSON.stringify([
      { name: 'oidc-pool-2', label: 'Corporate ID', signOut: { kind: 'oidc', endSessionEndpoint } },
    ]),
  });

  /** Where nobody takes connections. */
  async function refusing(): Promise<string> {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, 'close');
    return `http://127.0.0.1:${port}/end`;
  }

  it('refusing connections does not send the browser there', async () => {
    const [browser, profile] = await signedIn(provider(await refusing()));
    const page = await browser.click(profile, 'Sign out');
    expect(outcomes(page)).toContain('The sign-in service: done');
    expect(outcomes(page)).toContain('Corporate ID: failed');
  });

  it('refusing them after a moment is waited for', async () => {
    const endSessionEndpoint = await refusing();
    const host = await startHost((app, rp) => void app.use(rp.routes), {
      options: {
        identityProviders: [
          {
            name: 'oidc-pool-2',
            label: 'Corporate ID',
            emailDomains: [],
            signOut: { kind: 'oidc', endSessionEndpoint },
          },
        ],
        fetch: async (input, init) => {
          if (input === new URL('/', endSessionEndpoint).href) await setTimeout(20);
          return fetch(input, init);
        },
      },
    });
    const browser = createBrowser();
    await finishSignIn(browser, await browser.get(`${host.url}/login?return_to=/signed-out`));
    const page = await browser.submit(await browser.get(`${host.url}/logout`));
    expect(outcomes(page)).toContain('Corporate ID: failed');
    await host.stop();
  });

  it('silent to us sends the browser there all the same: it may be out of our reach only', async () => {
    const seen: string[] = [];
    const silent = createServer((req, res) => {
      seen.push(req.method!);
      if (req.method === 'GET') res.end('here');
    }).listen(0, '127.0.0.1');
    servers.push(silent);
    await once(silent, 'listening');
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/end`;
    const [browser, profile] = await signedIn(provider(url));
    const page = await browser.click(profile, 'Sign out');
    expect(page.url.startsWith(url)).toBe(true);
    expect(seen).toEqual(['HEAD', 'GET']);
  });
});
