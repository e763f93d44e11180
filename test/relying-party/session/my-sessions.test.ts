import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeDevice } from '../../../src/relying-party/session/my-sessions.js';
import type { Browser } from '../../support/browser.js';
import { startWorld, type World } from '../../support/world.js';

const SAFARI = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1';
const devices: [string, string][] = [
  [`Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) ${SAFARI}`, 'Safari on iOS'],
  ['Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Windows'],
  ['curl/8.5.0', 'curl'],
  ['', 'Unknown device'],
  ['<script>alert(1)</script>', 'Unknown device'],
];

it.each(devices)('tells the device from "%s"', (userAgent, words) => {
  expect(describeDevice(userAgent)).toBe(words);
});

describe('my sessions', () => {
  let world: World;
  let laptop: Browser;
  let phone: Browser;
  beforeAll(async () => {
    world = await startWorld();
  });
  beforeEach(async () => {
    world.pools.reset();
    laptop = world.browser();
    phone = world.browser();
    await world.signIn(laptop);
    await world.signIn(phone);
  });
  afterAll(() => world.stop());

  const isSignedIn = async (browser: Browser): Promise<boolean> =>
    (await browser.get(`${world.app.url}/api/me`, { headers: { accept: '*/*' } })).status === 200;

  it('lists where the account is signed in, in words, and marks this browser', async () => {
    const again = world.browser();
    const callback = await world.signIn(again);
    expect(callback.status).toBe(200);
    const page = await again.get(`${world.app.url}/sessions`);
    expect(page.document.querySelectorAll('main ul > li')).toHaveLength(3);
    expect(page.text().match(/this browser/g)).toHaveLength(1);
    expect(page.text().match(/Chrome on Linux/g)).toHaveLength(3);
  });

  it('ends one of them, and revokes its refresh token at the pool', async () => {
    const page = await laptop.get(`${world.app.url}/sessions`);
    await laptop.click(page, 'End this session');
    expect(await isSignedIn(phone)).toBe(false);
    expect(await isSignedIn(laptop)).toBe(true);
    expect(world.pools.requests('oidc-pool-1', '/oauth2/revoke')).toHaveLength(1);
  });

  it('ends all others at once', async () => {
    const tablet = world.browser();
    await world.signIn(tablet);
    const page = await laptop.get(`${world.app.url}/sessions`);
    const after = await laptop.click(page, 'End all other sessions');
    expect(after.url).toBe(`${world.app.url}/sessions`);
    expect(await Promise.all([laptop, phone, tablet].map(isSignedIn))).toEqual([
      true,
      false,
      false,
    ]);
    for (const { body } of world.pools.requests('oidc-pool-1', '/oauth2/revoke')) {
      expect(world.master.isRefreshTokenActive(body['token']!)).toBe(false);
    }
  });

  it('cannot be ended by another account, nor from another site', async () => {
    const page = await laptop.get(`${world.app.url}/sessions`);
    const action = page.form('form[action$="/end"]').getAttribute('action')!;
    const stranger = await fetch(world.app.url + action, {
      method: 'POST',
      headers: { origin: world.app.url },
    });
    expect(stranger.status).toBe(401);
    const crossSite = await laptop.click(page, 'End this session', {
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(crossSite.status).toBe(403);
    expect(await isSignedIn(phone)).toBe(true);
  });

  it('asks to sign in first', async () => {
    const page = await world.browser().get(`${world.app.url}/sessions`, { follow: false });
    expect(page.location).toBe('/login?return_to=%2Fsessions');
  });
});
