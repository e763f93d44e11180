import { once } from 'node:events';
import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { signedIn as signInWithoutFlow } from '../../../src/testing/index.js';
import { openConnected } from '../../support/open-connected.js';
import type { SessionStore } from '../../../src/sessions/session-store.js';
import { startApp, type RunningApp } from '../../support/app.js';
import type { Browser, Page } from '../../support/browser.js';
import { makeSmallDisk } from '../../support/small-disk.js';
import { eventually, redisProgram, startRedis, type RedisProcess } from '../../support/redis.js';
import { articleEnvironment, startWorld, type World } from '../../support/world.js';

const LATER = 'Our storage does not work at the moment';

/** A store that can be made to refuse what a sign-out needs, and let it again. */
interface Breakable {
  readonly store: SessionStore;
  breakDown(): Promise<unknown>;
  repair(): Promise<unknown>;
  /** Another process's connection to the same sessions. */
  open(): Promise<SessionStore>;
  close(): Promise<void>;
}

const now = Date.now;

async function redisThat(
  breakDown: (redis: RedisProcess) => Promise<unknown>,
  repair: (redis: RedisProcess) => Promise<unknown>,
): Promise<Breakable> {
  const redis = await startRedis(['appendonly yes']);
  const open = (): Promise<SessionStore> =>
    openConnected(`redis://127.0.0.1:${redis.port}`, { now });
  const store = await open();
  return {
    store,
    open,
    breakDown: () => breakDown(redis),
    repair: () => repair(redis),
    async close() {
      await store.close();
      await redis.stop();
    },
  };
}

let world: World | undefined;
let breakable: Breakable | undefined;
let others: RunningApp[] = [];
afterEach(async () => {
  for (const app of others) await app.stop();
  others = [];
  await world?.stop();
  await breakable?.close();
  world = undefined;
  breakable = undefined;
});

async function signedIn(
  made: Breakable,
): Promise<{ browser: Browser; profile: Page; cookie: string }> {
  breakable = made;
  world = await startWorld({ store: () => made.store });
  const browser = world.browser();
  const profile = await world.signIn(browser);
  const cookie = browser.cookies(world.app.url).find(({ key }) => key === 'lifeguard')!.value;
  return { browser, profile, cookie };
}

const apiStatus = async (app: Pick<RunningApp, 'url'>, cookie: string): Promise<number> =>
  (await fetch(`${app.url}/api/me`, { headers: { cookie: `lifeguard=${cookie}` } })).status;

/**
 * What everybody is promised who signs out: it worked for this browser, and all hops were visited.
 */
function expectSignedOut(browser: Browser, page: Page): void {
  const { url } = world!.app;
  expect(page.url).toBe(`${url}/signed-out`);
  expect(page.status).toBe(200);
  expect(browser.cookies(url).map(({ key }) => key)).not.toContain('lifeguard');
  for (const pool of ['oidc-pool-1', 'oidc-pool-2']) {
    expect(world!.pools.requests(pool, '/logout').map(({ status }) => status)).toEqual([302]);
  }
}

describe.skipIf(redisProgram === undefined)('signing out while Redis is full', () => {
  const fullRedis = (): Promise<Breakable> =>
    redisThat(
      async (redis) => {
        await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
        await redis.command('CONFIG', 'SET', 'maxmemory', '1');
      },
      (redis) => redis.command('CONFIG', 'SET', 'maxmemory', '0'),
    );

  it('ends the session all the same, visits the pools, and notes the sign-in as ended later', async () => {
    const made = await fullRedis();
    const { browser, profile, cookie } = await signedIn(made);
    await made.breakDown();
    await expect(made.store.remember('anything', now() + 1000)).rejects.toThrow(/OOM/);

    const page = await browser.click(profile, 'Sign out');
    expectSignedOut(browser, page);
    expect(page.text()).not.toContain(LATER);
    expect(await apiStatus(world!.app, cookie)).toBe(401);
    expect(world!.pools.requests('oidc-pool-1', '/oauth2/revoke')).toHaveLength(1);
    await made.repair();
    expect(await apiStatus(world!.app, cookie)).toBe(401);
  });
});

