import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IncomingMessage, Server } from 'node:http';
import { createHash } from 'node:crypto';
import { federatedPoolsSeed, startPools, type Pools } from '../../../src/pools/index.js';
import { MemoryStore } from '../../../src/sessions/stores/memory-store.js';
import { reservePort, startApp, urlOf, type RunningApp } from '../../support/app.js';
import { createBrowser, type Browser, type Page } from '../../support/browser.js';
import { environmentFor, finishSignIn, startWorld } from '../../support/world.js';

/** Two processes of one site, each with the store it is given, behind a balancer. */
describe('two processes that do not share their sessions', () => {
  let pools: Pools;
  let front: Server;
  let url: string;
  let processes: readonly [RunningApp, RunningApp];
  let browser: Browser;
  /** Which process answers. */
  let balance: (req: IncomingMessage) => 0 | 1;

  beforeEach(async () => {
    front = await reservePort();
    url = urlOf(front);
    pools = await startPools({ seed: federatedPoolsSeed({ baseUrl: url }), keys: 'fixed' });
    const now = () => pools.clock.now();
    const start = async (): Promise<RunningApp> =>
      startApp({ ...environmentFor(pools), BASE_URL: url }, { now, server: await reservePort() });
    processes = [await start(), await start()];
    front.on('request', (req, res) => processes[balance(req)].app(req, res));
    browser = createBrowser();
  });
  afterEach(async () => {
    front.closeAllConnections();
    await new Promise((resolve) => front.close(resolve));
    await Promise.all(processes.map((each) => each.stop()));
    await pools.close();
  });

  const codeExchanges = (): number => pools.requests('oidc-pool-1', '/oauth2/token').length;
  const lines = (): string[] =>
    processes.flatMap(({ log }) => log.filter((line) => line.includes('session_lost')));
  const signIn = async (): Promise<Page> =>
    finishSignIn(browser, await browser.get(`${url}/profile`));

  it.each([
    ['the callback alone at the first', (path: string) => (path.startsWith('/callback') ? 0 : 1)],
    [
      'all of the sign-in at the first',
      (path: string) => (/^.(callback|login)/.test(path) ? 0 : 1),
    ],
    ['all but the page at the second', (path: string) => (path.startsWith('/profile') ? 0 : 1)],
  ] as const)('are noticed at the second turn: %s', async (_how, answers) => {
    balance = (req) => answers(req.url ?? '');
    const page = await signIn();
    expect(page.status).toBe(503);
    expect(page.text()).toContain('We cannot keep you signed in');
    expect(page.text()).toContain('session_lost');
    expect(codeExchanges()).toBeLessThanOrEqual(2);
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatch(/"level":"warn".*(?:does not|was not there)/);

    const again = await browser.get(`${url}/profile`);
    expect(again.text()).toContain('session_lost');
    expect(codeExchanges()).toBeLessThanOrEqual(2);
  });

  it('are noticed when each request meets the other', async () => {
    let turn = 0;
    balance = () => (turn++ % 2) as 0 | 1;
    const page = await signIn();
    expect(page.text()).toContain('session_lost');
    expect(codeExchanges()).toBeLessThanOrEqual(3);
  });

  it('give programs 401 and nothing else', async () => {
    balance = (req) => (req.url?.startsWith('/callback') ? 0 : 1);
    await signIn();
    const headers = {
      accept: 'application/json',
      'sec-fetch-dest': 'empty',
      'sec-fetch-mode': 'cors',
    };
    expect((await browser.get(`${url}/profile`, { headers })).status).toBe(401);
    expect((await browser.get(`${url}/api/me`, { headers })).status).toBe(401);
  });

  it('are forgotten after half a minute, once they share them again', async () => {
    balance = (req) => (req.url?.startsWith('/callback') ? 0 : 1);
    await signIn();
    balance = () => 0;
    pools.clock.advance('31s');
    expect((await signIn()).url).toBe(`${url}/profile`);
  });

  describe('are not suspected by', () => {
    beforeEach(() => {
      balance = () => 0;
    });

    it('who is signed out elsewhere right after signing in, and again', async () => {
      for (let turn = 0; turn < 4; turn++) {
        const page = await signIn();
        expect([page.url, page.status]).toEqual([`${url}/profile`, 200]);
        const { sub } = (await (
          await fetch(`${url}/api/me`, {
            headers: { cookie: browser.cookies(url).map(String).join('; ') },
          })
        ).json()) as { sub: string };
        expect(await processes[0].relyingParty.endSessionsOf(sub)).toBe(1);
      }
      expect(lines()).toEqual([]);
    });

    it('who signs out right after signing in, and again', async () => {
      for (let turn = 0; turn < 4; turn++) {
        const page = await signIn();
        expect([page.url, page.status]).toEqual([`${url}/profile`, 200]);
        expect((await browser.click(page, 'Sign out')).url).toBe(`${url}/signed-out`);
      }
    });

    it('whose session has run out, and again', async () => {
      for (let turn = 0; turn < 4; turn++) {
        const page = await signIn();
        expect([page.url, page.status]).toEqual([`${url}/profile`, 200]);
        pools.clock.advance('9h');
      }
    });

    it('who has cookies switched off: that is said as ever', async () => {
      browser.clearCookies();
      const start = await browser.get(`${url}/profile`);
      const forgetful = createBrowser();
      const login = start.history.find(({ url: at }) => at.includes('/login'))!;
      expect(login.setCookies.length).toBeGreaterThan(0);
      const page = await forgetful.get(`${url}/callback?code=x&state=y`);
      expect(page.text()).toContain('login_transaction_missing');
    });

    it('who has one session missing, once', async () => {
      await signIn();
      const { value } = browser.cookies(url).find(({ key }) => key === 'lifeguard')!;
      await processes[0].store.destroy(createHash('sha256').update(value).digest('base64url'));
      const page = await signIn();
      expect([page.url, page.status]).toEqual([`${url}/profile`, 200]);
    });
  });
});

