import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { alice, type World } from '../../support/world.js';

/** Opens `path` as a person who has to sign in, does so, and is on the page asked for. */
export async function signIn(world: World, page: Page, path = '/profile'): Promise<void> {
  await page.goto(world.app.url + path);
  await giveCredentials(page);
  await page.waitForURL(world.app.url + path);
}

/** Fills in the second pool's form and sends it. */
export async function giveCredentials(
  page: Page,
  password: string = alice.password,
  username: string = alice.username,
): Promise<void> {
  await page.getByLabel('Username', { exact: true }).fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Presses the button in the header and waits for the end of the sign-out chain. */
export async function signOut(world: World, page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${world.app.url}/signed-out`);
}

/**
 * Waits for the second pool's login form.
 * @throws when the tab ends elsewhere, or without a password field
 */
export async function seesPasswordField(world: World, page: Page): Promise<void> {
  await page.waitForURL(`${world.upstream.domain}/login?**`);
  await page.getByLabel('Password', { exact: true }).waitFor();
}

/**
 * Waits for Chromium's own page about a connection that failed. Playwright's waits throw on the
 * failure itself.
 */
export async function seesConnectionError(page: Page): Promise<void> {
  await expect.poll(() => page.url()).toMatch(/^chrome-error:/);
}

/** The heading of the page the tab is on. */
export const heading = (page: Page): Promise<string> =>
  page.getByRole('heading', { level: 1 }).innerText();

/** The value of the site's session cookie in this browser. */
export async function sessionCookie(page: Page): Promise<string | undefined> {
  const cookies = await page.context().cookies();
  return cookies.find(({ name }) => name === 'lifeguard')?.value;
}

/** Gives this browser a copy of somebody's session cookie. */
export async function plantSessionCookie(world: World, page: Page, value: string): Promise<void> {
  await page.context().addCookies([{ name: 'lifeguard', value, url: world.app.url }]);
}
