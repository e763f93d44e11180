import type { Locator, Page } from 'playwright-core';
import { describe, expect, inject, it } from 'vitest';
import { alice } from '../support/world.js';
import { focusOf } from './support/inspect.js';
import { seesPasswordField } from './support/people.js';
import { useStage } from './support/stage.js';

describe.skipIf(inject('chromium') === undefined)('with the keyboard alone, in Chromium', () => {
  const stage = useStage();

  it.each(['light', 'dark'] as const)(
    'a person signs in and out again, always seeing where they are (%s)',
    async (colorScheme) => {
      const { world } = stage;
      const page = await stage.visitor({ colorScheme, reducedMotion: 'reduce' });
      await page.goto(`${world.app.url}/`);
      await press(page, page.getByRole('main').getByRole('link', { name: 'Sign in' }));

      await seesPasswordField(world, page);
      await type(page, page.getByLabel('Username', { exact: true }), alice.username);
      await type(page, page.getByLabel('Password', { exact: true }), alice.temporaryPassword);
      await press(page, page.getByRole('button', { name: 'Sign in' }));

      const newPassword = page.getByLabel('New password', { exact: true });
      await newPassword.waitFor();
      await type(page, newPassword, alice.password);
      await type(page, page.getByLabel('New password again'), alice.password);
      await page.keyboard.press('Enter');

      await page.waitForURL(`${world.app.url}/profile`);
      await press(page, page.getByRole('button', { name: 'Sign out' }));
      await page.waitForURL(`${world.app.url}/signed-out`);
      await press(page, page.getByRole('main').getByRole('link', { name: 'Sign in' }));
      await seesPasswordField(world, page);
    },
  );

  it('a person types at once what the pools’ pages ask for', async () => {
    const { world } = stage;
    world.pools.reset();
    const page = await stage.visitor();
    await page.goto(`${world.app.url}/profile`);
    await seesPasswordField(world, page);
    await expect.poll(async () => (await focusOf(page)).name).toContain('name="username"');
    await page.keyboard.type(alice.username);
    await page.keyboard.press('Tab');
    await page.keyboard.type(alice.temporaryPassword);
    await page.keyboard.press('Enter');

    await page.getByLabel('New password again').waitFor();
    await expect.poll(async () => (await focusOf(page)).name).toContain('name="new_password"');
    await page.keyboard.type(alice.password);
    await page.keyboard.press('Tab');
    await page.keyboard.type(alice.password);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${world.app.url}/profile`);
  });

  it('a person skips the header', async () => {
    const page = await stage.visitor({ reducedMotion: 'reduce' });
    await page.goto(`${stage.world.app.url}/`);
    await press(page, page.getByRole('link', { name: 'Skip to the content' }));
    await page.keyboard.press('Tab');
    expect((await focusOf(page)).name).toContain('href="/login?return_to=%2Fprofile"');
  });
});

const MAX_TABS = 25;

/** Tabs to the control; every stop on the way must show where the focus is. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  const stops: string[] = [];
  while (!(await control.evaluate((element) => element === document.activeElement))) {
    await page.keyboard.press('Tab');
    const { name } = await focusOf(page);
    // Within a moment: the page's styles may still be on their way.
    await expect
      .poll(async () => (await focusOf(page)).isVisible, {
        message: `the focus is seen on ${name}`,
      })
      .toBe(true);
    stops.push(name);
    if (stops.length > MAX_TABS) throw new Error(`Tab does not lead there:\n${stops.join('\n')}`);
  }
}

async function press(page: Page, control: Locator): Promise<void> {
  await tabTo(page, control);
  await page.keyboard.press('Enter');
}

async function type(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.type(text);
}