/** Whatever else they do not share, the browser's cookie is common to them. */
describe('two processes of which only one knows a session', () => {
  const [OLD, NEW] = ['o'.repeat(40), 'n'.repeat(40)];
  const HOUR = 3_600_000;
  it.each([
    ['one has a newer secret', { secrets: [`${NEW},${OLD}`, OLD], ahead: 0, shares: true }],
    ['they have no secret in common', { secrets: [NEW, OLD], ahead: 0, shares: true }],
    ['neither secret nor store', { secrets: [NEW, OLD], ahead: 0, shares: false }],
    ['the newer one has the pages', { secrets: [OLD, `${NEW},${OLD}`], ahead: 0, shares: false }],
    ['one is half a minute ahead', { secrets: [OLD, OLD], ahead: 31_000, shares: false }],
    ['one is an hour behind', { secrets: [OLD, OLD], ahead: -HOUR, shares: false }],
    ['one is ahead by more than the idle time', { secrets: [OLD, OLD], ahead: HOUR, shares: true }],
  ])('say so, and loop under no balancer: %s', async (_how, { secrets, ahead, shares }) => {
    for (const turns of ['by path', 'in turn'] as const) {
      const front = await reservePort();
      const url = urlOf(front);
      const pools = await startPools({ seed: federatedPoolsSeed({ baseUrl: url }), keys: 'fixed' });
      const now = (): number => pools.clock.now();
      const store = new MemoryStore({ now });
      const start = async (SESSION_SECRET: string, ms: number): Promise<RunningApp> =>
        startApp(
          { ...environmentFor(pools), BASE_URL: url, SESSION_SECRET },
          { now: () => now() + ms, server: await reservePort(), ...(shares && { store }) },
        );
      const processes = [await start(secrets[0]!, 0), await start(secrets[1]!, ahead)];
      let turn = 0;
      front.on('request', (req, res) => {
        // A sign-in has to end where it began, or it does not begin at all.
        const isPage = req.url!.startsWith('/profile');
        const isSignIn = /^.(login|callback)/.test(req.url!);
        const byPath = isPage ? 1 : 0;
        const inTurn = isSignIn ? 0 : turn++ % 2;
        processes[turns === 'by path' ? byPath : inTurn]!.app(req, res);
      });
      const browser = createBrowser();
      const visit = async () => finishSignIn(browser, await browser.get(`${url}/profile`));
      const page = await visit();
      if (turns === 'by path') {
        expect(page.text()).toContain('session_lost');
        expect(processes.flatMap(({ log }) => log).join('')).toContain('session_lost');
      } else {
        // Each page is one or the other: what matters is that there is one.
        for (let n = 0; n < 3; n++) expect([200, 503]).toContain((await visit()).status);
      }
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
      await Promise.all(processes.map((each) => each.stop()));
      await pools.close();
    }
  });

  it.each(['', 'x', 'bnVsbA', 'e30', '%00', 'eyJvd25lciI6MX0'])(
    'a marker that somebody else wrote (%j) is none',
    async (written) => {
      const world = await startWorld();
      const browser = world.browser();
      await world.signIn(browser);
      browser.setCookie(world.app.url, `lifeguard=${'x'.repeat(43)}; Path=/`);
      browser.setCookie(world.app.url, `lg-begun=${written}; Path=/`);
      const answer = await browser.get(`${world.app.url}/profile`, { follow: false });
      expect(answer.status).toBe(302);
      expect(answer.history[0]!.setCookies).toEqual([]);
      await world.stop();
    },
  );

  it.each([
    ['this site', {}, 503],
    ['another client', { clientId: 'another' }, 302],
    ['another issuer', { issuer: 'https://op.example' }, 302],
  ])('a marker of %s (%j) ends in %i', async (_whose, change, status) => {
    const world = await startWorld();
    const { issuer, clientId } = world.app.settings;
    const marker = {
      key: 'x',
      issuer,
      clientId,
      marks: {},
      begunAt: Date.now(),
      isMissed: true,
      isSecond: true,
    };
    const written = Buffer.from(JSON.stringify({ ...marker, ...change })).toString('base64url');
    const browser = world.browser();
    browser.setCookie(world.app.url, `lifeguard=${'x'.repeat(43)}; Path=/`);
    browser.setCookie(world.app.url, `lg-begun=${written}; Path=/`);
    const answer = await browser.get(`${world.app.url}/profile`, { follow: false });
    expect(answer.status).toBe(status);
    await world.stop();
  });

  it.each([
    [{}, 30],
    [{ SESSION_IDLE_SECONDS: '5' }, 5],
    [{ SESSION_ABSOLUTE_SECONDS: '7' }, 7],
  ])(
    'with %j the marker is kept for %i seconds: no longer than a session may last',
    async (environment, seconds) => {
      const world = await startWorld({ environment });
      const browser = world.browser();
      await world.signIn(browser);
      const set = browser.history.flatMap(({ setCookies }) => setCookies);
      const markers = set.filter((each) => each.startsWith('lg-begun='));
      expect(markers.map((each) => /; Max-Age=(\d+);/.exec(each)?.[1])).toEqual([String(seconds)]);
      await world.stop();
    },
  );

  it('a cookie of ours that another program replaces is told as well', async () => {
    const world = await startWorld();
    const browser = world.browser();
    const visit = async (): Promise<Page> => {
      browser.setCookie(world.app.url, 'lifeguard=theirs; Path=/');
      return browser.get(`${world.app.url}/profile`);
    };
    await world.signIn(browser);
    expect((await visit()).url).toBe(`${world.app.url}/profile`);
    expect((await visit()).text()).toContain('session_lost');
    await world.stop();
  });
});
