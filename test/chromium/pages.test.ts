import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { PoolsSeed } from '../../src/pools/index.js';
import { startApp, type RunningApp } from '../support/app.js';
import { alice, articleEnvironment } from '../support/world.js';
import { faultsOf } from './support/inspect.js';
import {
  giveCredentials,
  heading,
  seesConnectionError,
  signIn,
  signOut,
} from './support/people.js';
import { useStage, withPasswordChosen } from './support/stage.js';

describe.skipIf(inject('chromium') === undefined)('in Chromium, every page', () => {
  const stage = useStage({ seed: withMoreToSee });
  let choosing: RunningApp;
  beforeAll(async () => {
    choosing = await startApp({
      ...articleEnvironment(stage.world.pools),
      IDENTITY_PROVIDERS: JSON.stringify(['Corporate ID', 'Partner ID'].map(provider)),
    });
  });
  afterAll(() => choosing.stop());

  const site = (path: string): string => stage.world.app.url + path;
  const authorization = (client: string, more: Record<string, string> = {}): string => {
    const { master } = stage.world;
    const query = new URLSearchParams({
      client_id: master.client(client).id,
      redirect_uri: site('/callback'),
      response_type: 'code',
      scope: 'openid',
      ...more,
    });
    return `${master.domain}/oauth2/authorize?${query.toString()}`;
  };
  const signInTo = async (page: Page, path: string): Promise<void> => {
    await signIn(stage.world, page);
    if (path !== '/profile') await page.goto(site(path));
  };
  const toNewPassword = async (page: Page): Promise<void> => {
    await page.goto(site('/profile'));
    await giveCredentials(page, newcomer.password, newcomer.username);
    await page.getByLabel('New password again').waitFor();
  };

  /** Name, main heading, and how to get there. */
  const pages: [string, string, (page: Page) => Promise<unknown>][] = [
    ['start', 'Sign in once.\nSign out everywhere.', (page) => page.goto(site('/'))],
    ['start, signed in', 'Sign in once.\nSign out everywhere.', (page) => signInTo(page, '/')],
    ['profile', 'Alice Example', (page) => signInTo(page, '/profile')],
    ['sessions', 'Your sessions', (page) => signInTo(page, '/sessions')],
    ['sign out?', 'Sign out?', (page) => signInTo(page, '/logout')],
    [
      'signed out',
      'You are signed out',
      async (page) => {
        await signInTo(page, '/profile');
        await signOut(stage.world, page);
      },
    ],
    [
      'signed out here only',
      'Sign in once.\nSign out everywhere.',
      async (page) => {
        await signInTo(page, '/profile');
        stage.world.pools.faults.always('oidc-pool-1', 'logout', { reset: true });
        await page.getByRole('button', { name: 'Sign out' }).click();
        await seesConnectionError(page);
        await page.goto(site('/'));
        await page.getByRole('button', { name: 'Finish signing out' }).waitFor();
      },
    ],
    ['not found', 'There is no such page', (page) => page.goto(site('/nowhere'))],
    ['stray callback', 'This sign-in has expired', (page) => page.goto(site('/callback?code=a'))],
    ['choice of providers', 'Sign in', (page) => page.goto(`${choosing.url}/login`)],
    [
      'choice of providers, unknown e-mail',
      'Sign in',
      (page) => page.goto(`${choosing.url}/login?email=bob@elsewhere.example`),
    ],
    ['pools', 'Embedded user pools', (page) => page.goto(stage.world.pools.url)],
    ['pool, one provider', 'Sign in', (page) => page.goto(authorization('site'))],
    ['pool, provider and form', 'Sign in', (page) => page.goto(authorization('both ways'))],
    ['pool, no way in', 'Sign in', (page) => page.goto(authorization('no way'))],
    [
      'pool, provider not available',
      'Sign in',
      (page) => page.goto(authorization('both ways', { identity_provider: 'unknown' })),
    ],
    ['pool, form', 'Sign in', (page) => page.goto(site('/profile'))],
    [
      'pool, wrong password',
      'Sign in',
      async (page) => {
        await page.goto(site('/profile'));
        await giveCredentials(page, 'wrong');
        await page.getByRole('alert').waitFor();
      },
    ],
    ['pool, new password', 'Change password', toNewPassword],
    [
      'pool, new password refused',
      'Change password',
      async (page) => {
        await toNewPassword(page);
        await page.getByLabel('New password', { exact: true }).fill('short');
        await page.getByLabel('New password again').fill('shorter');
        await page.keyboard.press('Enter');
        await page.getByRole('alert').waitFor();
      },
    ],
    [
      'pool, error',
      'Error',
      (page) => page.goto(authorization('site', { redirect_uri: 'https://elsewhere.example/' })),
    ],
  ];

  it.each(pages)(
    'is accessible, wide and narrow, light and dark: %s',
    async (_name, title, arrive) => {
      const page = await stage.visitor({ colorScheme: 'light', reducedMotion: 'reduce' });
      await arrive(page);
      expect(await heading(page)).toBe(title);
      expect(await faultsOf(page, 'contrast')).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.setViewportSize({ width: 390, height: 800 });
      expect(await faultsOf(page)).toEqual([]);
    },
  );
});

const provider = (label: string, index: number): object => ({
  name: `provider-${index}`,
  label,
  emailDomains: [`${index}.example`],
  signOut: { kind: 'none', advice: 'Close the browser.' },
});

const newcomer = {
  username: 'newcomer',
  password: alice.temporaryPassword,
  status: 'FORCE_CHANGE_PASSWORD',
} as const;

/**
 * Clients of the master pool whose sign-in pages look different, and somebody who has not been here
 * yet.
 */
function withMoreToSee(seed: PoolsSeed): PoolsSeed {
  const [master, upstream] = withPasswordChosen(seed).pools;
  const callbackUrls = master!.clients?.find(({ name }) => name === 'site')?.callbackUrls;
  const clients = [
    ...master!.clients!,
    { name: 'both ways', callbackUrls, identityProviders: ['COGNITO', 'oidc-pool-2'] },
    { name: 'no way', callbackUrls, identityProviders: [] },
  ];
  return {
    pools: [
      { ...master!, clients },
      { ...upstream!, users: [...upstream!.users!, newcomer] },
    ],
  };
}
