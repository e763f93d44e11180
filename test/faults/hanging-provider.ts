import { setTimeout as wait } from 'node:timers/promises';
import { readSettings } from '../../src/program/config/from-environment.js';
import { openSessionStore } from '../../src/sessions/stores/open-session-store.js';
import { establish } from '../support/establish.js';
import type { Later } from './scenario.js';
import {
  askMe,
  newStore,
  openSite,
  signIn,
  signOut,
  timed,
  type Answer,
  type Site,
} from './site.js';

/** What was measured of one kind of request. */
export interface Waits {
  readonly requests: number;
  /** Answered as they would be with a provider that works. */
  readonly answered: number;
  readonly p99Ms: number;
}

/** What requests waited for while the provider took connections and never answered. */
export interface HangingProviderCounts {
  /** By what the access token of the session was. */
  readonly good: Waits;
  readonly due: Waits;
  readonly expired: Waits;
  readonly signOuts: Waits;
  readonly firstLoginMs: number;
  readonly logins: Waits;
}

const AN_HOUR = 3_600_000;
const EXPIRIES = {
  good: { refreshDueAt: AN_HOUR, accessTokenExpiresAt: AN_HOUR },
  due: { refreshDueAt: -1000, accessTokenExpiresAt: AN_HOUR },
  expired: { refreshDueAt: -AN_HOUR, accessTokenExpiresAt: -AN_HOUR },
} as const;

/**
 * Uses a site whose provider hangs at all its endpoints.
 *
 * @param begin `warm`, after it has worked; `cold`, with a process that has never heard of the
 *   provider
 */
export async function hangingProvider(
  begin: 'warm' | 'cold',
  { people, seconds }: { readonly people: number; readonly seconds: number },
  later: Later,
): Promise<HangingProviderCounts> {
  const sessionStore = await newStore('SQLite', later);
  const site = await openSite({ users: 1, environment: { SESSION_STORE: sessionStore } }, later);
  await site.start();
  await signIn(site);
  const cookiesOf = await sessionMaker(site, sessionStore, later);
  const cookies = {
    good: await cookiesOf('good', people),
    due: await cookiesOf('due', people),
    expired: await cookiesOf('expired', people),
  };
  if (begin === 'cold') {
    await site.kill();
    await site.start();
  }
  site.proxy.treat = () => 'hang';

  const endsAt = performance.now() + seconds * 1000;
  const use = async (cookie: string, into: Answer[]): Promise<void> => {
    while (performance.now() < endsAt) {
      into.push(await askMe(site, cookie));
      into.push(await timed(`${site.url}/profile`, { headers: { cookie, accept: 'text/html' } }));
      await wait(300 + Math.random() * 200);
    }
  };
  const answers = { good: [] as Answer[], due: [] as Answer[], expired: [] as Answer[] };
  await Promise.all(
    (['good', 'due', 'expired'] as const).flatMap((kind) =>
      cookies[kind].map((cookie) => use(cookie, answers[kind])),
    ),
  );

  const signOuts: Answer[] = [];
  for (const cookie of Object.values(cookies).flat()) signOuts.push(await signOut(site, cookie));
  const login = (): Promise<Answer> =>
    timed(`${site.url}/login`, { headers: { accept: 'text/html' } });
  const first = await login();
  const logins: Answer[] = [];
  for (let n = 0; n < people; n += 1) logins.push(await login());
  const waits = (kind: keyof typeof answers): Waits => waitsOf(answers[kind], [200]);
  return {
    good: waits('good'),
    due: waits('due'),
    expired: waits('expired'),
    signOuts: waitsOf(signOuts, [200, 303]),
    firstLoginMs: first.ms,
    logins: waitsOf(logins, [302, 503]),
  };
}

/** Puts sessions of the one user there is into the store of a running site. */
async function sessionMaker(
  site: Site,
  sessionStore: string,
  later: Later,
): Promise<(kind: keyof typeof EXPIRIES, count: number) => Promise<string[]>> {
  const read = readSettings(site.environment);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  const { settings } = read;
  const store = await openSessionStore(sessionStore, { now: Date.now });
  later(() => store.close());
  const master = site.pools.pool('oidc-pool-1');
  const [user] = master.users();

  return async (kind, count) => {
    const cookies: string[] = [];
    for (let n = 0; n < count; n += 1) {
      const tokens = await master.tokens(user!.username, { client: 'site' });
      const { refreshDueAt, accessTokenExpiresAt } = EXPIRIES[kind];
      const now = Date.now();
      const { cookie } = await establish(
        { settings, store },
        { subject: user!.sub },
        {
          ...tokens,
          refreshDueAt: now + refreshDueAt,
          accessTokenExpiresAt: now + accessTokenExpiresAt,
        },
      );
      cookies.push(cookie);
    }
    return cookies;
  };
}

function waitsOf(answers: readonly Answer[], expected: readonly number[]): Waits {
  const sorted = answers.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return {
    requests: answers.length,
    answered: answers.filter(({ status }) => expected.includes(status)).length,
    p99Ms: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? NaN,
  };
}
