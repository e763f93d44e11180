import { describe, expect, inject, it } from 'vitest';
import { giveCredentials, heading, seesPasswordField, signIn, signOut } from './support/people.js';
import { useStage, withPasswordChosen } from './support/stage.js';

describe.skipIf(inject('chromium') === undefined)('with several tabs of one Chromium', () => {
  const stage = useStage({ seed: withPasswordChosen });

  it('two that sign in at once end each on its own page', async () => {
    const { world } = stage;
    const first = await stage.visitor();
    const second = await first.context().newPage();
    const tabs = [
      { tab: first, asked: `${world.app.url}/profile?tab=1` },
      { tab: second, asked: `${world.app.url}/profile?tab=2` },
    ];
    await Promise.all(
      tabs.map(async ({ tab, asked }) => {
        await tab.goto(asked);
        await giveCredentials(tab);
        await tab.waitForURL(asked);
      }),
    );
    expect(await heading(first)).toBe('Alice Example');
    expect(await heading(second)).toBe('Alice Example');
  });

  it('a click in one, after a sign-out in another, begins a new sign-in', async () => {
    const { world } = stage;
    const tab = await stage.visitor();
    await signIn(world, tab);
    const other = await tab.context().newPage();
    await other.goto(`${world.app.url}/profile`);
    await signOut(world, tab);
    const login = other.waitForRequest(`${world.app.url}/login?return_to=%2Fprofile`);
    await other.getByRole('link', { name: 'Alice Example' }).click();
    await login;
  });

  it('"Sign out" in one, after a sign-out in another, says signed out again', async () => {
    const { world } = stage;
    const tab = await stage.visitor();
    await signIn(world, tab);
    const other = await tab.context().newPage();
    await other.goto(`${world.app.url}/profile`);
    await signOut(world, tab);
    await signOut(world, other);
    expect(await heading(other)).toBe('You are signed out');
  });

  it('the back button after a sign-out begins a new sign-in instead of showing what was there', async () => {
    const { world } = stage;
    const tab = await stage.visitor();
    await signIn(world, tab);
    await signOut(world, tab);
    const login = tab.waitForRequest(`${world.app.url}/login?return_to=%2Fprofile`);
    await tab.goBack();
    await login;
  });

  it('one left open overnight can still sign out', async () => {
    const { world } = stage;
    const tab = await stage.visitor();
    await signIn(world, tab);
    world.pools.clock.advance('9h');
    await signOut(world, tab);
    expect(await heading(tab)).toBe('You are signed out');
  });

  it('one left open overnight leads to the login form, and then to the page asked for', async () => {
    const { world } = stage;
    const tab = await stage.visitor();
    await signIn(world, tab);
    world.pools.clock.advance('9h');
    await tab.getByRole('link', { name: 'Alice Example' }).click();
    await seesPasswordField(world, tab);
    await giveCredentials(tab);
    await tab.waitForURL(`${world.app.url}/profile`);
  });
});
