import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Browser } from '../../support/browser.js';
import { startWorld, type World } from '../../support/world.js';

/*
 * At a user pool the scopes that a person was given stand in the access token alone: its token
 * response has none, and a pre-token-generation trigger may take some out.
 */
describe('the scopes of a session', () => {
  let world: World;
  let browser: Browser;
  beforeAll(async () => {
    world = await startWorld({
      environment: { SCOPE: 'openid email profile orders/read', SESSION_IDLE_SECONDS: '7200' },
    });
  });
  beforeEach(() => {
    world.pools.reset();
    browser = world.browser();
  });
  afterAll(() => world.stop());

  const cookieOf = (): string =>
    browser
      .cookies(world.app.url)
      .map((each) => each.cookieString())
      .join('; ');
  const orders = async (): Promise<number> =>
    (await fetch(`${world.app.url}/api/orders`, { headers: { cookie: cookieOf() } })).status;
  const withScope = (scope: string | null): object => ({ accessToken: { claims: { scope } } });

  it('are what came, not what was asked for', async () => {
    world.pools.faults.once('oidc-pool-1', 'token', withScope('openid email'));
    await world.signIn(browser);
    expect(await orders()).toBe(403);
  });

  it('are all that were asked for where all came', async () => {
    await world.signIn(browser);
    expect(await orders()).toBe(200);
  });

  it('are none where the token says nothing of them', async () => {
    world.pools.faults.once('oidc-pool-1', 'token', withScope(null));
    await world.signIn(browser);
    expect(await orders()).toBe(403);
  });

  it('that were taken away are gone with the next refresh', async () => {
    await world.signIn(browser);
    world.pools.faults.once('oidc-pool-1', 'token', withScope('openid'));
    world.pools.clock.advance('61m');
    expect(await orders()).toBe(403);
  });

  it('go with a refresh that brings no ID token, too', async () => {
    await world.signIn(browser);
    world.pools.faults.once('oidc-pool-1', 'token', { ...withScope('openid'), omit: ['id_token'] });
    world.pools.clock.advance('61m');
    expect(await orders()).toBe(403);
  });
});
