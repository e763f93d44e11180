import { join } from 'node:path';
import { ROTATION_GRACE_SECONDS } from '../../src/sessions/time-limits.js';
import {
  federatedPoolsSeed,
  startPools,
  type Pools,
  type PoolsSeed,
} from '../../src/pools/index.js';
import { emptyFolder, lifeguard, type RunningCommand } from '../program/cli/command.js';
import { freePort } from '../support/free-port.js';
import { createBrowser, type Browser } from '../support/browser.js';
import { startRedis } from '../support/redis.js';
import { articleEnvironment } from '../support/world.js';
import { startPoolsProxy, type PoolsProxy } from './pools-proxy.js';
import type { Later } from './scenario.js';
import { siteSettings } from './serve.js';

/** `lifeguard serve` with its pools, and between them a proxy that can do harm. */
export interface Site {
  readonly url: string;
  readonly pools: Pools;
  readonly proxy: PoolsProxy;
  readonly environment: Record<string, string>;
  /** Names of users of the second pool who have not signed in yet; one for each call. */
  nextUser(): string;
  /** Starts the process; resolves when it listens. */
  start(): Promise<RunningCommand>;
  /** SIGKILL for the process that was started last. */
  kill(): Promise<void>;
}

export interface SiteOptions {
  /** How many people may sign in. */
  readonly users: number;
  /** Default 3600. */
  readonly accessTokenSeconds?: number;
  readonly environment: Record<string, string>;
}

const PASSWORD = 'Correct-Horse-7-Battery';

/**
 * Starts pools with the rotation that `setup` writes, and the proxy; the site itself is up to the
 * caller.
 */
export async function openSite(options: SiteOptions, later: Later): Promise<Site> {
  const settings = await siteSettings();
  const proxy = await startPoolsProxy();
  later(() => proxy.stop());
  const port = await freePort();
  const seed = seedFor(federatedPoolsSeed({ baseUrl: settings.BASE_URL }), options);
  const pools = await startPools({ seed, keys: 'fixed', port, publicUrl: proxy.url });
  later(() => pools.close());
  proxy.target = `http://127.0.0.1:${port}`;
  const environment = { ...settings, ...articleEnvironment(pools), ...options.environment };
  let process: RunningCommand | undefined;
  let users = 0;

  const kill = async (): Promise<void> => {
    process?.process.kill('SIGKILL');
    await process?.exit();
  };
  later(kill);
  return {
    url: settings.BASE_URL,
    pools,
    proxy,
    environment,
    nextUser: () => `user-${users++}`,
    async start() {
      process = lifeguard('serve', environment);
      await process.says('"listening"');
      return process;
    },
    kill,
  };
}

function seedFor(
  seed: PoolsSeed,
  { users, accessTokenSeconds = 3600 }: Omit<SiteOptions, 'environment'>,
): PoolsSeed {
  const [master, second] = structuredClone(seed).pools;
  const client = master!.clients!.find(({ name }) => name === 'site')!;
  const rotation = { refreshTokenRotation: { graceSeconds: ROTATION_GRACE_SECONDS } };
  const people = Array.from({ length: users }, (_, n) => ({
    username: `user-${n}`,
    password: PASSWORD,
    attributes: { email: `user-${n}@example.com`, email_verified: 'true', name: `User ${n}` },
  }));
  const others = master!.clients!.filter((each) => each !== client);
  return {
    pools: [
      { ...master!, clients: [{ ...client, ...rotation, accessTokenSeconds }, ...others] },
      { ...second!, users: people },
    ],
  };
}

/**
 * Where sessions are kept: `SESSION_STORE` for a new SQLite file, or a new Redis as README wants
 * one.
 */
export async function newStore(kind: 'SQLite' | 'Redis', later: Later): Promise<string> {
  if (kind === 'SQLite') return `file:${join(emptyFolder(), 'sessions')}`;
  const redis = await startRedis(['appendonly yes', 'maxmemory-policy noeviction']);
  later(() => redis.stop());
  return `redis://127.0.0.1:${redis.port}`;
}

/** Signs somebody new in, in a browser of their own. */
export async function signIn(site: Site): Promise<Browser> {
  const browser = createBrowser();
  const form = await browser.get(`${site.url}/profile`);
  const page = await browser.submit(form, { username: site.nextUser(), password: PASSWORD });
  if (page.url !== `${site.url}/profile`) throw new Error(`not signed in: ${page.text()}`);
  return browser;
}

/** The Cookie header for the session of this browser, as somebody would keep a copy of it. */
export function cookieOf(browser: Browser, url: string): string {
  const cookie = browser.cookies(url).find(({ key }) => key === 'lifeguard');
  if (cookie === undefined) throw new Error('there is no session');
  return cookie.cookieString();
}

/** How a request ended: with its status, or 0 without an answer; and how long that took. */
export interface Answer {
  readonly status: number;
  readonly ms: number;
}

/** Asks who is signed in: 200 for somebody, 401 for nobody. */
export const askMe = (site: Site, cookie: string): Promise<Answer> =>
  timed(`${site.url}/api/me`, { headers: { cookie } });

/** Presses "Sign out" and goes nowhere. */
export const signOut = (site: Site, cookie: string): Promise<Answer> =>
  timed(`${site.url}/logout`, { method: 'POST', headers: { cookie, origin: site.url } });

/** One request; redirects are not followed. */
export async function timed(url: string, init: RequestInit = {}): Promise<Answer> {
  const begun = performance.now();
  const status = await fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(20_000),
    ...init,
  }).then(
    async (answer) => {
      await answer.arrayBuffer();
      return answer.status;
    },
    () => 0,
  );
  return { status, ms: performance.now() - begun };
}

/** How many refreshes the master pool was asked for. */
export const refreshesAt = ({ pools }: Site): number =>
  pools
    .requests('oidc-pool-1', '/oauth2/token')
    .filter(({ body }) => body['grant_type'] === 'refresh_token').length;
