import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signIn } from '../../src/testing/index.js';
import { alice, startWorld, type World } from '../support/world.js';

describe('signing in without a browser', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  it('goes through both pools, changes the temporary password and comes back to the page', async () => {
    const page = `${world.app.url}/profile`;
    const { username, temporaryPassword, password } = alice;
    const browser = await signIn(page, {
      username,
      password: temporaryPassword,
      newPassword: password,
    });
    expect(browser).toMatchObject({ url: page, status: 200 });
    expect(browser.html).toContain('Alice Example');
    expect(browser.callbackUrl).toMatch(/\/callback\?code=/);

    const me = await fetch(`${world.app.url}/api/me`, { headers: browser.headers });
    expect(await me.json()).toMatchObject({ name: 'Alice Example', via: 'session' });
  });

  it('ends on the page of the pool that does not take the password', async () => {
    const wrong = { username: alice.username, password: 'wrong' };
    const browser = await signIn(`${world.app.url}/profile`, wrong);
    expect(browser.url.startsWith(world.upstream.domain)).toBe(true);
    expect(browser.callbackUrl).toBeUndefined();
  });
});