describe.skipIf(redisProgram === undefined)('access tokens of a sign-in that ended', () => {
  it('while Redis is full are refused here at once, and elsewhere once there is room', async () => {
    const made = await redisThat(
      async (redis) => {
        await redis.command('CONFIG', 'SET', 'maxmemory', '1');
      },
      (redis) => redis.command('CONFIG', 'SET', 'maxmemory', '0'),
    );
    breakable = made;
    world = await startWorld({ store: () => made.store });
    await world.signIn(world.browser());
    const { username } = world.master.users()[0]!;
    const tokens = await world.master.tokens(username, { client: 'site', scope: 'openid' });
    const person = await signInWithoutFlow(world.app.relyingParty, { tokens });
    const bearerStatus = async ({ url }: Pick<RunningApp, 'url'>): Promise<number> => {
      const headers = { authorization: `Bearer ${tokens.accessToken}` };
      return (await fetch(`${url}/api/me`, { headers })).status;
    };
    const otherStore = await made.open();
    const other = await startApp(
      { ...articleEnvironment(world.pools), BASE_URL: world.app.url },
      { store: otherStore },
    );
    others.push({ ...other, stop: async () => (await other.stop(), otherStore.close()) });
    expect(await bearerStatus(world.app)).toBe(200);
    await made.breakDown();

    await person.signOutElsewhere();
    expect(await bearerStatus(world.app)).toBe(401);
    expect(await bearerStatus(other)).toBe(200);
    await made.repair();
    await eventually(async () => (await bearerStatus(other)) === 401);
  });
});

describe.skipIf(redisProgram === undefined)('signing out while Redis is away', () => {
  const stopped = (): Promise<Breakable> =>
    redisThat(
      (redis) => redis.kill(),
      (redis) => redis.restart(),
    );

  it('is done for this browser at once, visits the pools, and ends the session when Redis is back', async () => {
    const made = await stopped();
    const { browser, profile, cookie } = await signedIn(made);
    await made.breakDown();
    const page = await browser.click(profile, 'Sign out');
    expectSignedOut(browser, page);
    expect(page.text()).toContain(LATER);
    // Also with a copy of the cookie: this process knows that the session is to end.
    expect(await apiStatus(world!.app, cookie)).toBe(401);

    const ended = once(world!.app.relyingParty.events, 'session.ended');
    await made.repair();
    expect((await ended)[0]).toMatchObject({ reason: 'logout' });
    expect(await apiStatus(world!.app, cookie)).toBe(401);
    expect(world!.pools.requests('oidc-pool-1', '/oauth2/revoke')).toHaveLength(1);
    const home = await browser.get(`${world!.app.url}/signed-out`);
    expect(home.text()).not.toContain(LATER);
  });

  it('is finished by the browser’s next request, whichever process that meets, and refused to it before', async () => {
    const made = await stopped();
    const { browser, profile, cookie } = await signedIn(made);
    const otherStore = await made.open();
    const other = await startApp(
      { ...articleEnvironment(world!.pools), BASE_URL: world!.app.url },
      { store: otherStore },
    );
    others.push({ ...other, stop: async () => (await other.stop(), otherStore.close()) });
    await made.breakDown();
    await browser.click(profile, 'Sign out');
    // The process that remembers is gone, and its last try has failed.
    expect(await world!.app.close()).toBe(false);
    await made.repair();
    await eventually(async () => (await apiStatus(other, cookie)) === 200);

    const sealed = browser.cookies(world!.app.url).find(({ key }) => key === 'lg-logout')!;
    const answer = await fetch(`${other.url}/api/me`, {
      headers: { cookie: `lifeguard=${cookie}; ${sealed.cookieString()}` },
    });
    expect(answer.status).toBe(401);
    expect(await apiStatus(other, cookie)).toBe(401);
  });
});

