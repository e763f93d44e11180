import type { Page } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { alice } from '../support/world.js';
import {
  giveCredentials,
  heading,
  seesPasswordField,
  sessionCookie,
  signIn,
} from './support/people.js';
import { useStage, withPasswordChosen } from './support/stage.js';

describe.skipIf(inject('chromium') === undefined)('a sign-in that goes astray in Chromium', () => {
  const stage = useStage({ seed: withPasswordChosen });

  /** Presses "Sign in" on the error page and signs in without further trouble. */
  async function startAgain(page: Page, asked: string): Promise<void> {
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await giveCredentials(page);
    await page.waitForURL(stage.world.app.url + asked);
  }

  /** Opens the page and stops at the second pool's form. @returns the state our site sent along */
  async function beginSignIn(page: Page): Promise<string> {
    await page.goto(`${stage.world.app.url}/profile`);
    await seesPasswordField(stage.world, page);
    const [request] = stage.world.pools.requests('oidc-pool-1', '/oauth2/authorize').slice(-1);
    return request!.query['state']!;
  }

  it('by the back button leaves the person signed in', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await page.goto(`${world.app.url}/`);
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await giveCredentials(page);
    await page.waitForURL(`${world.app.url}/profile`);

    await page.goBack();
    await seesPasswordField(world, page);
    await page.goBack();
    await page.waitForURL(`${world.app.url}/`);
    await page.reload();
    await page.getByRole('main').getByRole('link', { name: 'Your profile' }).click();
    await page.waitForURL(`${world.app.url}/profile`);
  });

  it('by the back button and the password given again ends on a page that explains', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await signIn(world, page);
    await page.goBack();
    await giveCredentials(page);
    await page.waitForURL(`${world.master.domain}/**`);
    expect(await heading(page)).toBe('Error');
    await page.goto(`${world.app.url}/profile`);
    expect(await heading(page)).toBe('Alice Example');
  });

  it('by opening the callback again from the history goes on to the site', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    const callback = page.waitForRequest(`${world.app.url}/callback?**`);
    await signIn(world, page);
    const before = await sessionCookie(page);
    await page.goto((await callback).url());
    expect(page.url()).toBe(`${world.app.url}/`);
    await page.getByText('You are signed in as').waitFor();
    expect(await sessionCookie(page)).toBe(before);
  });

  it('by a failing exchange is explained, and again when the page is reloaded', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    world.pools.faults.once('oidc-pool-1', 'token', { status: 500 });
    await beginSignIn(page);
    await giveCredentials(page);
    await page.waitForURL(`${world.app.url}/callback?**`);
    expect(await heading(page)).toBe('The sign-in service is unavailable');
    await page.reload();
    expect(await heading(page)).toBe('This sign-in has expired');
    // Both pools know the browser by now.
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await page.waitForURL(`${world.app.url}/`);
    await page.getByText('You are signed in').waitFor();
  });

  it('with a state nobody gave out signs nobody in', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await beginSignIn(page);
    await page.goto(`${world.app.url}/callback?code=abc&state=${'f'.repeat(43)}`);
    expect(await heading(page)).toBe('This sign-in has expired');
    expect(await sessionCookie(page)).toBeUndefined();
    await startAgain(page, '/');
  });

  it('in somebody else’s browser signs nobody in there', async () => {
    const { world } = stage;
    const attacker = await stage.visitor();
    await attacker.route(`${world.app.url}/callback?**`, (route) => route.abort());
    const callback = attacker.waitForRequest(`${world.app.url}/callback?**`);
    await beginSignIn(attacker);
    await giveCredentials(attacker);
    const url = (await callback).url();

    const victim = await stage.visitor();
    await victim.goto(url);
    expect(await heading(victim)).toBe('This sign-in has expired');
    expect(await sessionCookie(victim)).toBeUndefined();
    await startAgain(victim, '/');
  });

  it('with error=access_denied is explained, with the way back to the page asked for', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    const state = await beginSignIn(page);
    await page.goto(`${world.app.url}/callback?error=access_denied&state=${state}`);
    expect(await heading(page)).toBe('You were not signed in');
    await startAgain(page, '/profile');
  });

  it('by a refusal of the second pool is explained as well', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await beginSignIn(page);
    const federationState = new URL(page.url()).searchParams.get('state')!;
    const answer = new URLSearchParams({ error: 'access_denied', state: federationState });
    await page.goto(`${world.master.domain}/oauth2/idpresponse?${answer.toString()}`);
    await page.waitForURL(`${world.app.url}/callback?**`);
    expect(await heading(page)).toBe('You were not signed in');
    await startAgain(page, '/profile');
  });

  it('of a user the second pool has disabled ends there, with a reason', async () => {
    const { world } = stage;
    world.upstream.setUserEnabled(alice.username, false);
    const page = await stage.visitor();
    await beginSignIn(page);
    await giveCredentials(page);
    await page.getByRole('alert').getByText('User is disabled.').waitFor();
    expect(await sessionCookie(page)).toBeUndefined();
  });

  it('by a double click on "Sign in" does not happen', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await page.goto(`${world.app.url}/`);
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).dblclick();
    await seesPasswordField(world, page);
    await giveCredentials(page);
    await page.waitForURL(`${world.app.url}/profile`);
  });

  it('by a double click on the button of the login form does not happen', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await beginSignIn(page);
    await page.getByLabel('Username', { exact: true }).fill(alice.username);
    await page.getByLabel('Password', { exact: true }).fill(alice.password);
    await page.getByRole('button', { name: 'Sign in' }).dblclick();
    // The second click breaks off where the first was going, which to wait for the address would
    // call a failure.
    await expect.poll(() => page.url()).toBe(`${world.app.url}/profile`);
  });

  it('on a login form left open overnight takes the password again, and ends on the page asked for', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await beginSignIn(page);
    world.pools.clock.advance('9h');
    await giveCredentials(page);
    await page.getByRole('alert').getByText('open for too long').waitFor();
    await giveCredentials(page);
    // The master pool no longer knows where this came from, and has the person choose again.
    await page.getByRole('button', { name: 'oidc-pool-2' }).click();
    await page.waitForURL(`${world.app.url}/callback?**`);
    expect(await heading(page)).toBe('This sign-in has expired');
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await page.waitForURL(`${world.app.url}/profile`);
  });
});
