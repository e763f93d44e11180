import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { launchChromium } from '../support/chromium.js';
import { heading, seesConnectionError, signIn } from './support/people.js';
import { useStage, withPasswordChosen } from './support/stage.js';

describe.skipIf(inject('chromium') === undefined)('coming back from a pool in Chromium', () => {
  const stage = useStage({ seed: withPasswordChosen });

  /** Leaves for the master pool, which cuts the connection. */
  async function leftInVain(): Promise<Page> {
    const page = await stage.visitor();
    await signIn(stage.world, page);
    stage.world.pools.faults.always('oidc-pool-1', 'logout', { reset: true });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await seesConnectionError(page);
    stage.world.pools.faults.clear();
    return page;
  }

  const outcomeOf = (page: Page, label: string): Promise<string | null> =>
    page.getByRole('listitem').filter({ hasText: label }).getAttribute('data-outcome');

  it('typing /logout/continue after the pool had failed is none: the sign-out is still to be finished', async () => {
    const page = await leftInVain();
    await page.goto(`${stage.world.app.url}/logout/continue`);
    expect(await heading(page)).toBe('You are signed out here, but not everywhere');
    expect(await outcomeOf(page, 'The sign-in service')).toBe('unfinished');
    await page.getByRole('button', { name: 'Finish signing out' }).click();
    await page.waitForURL(`${stage.world.app.url}/signed-out`);
    expect(await heading(page)).toBe('You are signed out');
  });

  it('nor is a link on a page of ours', async () => {
    const page = await leftInVain();
    await page.goto(`${stage.world.app.url}/`);
    await page.evaluate("location.href = '/logout/continue'");
    await page.waitForURL(`${stage.world.app.url}/signed-out`);
    expect(await heading(page)).toBe('You are signed out here, but not everywhere');
  });

  it('reloading the page of the pool that had failed is one', async () => {
    const page = await leftInVain();
    await page.reload();
    await page.waitForURL(`${stage.world.app.url}/signed-out`);
    expect(await heading(page)).toBe('You are signed out');
    expect(stage.world.pools.requests('oidc-pool-2', '/logout')).toHaveLength(1);
  });

  it('is told by Sec-Fetch-Site: cross-site from another site, same-site from a sibling subdomain', async () => {
    const seen: IncomingHttpHeaders[] = [];
    const server = createServer((req, res) => {
      const { pathname, searchParams } = new URL(req.url ?? '', 'http://localhost');
      if (pathname === '/continue') seen.push(req.headers);
      const to = searchParams.get('to');
      if (pathname === '/pool') res.writeHead(302, { location: to! });
      if (pathname === '/page') res.writeHead(200, { refresh: `0; url=${to}` });
      res.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await using chromium = await launchChromium(inject('chromium')!);
    const page = await chromium.context.newPage();
    for (const [site, pool] of [
      ['localhost', '127.0.0.1'],
      ['www.site.localhost', 'auth.site.localhost'],
    ]) {
      const back = `http://${site}:${port}/continue`;
      const hop = `http://${pool}:${port}/pool?to=${encodeURIComponent(back)}`;
      await page.goto(`http://${site}:${port}/page?to=${encodeURIComponent(hop)}`);
      await page.waitForURL(back);
    }
    expect(seen.map((headers) => headers['sec-fetch-site'])).toEqual(['cross-site', 'same-site']);
    server.closeAllConnections();
    server.close();
  });
});
