import { createServer } from 'node:http';
import { once } from 'node:events';
import { test as base } from '@playwright/test';
import { createRelyingParty } from 'lifeguard';
import {
  federatedPoolsSeed,
  relyingPartyOptions,
  signedIn,
  startPools,
  upstreamProvider,
} from 'lifeguard/testing';
import { createBackend } from '../app.js';

/** One site with its pools for each worker, on free ports; back to the seed for each test. */
export const test = base.extend({
  site: [
    async ({}, use) => {
      const server = createServer();
      await once(server.listen(0), 'listening');
      const baseUrl = `http://localhost:${server.address().port}`;
      const pools = await startPools({ keys: 'fixed', seed: federatedPoolsSeed({ baseUrl }) });
      const relyingParty = createRelyingParty(
        relyingPartyOptions(pools, { baseUrl, identityProviders: [upstreamProvider(pools)] }),
      );
      server.on('request', createBackend(relyingParty));
      await use({ baseUrl, pools, relyingParty });
      server.closeAllConnections();
      server.close();
      await relyingParty.close();
      await pools.close();
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ site }, use) => {
    site.pools.reset();
    await use(site.baseUrl);
  },
  /** Signs the browser in without any flow. */
  signedInAs: async ({ site, context }, use) => {
    await use(async (user) => {
      const { browserCookie } = await signedIn(site.relyingParty, user);
      await context.addCookies([browserCookie]);
    });
  },
});
export { expect } from '@playwright/test';
