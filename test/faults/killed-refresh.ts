import { setTimeout as wait } from 'node:timers/promises';
import { isRefresh, type Treatment } from './pools-proxy.js';
import type { Later } from './scenario.js';
import { until } from './serve.js';
import { askMe, cookieOf, newStore, openSite, signIn } from './site.js';

/** How sessions got on whose process was killed while it waited for their new tokens. */
export interface KilledRefreshCounts {
  readonly kills: number;
  /** Sessions that were alive at their next request and after the refresh that was owed to them. */
  readonly alive: number;
  /** What their next request took, the slowest of all. */
  readonly slowestMs: number;
}

const ACCESS_TOKEN_SECONDS = 6;

/** In turns before the pool has done its work, and after that. */
const WAYS: readonly Treatment[] = ['hang', 'hold'];

/**
 * Kills the site in the middle of a refresh, starts it again, and makes that session's next request
 * at once.
 */
export async function killedRefreshes(
  store: 'SQLite' | 'Redis',
  kills: number,
  later: Later,
): Promise<KilledRefreshCounts> {
  const site = await openSite(
    {
      users: kills,
      accessTokenSeconds: ACCESS_TOKEN_SECONDS,
      environment: { SESSION_STORE: await newStore(store, later) },
    },
    later,
  );
  await site.start();
  const cookies: string[] = [];
  for (let n = 0; n < kills; n += 1) cookies.push(cookieOf(await signIn(site), site.url));
  await wait(ACCESS_TOKEN_SECONDS * 1000);

  const alive = new Set(cookies);
  let slowestMs = 0;
  for (const [n, cookie] of cookies.entries()) {
    let isAsked = false;
    site.proxy.treat = (_path, form) => {
      if (!isRefresh(form)) return 'pass';
      isAsked = true;
      return WAYS[n % WAYS.length]!;
    };
    const interrupted = askMe(site, cookie);
    await until(() => isAsked);
    // Time enough for the pool to do its work, where it gets the request.
    await wait(100);
    await site.kill();
    await interrupted;
    site.proxy.treat = () => 'pass';
    await site.start();
    const { status, ms } = await askMe(site, cookie);
    if (status !== 200) alive.delete(cookie);
    slowestMs = Math.max(slowestMs, ms);
  }
  // The lock of a killed process ends, the refresh is done, and its tokens must last as well.
  const endsAt = performance.now() + (ACCESS_TOKEN_SECONDS + 6) * 1000;
  while (performance.now() < endsAt) {
    for (const cookie of alive) {
      if ((await askMe(site, cookie)).status !== 200) alive.delete(cookie);
    }
    await wait(500);
  }
  return { kills, alive: alive.size, slowestMs };
}