describe('signing out while SQLite’s disk is full', () => {
  async function onSmallDisk(): Promise<Breakable> {
    const disk = await makeSmallDisk();
    const open = (): Promise<SessionStore> => openConnected(`file:${disk.folder}`, { now });
    const store = await open();
    return {
      store,
      open,
      breakDown: () => disk.fill(),
      repair: () => disk.empty(),
      async close() {
        await store.close();
        await disk.remove();
      },
    };
  }

  it('is done for this browser at once, visits the pools, and ends the session when there is room', async () => {
    const made = await onSmallDisk();
    const { browser, profile, cookie } = await signedIn(made);
    await made.breakDown();
    await expect(made.store.remember('anything', now() + 1000)).rejects.toThrow();

    const page = await browser.click(profile, 'Sign out');
    expectSignedOut(browser, page);
    expect(page.text()).toContain(LATER);
    expect(await apiStatus(world!.app, cookie)).toBe(401);

    const ended = once(world!.app.relyingParty.events, 'session.ended');
    await made.repair();
    await ended;
    const other = await made.open();
    expect(await other.find('anything')).toEqual([]);
    await other.close();
    expect(await apiStatus(world!.app, cookie)).toBe(401);
    expect(world!.pools.requests('oidc-pool-1', '/oauth2/revoke')).toHaveLength(1);
  });

  it('at another browser says that it is not over yet, refuses it here, and ends it when there is room', async () => {
    const made = await onSmallDisk();
    const { browser, cookie } = await signedIn(made);
    const otherBrowser = world!.browser();
    await world!.signIn(otherBrowser);
    await made.breakDown();

    const sessions = await otherBrowser.get(`${world!.app.url}/sessions`);
    const page = await otherBrowser.click(sessions, 'End all other sessions');
    expect(page.status).toBe(200);
    expect(page.text()).toContain('Not ended yet');
    expect(page.text()).toContain('it may not be done, so look here again later');
    expect(await apiStatus(world!.app, cookie)).toBe(401);
    const subject = world!.master.users()[0]!.sub;
    await expect(world!.app.relyingParty.endSessionsOf(subject)).rejects.toMatchObject({
      code: 'session_store_unavailable',
    });

    const ended = once(world!.app.relyingParty.events, 'session.ended');
    await made.repair();
    await ended;
    expect((await browser.get(`${world!.app.url}/api/me`)).status).toBe(401);
  });
});

describe('SQLite’s file that was taken away, and put back from a copy', () => {
  async function inFolder(): Promise<Breakable & { readonly folder: string }> {
    const parent = mkdtempSync(join(tmpdir(), 'lifeguard-gone-'));
    const [folder, copy] = [join(parent, 'sessions'), join(parent, 'copy')];
    const open = (): Promise<SessionStore> => openConnected(`file:${folder}`, { now });
    const store = await open();
    return {
      folder,
      store,
      open,
      async breakDown() {
        cpSync(folder, copy, { recursive: true });
        rmSync(folder, { recursive: true });
      },
      async repair() {
        renameSync(copy, folder);
      },
      async close() {
        await store.close();
        rmSync(parent, { recursive: true });
      },
    };
  }

  it('has the sign-out still to come, although the open file took it', async () => {
    const made = await inFolder();
    const { browser, profile, cookie } = await signedIn(made);
    await made.breakDown();
    const page = await browser.click(profile, 'Sign out');
    expectSignedOut(browser, page);
    expect(page.text()).toContain(LATER);
    const ended = once(world!.app.relyingParty.events, 'session.ended');
    await made.repair();
    await ended;
    expect(await apiStatus(world!.app, cookie)).toBe(401);
    const other = await made.open();
    await other.close();
    expect(await apiStatus(world!.app, cookie)).toBe(401);
  });

  it('takes no sign-in that nobody would find again, and goes on with what is put back', async () => {
    const made = await inFolder();
    const { cookie } = await signedIn(made);
    await made.breakDown();
    const late = world!.browser();
    const page = await world!.signIn(late);
    expect(page.text()).toContain('session_store_unavailable');
    await made.repair();
    expect(await apiStatus(world!.app, cookie)).toBe(200);
    await world!.signIn(world!.browser());
  });

  it.each(['sessions.db', 'sessions.db-wal'])(
    'of which %s alone was removed takes no sign-in',
    async (name) => {
      const made = await inFolder();
      await signedIn(made);
      rmSync(join(made.folder, name));
      const page = await world!.signIn(world!.browser());
      expect(page.text()).toContain('session_store_unavailable');
    },
  );
});
