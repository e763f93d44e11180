import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Pools, PoolsSeed } from '../../../src/pools/index.js';
import type { Browser, Page } from '../../support/browser.js';
import { finishSignIn, startWorld, type World } from '../../support/world.js';

/**
 * The second of the two federated pools twice, under two names: a person may come through either.
 */
function withTwoProviders({ pools: [master, upstream] }: PoolsSeed): PoolsSeed {
  const [client] = upstream!.clients!;
  const [first] = master!.identityProviders!;
  const clients = master!.clients!.map((each) =>
    each.name === 'site'
      ? { ...each, identityProviders: ['COGNITO', 'oidc-pool-2', 'corp-b'] }
      : each,
  );
  const second = {
    ...first!,
    name: 'corp-b',
    issuer: { pool: 'corp-b' },
    client: { pool: 'corp-b', name: 'master-pool' },
  };
  const third = { ...upstream!, name: 'corp-b', id: 'eu-west-1_Third0001' };
  return {
    pools: [
      { ...master!, clients, identityProviders: [first!, second] },
      upstream!,
      { ...third, clients: [{ ...client!, id: undefined, secret: undefined }] },
    ],
  };
}

const providersOf = (pools: Pools): object[] =>
  [
    ['oidc-pool-2', 'Corporate ID'],
    ['corp-b', 'Partner ID'],
  ].map(([name, label]) => ({
    name,
    label,
    signOut: {
      kind: 'cognito',
      domain: pools.pool(name!).domain,
      clientId: pools.pool(name!).client('master-pool').id,
    },
  }));

describe('signing out where there are two identity providers', () => {
  let world: World;
  let browser: Browser;
  beforeAll(async () => {
    world = await startWorld({
      seed: withTwoProviders,
      environment: (pools) => ({ IDENTITY_PROVIDERS: JSON.stringify(providersOf(pools)) }),
    });
  });
  beforeEach(() => {
    world.pools.reset();
    browser = world.browser();
  });
  afterAll(() => world.stop());

  const signInThrough = async (provider: string): Promise<Page> => {
    const start = `${world.app.url}/login?provider=${provider}&return_to=/profile`;
    const page = await finishSignIn(browser, await browser.get(start));
    expect(page.url).toBe(`${world.app.url}/profile`);
    return page;
  };
  const signOut = async (): Promise<Page> =>
    browser.click(await browser.get(`${world.app.url}/logout`), 'Sign out');
  const visitsTo = (pool: string): number =>
    world.pools.requests(pool, '/logout').filter(({ status }) => status === 302).length;
  const outcomes = (page: Page): string[] =>
    page.document
      .querySelectorAll('.outcomes li')
      .map((step) => `${step.querySelector('strong')!.text}: ${step.getAttribute('data-outcome')}`);

  it.each([
    ['has run out', () => world.pools.clock.advance('31m')],
    ['is lost', () => browser.setCookie(world.app.url, 'lifeguard=; Path=/; Max-Age=0')],
  ])('visits the one the person came through when the session %s', async (_name, lose) => {
    await signInThrough('corp-b');
    lose();
    expect(outcomes(await signOut())).toContain('Partner ID: done');
    expect([visitsTo('corp-b'), visitsTo('oidc-pool-2')]).toEqual([1, 0]);
  });

  it('says so when nobody knows which one it was', async () => {
    const page = await signOut();
    expect(outcomes(page)).toEqual([
      'This site: done',
      'The sign-in service: done',
      'The account you used: not-possible',
    ]);
    expect(page.text()).toContain('We no longer know which one that was.');
    expect(page.text()).not.toMatch(/every place|each place/);
  });

  it('takes what is left at the first along when the person has signed in through the second since', async () => {
    const profile = await signInThrough('oidc-pool-2');
    world.pools.faults.always('oidc-pool-2', 'logout', { reset: true });
    await expect(browser.click(profile, 'Sign out')).rejects.toThrow();
    world.pools.faults.clear();
    await signInThrough('corp-b');
    const asked = await browser.get(`${world.app.url}/logout`);
    expect(asked.document.querySelectorAll('.steps li').map(({ text }) => text)).toEqual([
      'This site',
      'The sign-in service',
      'Partner ID',
      'Corporate ID',
    ]);
    const page = await signOut();
    expect(outcomes(page)).toContain('Partner ID: done');
    expect(outcomes(page)).toContain('Corporate ID: done');
    expect([visitsTo('corp-b'), visitsTo('oidc-pool-2')]).toEqual([1, 1]);
  });

  it('visits both when a sign-in through the second replaced one through the first', async () => {
    await signInThrough('oidc-pool-2');
    await signInThrough('corp-b');
    const asked = await browser.get(`${world.app.url}/logout`);
    expect(asked.text()).toContain('Partner ID Corporate ID');
    await signOut();
    expect([visitsTo('corp-b'), visitsTo('oidc-pool-2')]).toEqual([1, 1]);
  });

  it('forgets the first once it has been signed out of', async () => {
    await signInThrough('oidc-pool-2');
    await signOut();
    await signInThrough('corp-b');
    await signOut();
    expect([visitsTo('corp-b'), visitsTo('oidc-pool-2')]).toEqual([1, 1]);
  });

  it('visits both again when the person asks for it, although nothing is remembered by then', async () => {
    await signInThrough('oidc-pool-2');
    await signInThrough('corp-b');
    const again = await browser.click(await signOut(), 'Visit again');
    expect(again.url).toBe(`${world.app.url}/signed-out`);
    expect([visitsTo('corp-b'), visitsTo('oidc-pool-2')]).toEqual([2, 2]);
  });
});
