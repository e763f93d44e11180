import { expect, test } from './fixtures.js';

test('who is signed in adds a note', async ({ page, signedInAs }) => {
  await signedInAs({ claims: { name: 'Alice Example' } });
  await page.goto('/');
  await expect(page.getByText('Signed in as Alice Example')).toBeVisible();
  await page.getByLabel('A note').fill('milk');
  await page.getByRole('button', { name: 'Add' }).click();
  await expect(page.getByRole('listitem')).toHaveText('Alice Example: milk');
});

test('the page cannot read the cookie, and another site cannot use it', async ({
  page,
  request,
  site,
  signedInAs,
}) => {
  await signedInAs({});
  await page.goto('/');
  expect(await page.evaluate(() => document.cookie)).toBe('');
  const cookies = await page.context().cookies();
  const answer = await request.post(`${site.baseUrl}/api/notes`, {
    headers: {
      cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
      origin: 'https://evil.example',
    },
    data: { text: 'x' },
  });
  expect(answer.status()).toBe(403);
});

test('a person signs in through both pools, and out again', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.locator('[name=username]').fill('alice');
  await page.locator('[name=password]').fill('Welcome-2-Lifeguard!');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('[name=new_password]').fill('Correct-Horse-7');
  await page.locator('[name=new_password_confirm]').fill('Correct-Horse-7');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Signed in as Alice Example')).toBeVisible();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
});
