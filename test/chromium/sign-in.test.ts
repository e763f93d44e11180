import type { Page } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { alice } from '../support/world.js';
import { giveCredentials, heading, seesPasswordField, sessionCookie } from './support/people.js';
import { useStage } from './support/stage.js';

describe.skipIf(inject('chromium') === undefined)('signing in with Chromium', () => {
  const stage = useStage();

  it('makes alice choose a password at the second pool, and shows her the page she asked for', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await page.goto(`${world.app.url}/profile?tab=claims`);
    await seesPasswordField(world, page);
    await giveCredentials(page, alice.temporaryPassword);
    await chooseNewPassword(page, alice.password);
    await page.waitForURL(`${world.app.url}/profile?tab=claims`);

    expect(await heading(page)).toBe('Alice Example');
    expect(await valueOf(page, 'Name')).toBe('Alice Example');
    expect(await valueOf(page, 'E-mail')).toBe(alice.email);
    expect(await valueOf(page, 'Signed in through')).toBe('Corporate ID');
    const expiry = page.locator('dt', { hasText: 'Access token expires' }).locator('+ dd time');
    const expiresAt = Date.parse((await expiry.getAttribute('datetime')) ?? '');
    const hourAhead = world.pools.clock.now() + 3_600_000;
    expect(Math.abs(expiresAt - hourAhead)).toBeLessThan(60_000);
  });

  it('leaves the federated user with mapped attributes in the master pool', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await signInForTheFirstTime(page);
    expect(world.master.users()).toMatchObject([
      {
        status: 'EXTERNAL_PROVIDER',
        attributes: {
          email: alice.email,
          name: 'Alice Example',
          given_name: 'Alice',
          family_name: 'Example',
        },
        groups: [`${world.master.id}_oidc-pool-2`],
      },
    ]);
  });

  it('says what is wrong with a password, and goes on from there', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await page.goto(`${world.app.url}/profile`);
    await giveCredentials(page, 'not the password');
    await page.getByRole('alert').getByText('Incorrect username or password.').waitFor();
    await giveCredentials(page, alice.temporaryPassword);
    await chooseNewPassword(page, 'short');
    await page.getByRole('alert').waitFor();
    await chooseNewPassword(page, alice.password);
    await page.waitForURL(`${world.app.url}/profile`);
  });

  it('goes through without a password within the hour, with a nonce of ours in the ID token', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await signInForTheFirstTime(page);
    const before = await sessionCookie(page);
    await page.context().clearCookies({ name: 'lifeguard' });
    world.pools.clock.advance('50m');

    await page.goto(`${world.app.url}/profile`);
    expect(page.url()).toBe(`${world.app.url}/profile`);
    expect(await sessionCookie(page)).not.toBe(before);
    const nonces = world.pools
      .requests('oidc-pool-1', '/oauth2/authorize')
      .map(({ query }) => query['nonce']);
    expect(new Set(nonces).size).toBe(2);
    expect(world.pools.requests('oidc-pool-2', '/oauth2/authorize')).toHaveLength(1);
  });

  it('goes no further with an ID token that lacks our nonce', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await signInForTheFirstTime(page);
    await page.context().clearCookies({ name: 'lifeguard' });
    world.pools.faults.once('oidc-pool-1', 'token', { idToken: { claims: { nonce: null } } });

    await page.goto(`${world.app.url}/profile`);
    expect(await heading(page)).toBe('We could not confirm who you are');
    expect(await sessionCookie(page)).toBeUndefined();
  });

  it('asks for the password again when the hour is over', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await signInForTheFirstTime(page);
    await page.context().clearCookies({ name: 'lifeguard' });
    world.pools.clock.advance('61m');
    await page.goto(`${world.app.url}/profile`);
    await seesPasswordField(world, page);
  });

  it('keeps the session cookie from scripts', async () => {
    const page = await stage.visitor();
    await signInForTheFirstTime(page);
    expect(await sessionCookie(page)).toMatch(/^[\w-]{43}$/);
    expect(await page.evaluate(() => document.cookie)).toBe('');
  });

  it('survives a double click on the button that changes the password', async () => {
    const { world } = stage;
    const page = await stage.visitor();
    await page.goto(`${world.app.url}/profile`);
    await giveCredentials(page, alice.temporaryPassword);
    await page.getByLabel('New password', { exact: true }).fill(alice.password);
    await page.getByLabel('New password again').fill(alice.password);
    await page.getByRole('button', { name: 'Change password' }).dblclick();
    // Where both clicks reach the pool, the second finds the password changed, and is asked for it.
    const askedAgain = page.getByLabel('Password', { exact: true });
    await askedAgain.or(page.getByRole('heading', { name: 'Alice Example' })).waitFor();
    if (await askedAgain.isVisible()) await giveCredentials(page, alice.password);
    await page.waitForURL(`${world.app.url}/profile`);
  });

  async function signInForTheFirstTime(page: Page): Promise<void> {
    await page.goto(`${stage.world.app.url}/profile`);
    await giveCredentials(page, alice.temporaryPassword);
    await chooseNewPassword(page, alice.password);
    await page.waitForURL(`${stage.world.app.url}/profile`);
  }
});

async function chooseNewPassword(page: Page, password: string): Promise<void> {
  await page.getByLabel('New password', { exact: true }).fill(password);
  await page.getByLabel('New password again').fill(password);
  await page.getByRole('button', { name: 'Change password' }).click();
}

/** What the profile says next to this term. */
const valueOf = (page: Page, term: string): Promise<string> =>
  page
    .locator('dt', { has: page.getByText(term, { exact: true }) })
    .locator('+ dd')
    .innerText();
