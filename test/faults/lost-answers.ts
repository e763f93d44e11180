import { setTimeout as wait } from 'node:timers/promises';
import { ROTATION_GRACE_SECONDS } from '../../src/sessions/time-limits.js';
import { isRefresh } from './pools-proxy.js';
import type { Later } from './scenario.js';
import { until } from './serve.js';
import { askMe, cookieOf, newStore, openSite, refreshesAt, signIn } from './site.js';

/** What became of people whose refresh was answered, and whose answer did not arrive. */
export interface LostAnswerCounts {
  readonly people: number;
  readonly answersLost: number;
  readonly refreshes: number;
  readonly stillSignedIn: number;
}

/**
 * Loses the answer to each one's first refresh, after the pool has replaced the refresh token, and
 * lets them go on until the replaced one has long stopped working.
 */
export async function lostAnswers(people: number, later: Later): Promise<LostAnswerCounts> {
  const site = await openSite(
    {
      users: people,
      accessTokenSeconds: 6,
      environment: { SESSION_STORE: await newStore('SQLite', later) },
    },
    later,
  );
  await site.start();
  const presented = new Set<string>();
  site.proxy.treat = (_path, form) => {
    const token = form.get('refresh_token') ?? '';
    if (!isRefresh(form) || presented.has(token) || presented.size === people) return 'pass';
    presented.add(token);
    return 'lose';
  };

  const cookies: string[] = [];
  for (let n = 0; n < people; n += 1) cookies.push(cookieOf(await signIn(site), site.url));
  const over = new AbortController();
  later(() => over.abort());
  const lost = new Set<number>();
  const use = async (cookie: string, n: number): Promise<void> => {
    while (!over.signal.aborted) {
      if ((await askMe(site, cookie)).status !== 200) lost.add(n);
      await wait(250);
    }
  };
  const busy = cookies.map(use);
  await until(() => presented.size === people);
  await wait((ROTATION_GRACE_SECONDS + 10) * 1000);
  over.abort();
  await Promise.all(busy);
  return {
    people,
    answersLost: presented.size,
    refreshes: refreshesAt(site),
    stillSignedIn: people - lost.size,
  };
}
