import { setTimeout as wait } from 'node:timers/promises';
import type { Later } from './scenario.js';
import {
  askMe,
  cookieOf,
  newStore,
  openSite,
  refreshesAt,
  signIn,
  signOut,
  type Site,
} from './site.js';

/** What became of sessions whose process was killed again and again. */
export interface KillCounts {
  readonly kills: number;
  readonly people: number;
  readonly requests: number;
  readonly refreshes: number;
  readonly signOuts: number;
  /** People whose session was over although they never signed out. */
  readonly lost: number;
  /** Sign-outs that were acknowledged, and after which the cookie opened the session again. */
  readonly revived: number;
}

const ACCESS_TOKEN_SECONDS = 6;

/**
 * Kills the site at moments nobody chose and starts it again, while people use it whose tokens must
 * be refreshed every few seconds. For each kill somebody signs in and out again.
 */
export async function killedSites(
  store: 'SQLite' | 'Redis',
  kills: number,
  people: number,
  later: Later,
): Promise<KillCounts> {
  const site = await openSite(
    {
      users: people + 50 * kills,
      accessTokenSeconds: ACCESS_TOKEN_SECONDS,
      environment: { SESSION_STORE: await newStore(store, later) },
    },
    later,
  );
  await site.start();
  const over = new AbortController();
  later(() => over.abort());
  const counts = { requests: 0 };
  const lost = new Set<number>();
  const revived = new Set<number>();

  const staying: string[] = [];
  for (let n = 0; n < people; n += 1) staying.push(cookieOf(await signIn(site), site.url));
  const use = async (cookie: string, n: number): Promise<void> => {
    while (!over.signal.aborted) {
      const { status } = await askMe(site, cookie);
      if (status > 0) counts.requests += 1;
      if (status === 401) lost.add(n);
      await wait(100 + Math.random() * 200);
    }
  };
  const leave = async (n: number): Promise<void> => {
    const cookie = await signedInAtLast(site, over.signal);
    if (cookie === undefined) return;
    await askMe(site, cookie);
    await wait(Math.random() * 1000);
    if (!(await signedOutAtLast(site, cookie, over.signal))) return;
    gone.push({ n, cookie });
  };
  const gone: { n: number; cookie: string }[] = [];
  const tryAgain = async (): Promise<void> => {
    while (!over.signal.aborted) {
      for (const { n, cookie } of gone) {
        const { status } = await askMe(site, cookie);
        if (status === 200) revived.add(n);
        if (status === 0) await wait(50);
      }
      await wait(200);
    }
  };

  const busy = [...staying.map(use), tryAgain()];
  const leaving: Promise<void>[] = [];
  for (let n = 0; n < kills; n += 1) {
    leaving.push(leave(n));
    await wait(300 + Math.random() * 2000);
    await site.kill();
    await site.start();
  }
  await Promise.all(leaving);
  // Whoever holds a token that works no longer is found out when it is next needed.
  await wait(ACCESS_TOKEN_SECONDS * 1000 + 4000);
  over.abort();
  await Promise.all(busy);
  await Promise.all(
    staying.map(async (cookie, n) => (await askMe(site, cookie)).status === 200 || lost.add(n)),
  );
  for (const { n, cookie } of gone) {
    if ((await askMe(site, cookie)).status !== 401) revived.add(n);
  }
  return {
    ...counts,
    kills,
    people,
    refreshes: refreshesAt(site),
    signOuts: gone.length,
    lost: lost.size,
    revived: revived.size,
  };
}

async function signedInAtLast(site: Site, signal: AbortSignal): Promise<string | undefined> {
  while (!signal.aborted) {
    try {
      return cookieOf(await signIn(site), site.url);
    } catch {
      // The site was killed meanwhile.
      await wait(100);
    }
  }
  return undefined;
}

/** @returns whether it was acknowledged */
async function signedOutAtLast(site: Site, cookie: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    const { status } = await signOut(site, cookie);
    if (status >= 200 && status < 400) return true;
    await wait(50);
  }
  return false;
}
