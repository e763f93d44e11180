import { createServer } from 'node:http';
import { once } from 'node:events';
import { describe, expect, inject, it } from 'vitest';
import { MemoryStore } from '../../src/sessions/stores/memory-store.js';
import { federatedPoolsSeed, startPools } from '../../src/pools/index.js';
import { reservePort, startApp, urlOf } from '../support/app.js';
import { articleEnvironment } from '../support/world.js';
import { giveCredentials, heading } from './support/people.js';
import { useStage, withPasswordChosen } from './support/stage.js';

describe.skipIf(inject('chromium') === undefined)('after a restart, in Chromium', () => {
  const stage = useStage();

  it('"Sign out" leads through the pools, although the site has not asked them for anything yet', async () => {
    const server = await reservePort();
    const url = urlOf(server);
    const seed = withPasswordChosen(federatedPoolsSeed({ baseUrl: url }));
    const pools = await startPools({ seed, keys: 'fixed' });
    // Without a sign-out address of the second pool, nothing tells the site where the master pool
    // is.
    const provider = {
      name: 'oidc-pool-2',
      label: 'Corporate ID',
      signOut: { kind: 'none', advice: 'Close it.' },
    };
    const environment = {
      ...articleEnvironment(pools),
      IDENTITY_PROVIDERS: JSON.stringify([provider]),
    };
    const store = new MemoryStore({ now: Date.now });
    const before = await startApp(environment, { server, store });
    const page = await stage.visitor();
    await page.goto(`${url}/profile`);
    await giveCredentials(page);
    await page.waitForURL(`${url}/profile`);
    await before.stop();

    const again = createServer().listen(Number(new URL(url).port), '127.0.0.1');
    await once(again, 'listening');
    const app = await startApp(environment, { server: again, store });
    await page.reload();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${url}/signed-out`);
    expect(await heading(page)).toBe('You are signed out');
    expect(pools.requests('oidc-pool-1', '/logout')).toHaveLength(1);
    await app.stop();
    await pools.close();
  });
});
