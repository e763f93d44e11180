import type { Page } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import {
  federatedPoolsSeed,
  startPools,
  type FaultEndpoint,
  type Pool,
} from '../../src/pools/index.js';
import { reservePort, startApp, urlOf } from '../support/app.js';
import { environmentFor } from '../support/world.js';
import {
  giveCredentials,
  heading,
  plantSessionCookie,
  seesConnectionError,
  seesPasswordField,
  sessionCookie,
  signIn,
} from './support/people.js';
import { useStage, withPasswordChosen } from './support/stage.js';

describe.skipIf(inject('chromium') === undefined)('with a pool out of reach, in Chromium', () => {
  const stage = useStage({ seed: withPasswordChosen });

  const breakPool = (name: string, endpoints: FaultEndpoint[]): void => {
    for (const endpoint of endpoints)
      stage.world.pools.faults.always(name, endpoint, { reset: true });
  };

  /** Presses "Sign out"; the session has to be gone although the browser gets nowhere. */
  async function signOutInVain(page: Page, stuckAt: Pool): Promise<void> {
    const { world } = stage;
    const cookie = (await sessionCookie(page))!;
    await page.getByRole('button', { name: 'Sign out' }).click();
    await seesConnectionError(page);
    expect(world.pools.requests(stuckAt.name, '/logout').at(-1)?.status).toBe(0);
    await plantSessionCookie(world, page, cookie);
    expect((await page.request.get(`${world.app.url}/api/me`)).status()).toBe(401);
  }

  /** Comes back, takes up the offer to finish, and is out of both pools. */
  async function finishLater(page: Page): Promise<void> {
    const { world } = stage;
    await page.goto(`${world.app.url}/`);
    await page.getByText('You are not signed out everywhere yet').waitFor();
    await page.getByRole('button', { name: 'Finish signing out' }).click();
    await page.waitForURL(`${world.app.url}/signed-out`);
    expect(await heading(page)).toBe('You are signed out');
    expect(await page.getByText('Not done yet').count()).toBe(0);
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await seesPasswordField(world, page);
    await page.goto(`${world.app.url}/`);
    expect(await page.getByText('not signed out everywhere').count()).toBe(0);
  }

  it('a sign-in is told so, and works once the pools are back', async () => {
    const server = await reservePort();
    const seed = withPasswordChosen(federatedPoolsSeed({ baseUrl: urlOf(server) }));
    const before = await startPools({ seed, keys: 'fixed' });
    const environment = environmentFor(before);
    await before.close();
    const app = await startApp(environment, { server });

    const page = await stage.visitor();
    await page.goto(`${app.url}/profile`);
    expect(await heading(page)).toBe('The sign-in service is unavailable');
    await page.getByRole('link', { name: 'Try again' }).click();
    expect(await heading(page)).toBe('The sign-in service is unavailable');

    const port = Number(new URL(before.url).port);
    const pools = await startPools({ seed, keys: 'fixed', port });
    await page.getByRole('link', { name: 'Try again' }).click();
    await giveCredentials(page);
    await page.waitForURL(`${app.url}/profile`);
    await pools.close();
    await page.reload();
    expect(await heading(page)).toBe('Alice Example');
    await app.stop();
  });

  it('a sign-out with the master pool down ends the session here, and is finished later', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await signIn(world, page);
    breakPool('oidc-pool-1', ['revoke', 'logout']);
    await signOutInVain(page, world.master);
    world.pools.faults.clear();
    await finishLater(page);
  });

  it('a sign-out with the second pool down ends the session here, and is finished later', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await signIn(world, page);
    breakPool('oidc-pool-2', ['logout']);
    await signOutInVain(page, world.upstream);
    world.pools.faults.clear();
    await finishLater(page);
  });

  it('a sign-out whose tab is closed after the first hop is finished at the next visit', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await signIn(world, page);
    const cookie = (await sessionCookie(page))!;
    world.pools.faults.always('oidc-pool-2', 'logout', { hang: true });
    const secondHop = page.waitForRequest(`${world.upstream.domain}/logout?**`);
    await page.getByRole('button', { name: 'Sign out' }).click({ noWaitAfter: true });
    await secondHop;
    const next = await page.context().newPage();
    await page.close();
    expect(world.pools.requests('oidc-pool-1', '/logout')).toHaveLength(1);
    world.pools.faults.clear();

    await plantSessionCookie(world, next, cookie);
    expect((await next.request.get(`${world.app.url}/api/me`)).status()).toBe(401);
    await finishLater(next);
  });
});
