import type { Page } from '../support/browser.js';
import { startRedis } from '../support/redis.js';
import { makeSmallDisk } from '../support/small-disk.js';
import { smallDisk } from './log-output.js';
import type { Later } from './scenario.js';
import { until } from './serve.js';
import { askMe, cookieOf, openSite, signIn, timed, type Site } from './site.js';

/** What still worked while there was no room for sessions. */
export interface FullStoreCounts {
  /** Requests for the first page and `/healthz`, and how many were answered with 200. */
  readonly requests: number;
  readonly answered: number;
  readonly signOuts: number;
  /** Browsers that were at every pool and back, and had no session any more. */
  readonly signedOut: number;
  /**
   * Cookies that opened a session once there was room again, asked of a process that was started
   * afterwards.
   */
  readonly alive: number;
}

/** Where sessions are kept, and how to leave no room there. */
interface Fillable {
  readonly sessionStore: string;
  fill(): Promise<unknown>;
  empty(): Promise<unknown>;
}

/** Signs people out while the store is full. */
export async function fullStore(
  kind: 'SQLite' | 'Redis',
  people: number,
  later: Later,
): Promise<FullStoreCounts> {
  const place = kind === 'SQLite' ? await onSmallDisk(later) : await inSmallRedis(later);
  const environment = { SESSION_STORE: place.sessionStore };
  const site = await openSite({ users: people, environment }, later);
  const process = await site.start();
  const browsers = [];
  for (let n = 0; n < people; n += 1) browsers.push(await signIn(site));
  const cookies = browsers.map((browser) => cookieOf(browser, site.url));

  await place.fill();
  let signedOut = 0;
  let answered = 0;
  for (const browser of browsers) {
    answered += await answersOf(site);
    const page = await browser.submit(await browser.get(`${site.url}/logout`), {});
    if (wasEverywhere(site, page) && !hasSession(browser.cookies(site.url))) signedOut += 1;
  }
  answered += await answersOf(site);

  await place.empty();
  // What could not be done at once is done by the process, and by the next request of a browser.
  await until(() => process.output().split('"session.ended"').length > people);
  await site.kill();
  await site.start();
  let alive = 0;
  for (const cookie of cookies) if ((await askMe(site, cookie)).status !== 401) alive += 1;
  return {
    requests: 2 * (people + 1),
    answered,
    signOuts: people,
    signedOut,
    alive,
  };
}

async function answersOf(site: Site): Promise<number> {
  const answers = await Promise.all(['/', '/healthz'].map((path) => timed(site.url + path)));
  return answers.filter(({ status }) => status === 200).length;
}

/** Whether the browser was at both pools' sign-out and came back to the last page. */
function wasEverywhere(site: Site, { url, status, history }: Page): boolean {
  const pools = ['oidc-pool-1', 'oidc-pool-2'].map((name) => site.pools.pool(name).domain);
  const wasAt = (domain: string): boolean =>
    history.some((hop) => hop.url.startsWith(`${domain}/logout`));
  return url === `${site.url}/signed-out` && status === 200 && pools.every(wasAt);
}

const hasSession = (cookies: readonly { readonly key: string }[]): boolean =>
  cookies.some(({ key }) => key === 'lifeguard');

async function onSmallDisk(later: Later): Promise<Fillable> {
  // Elsewhere files of this process would be limited, and not those of the site.
  const trial = smallDisk();
  if (trial === undefined) throw new Error('this user may not mount a file system');
  trial.remove();
  const disk = await makeSmallDisk();
  later(() => disk.remove());
  return {
    sessionStore: `file:${disk.folder}`,
    fill: () => disk.fill(),
    empty: () => disk.empty(),
  };
}

async function inSmallRedis(later: Later): Promise<Fillable> {
  const redis = await startRedis(['appendonly yes', 'maxmemory-policy noeviction']);
  later(() => redis.stop());
  return {
    sessionStore: `redis://127.0.0.1:${redis.port}`,
    fill: () => redis.command('CONFIG', 'SET', 'maxmemory', '1'),
    empty: () => redis.command('CONFIG', 'SET', 'maxmemory', '0'),
  };
}
