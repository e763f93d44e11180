import {
  federatedPoolsSeed,
  startPools,
  type Pool,
  type Pools,
  type PoolsSeed,
} from '../../src/pools/index.js';
import type { SessionStore } from '../../src/sessions/session-store.js';
import { reservePort, startApp, urlOf, type RunningApp } from './app.js';
import { createBrowser, type Browser, type Page } from './browser.js';

/** The site and its two joined pools, one clock for all three. */
export interface World {
  readonly app: RunningApp;
  readonly pools: Pools;
  readonly master: Pool;
  readonly upstream: Pool;
  /** A new browser, signed in at nothing. */
  browser(): Browser;
  /** Opens `path`, gives alice's credentials where asked for, and returns the page she ends on. */
  signIn(browser: Browser, path?: string): Promise<Page>;
  /** Starts another process's worth of site on the same pools, address aside. */
  stop(): Promise<void>;
}

export interface WorldOptions {
  /** May say where the pools are. */
  readonly environment?: Record<string, string> | ((pools: Pools) => Record<string, string>);
  readonly seed?: (seed: PoolsSeed) => PoolsSeed;
  readonly store?: (now: () => number) => SessionStore;
}

export const alice = {
  username: 'alice',
  email: 'alice@example.com',
  temporaryPassword: 'Welcome-2-Lifeguard!',
  password: 'Correct-Horse-7-Battery',
} as const;

/** Starts site and pools on free ports, seeded as in the demo. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const server = await reservePort();
  const baseUrl = urlOf(server);
  const seed = (options.seed ?? ((same) => same))(federatedPoolsSeed({ baseUrl }));
  const pools = await startPools({ seed, keys: 'fixed' });
  const master = pools.pool('oidc-pool-1');
  const upstream = pools.pool('oidc-pool-2');
  const now = (): number => pools.clock.now();
  const app = await startApp(
    {
      ...articleEnvironment(pools),
      ...(typeof options.environment === 'function'
        ? options.environment(pools)
        : options.environment),
    },
    { server, now, store: options.store?.(now) },
  );
  return {
    app,
    pools,
    master,
    upstream,
    browser: () => createBrowser(),
    signIn: async (browser, path = '/profile') =>
      finishSignIn(browser, await browser.get(app.url + path)),
    async stop() {
      await app.stop();
      await pools.close();
    },
  };
}

/** The site's configuration for the two federated pools. */
export function articleEnvironment(pools: Pools): Record<string, string> {
  const master = pools.pool('oidc-pool-1');
  const upstream = pools.pool('oidc-pool-2');
  const client = master.client('site');
  return {
    ISSUER: master.issuer,
    CLIENT_ID: client.id,
    CLIENT_SECRET: client.secret!,
    API_CLIENT_IDS: master.client('machine').id,
    IDENTITY_PROVIDERS: JSON.stringify([
      {
        name: 'oidc-pool-2',
        label: 'Corporate ID',
        emailDomains: ['example.com'],
        signOut: {
          kind: 'cognito',
          domain: upstream.domain,
          clientId: upstream.client('master-pool').id,
        },
      },
    ]),
  };
}

/**
 * Gives alice's credentials on the pages that ask for them, until the browser is somewhere else.
 */
export async function finishSignIn(browser: Browser, start: Page): Promise<Page> {
  let page = start;
  if (hasField(page, 'password')) {
    const wasChanged = await trySignIn(browser, page, alice.password);
    page = hasField(wasChanged, 'password')
      ? await trySignIn(browser, wasChanged, alice.temporaryPassword)
      : wasChanged;
  }
  if (hasField(page, 'new_password')) {
    page = await browser.submit(page, {
      new_password: alice.password,
      new_password_confirm: alice.password,
    });
  }
  return page;
}

const trySignIn = (browser: Browser, page: Page, password: string): Promise<Page> =>
  browser.submit(page, { username: alice.username, password });

/** Whether the page asks for this. */
export function hasField(page: Page, name: string): boolean {
  return page.document.querySelector(`[name="${name}"]`) !== null;
}
