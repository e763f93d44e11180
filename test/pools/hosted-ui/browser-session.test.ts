import { describe, expect, it } from 'vitest';
import type { Pool } from '../../../src/pools/index.js';
import type { Browser } from '../../support/browser.js';
import { unverifiedJwt } from '../../support/jwt.js';
import {
  asksForPassword,
  authorizeUrl,
  codeIn,
  openBrowser,
  type Parameters,
  signIn,
  signInThroughUpstream,
  submitCredentials,
} from '../journeys.js';
import { alice, callback, uma } from '../seed.js';
import { exchangeCode, refresh, tokensIn } from '../token-endpoint.js';
import { useWorld } from '../world.js';

const world = useWorld();

/** True when the pool sends the browser straight back with a code. */
async function resumes(
  browser: Browser,
  pool: Pool,
  client: string,
  parameters: Parameters = {},
): Promise<boolean> {
  const page = await browser.get(authorizeUrl(pool, client, parameters), { follow: false });
  return (page.location ?? '').startsWith(`${callback}?code=`);
}

async function openSignedInBrowser(client = 'site'): Promise<Browser> {
  const browser = openBrowser();
  codeIn(await signIn(browser, world.members, client, alice));
  return browser;
}

const sessionCookieOf = (browser: Browser, pool: Pool): string => {
  const cookie = browser
    .cookies(`${pool.domain}/login`)
    .find(({ key }) => key.startsWith('cognito') && key !== 'cognito-fl');
  if (!cookie) throw new Error('No session cookie');
  return cookie.cookieString();
};

describe('a browser that signed in', () => {
  it('comes back without a password for one hour, however often it is used', async () => {
    const browser = await openSignedInBrowser();
    world.pools.clock.advance('59m');
    expect(await resumes(browser, world.members, 'site')).toBe(true);
    world.pools.clock.advance('61s');
    expect(await resumes(browser, world.members, 'site')).toBe(false);
  });

  it('gets tokens of full length that name the moment of the real sign-in', async () => {
    const browser = openBrowser();
    const first = tokensIn(
      await exchangeCode(
        world.members,
        'site',
        codeIn(await signIn(browser, world.members, 'site', alice)),
      ),
    );
    world.pools.clock.advance('50m');
    const resumed = await browser.get(authorizeUrl(world.members, 'site'));
    const second = tokensIn(await exchangeCode(world.members, 'site', codeIn(resumed)));

    const before = unverifiedJwt(first.id_token).claims;
    const after = unverifiedJwt(second.id_token).claims;
    expect(after['auth_time']).toBe(before['auth_time']);
    expect(Number(after['exp']) - Number(after['iat'])).toBe(3600);
    expect(after['origin_jti']).not.toBe(before['origin_jti']);
  });

  it('is known to the other clients of the pool, silently too', async () => {
    const browser = await openSignedInBrowser();
    expect(await resumes(browser, world.members, 'shop', { prompt: 'none' })).toBe(true);
  });

  it('is asked for the password again with prompt=login, while the session it has lives on', async () => {
    const browser = await openSignedInBrowser();
    const before = sessionCookieOf(browser, world.members);
    world.pools.clock.advance('10m');
    const page = await browser.get(authorizeUrl(world.members, 'site', { prompt: 'login' }));
    expect(asksForPassword(page)).toBe(true);
    expect(await resumes(browser, world.members, 'site')).toBe(true);

    const seconds = (): number => Math.floor(world.pools.clock.now() / 1000);
    const earliest = seconds();
    const after = await submitCredentials(browser, page, alice);
    const { id_token } = tokensIn(await exchangeCode(world.members, 'site', codeIn(after)));
    expect(sessionCookieOf(browser, world.members)).not.toBe(before);
    const authTime = Number(unverifiedJwt(id_token).claims['auth_time']);
    expect(authTime).toBeGreaterThanOrEqual(earliest);
    expect(authTime).toBeLessThanOrEqual(seconds());
  });

  it('gets a new cookie at every sign-in and never keeps one that was planted', async () => {
    const victim = openBrowser();
    const planted = sessionCookieOf(await openSignedInBrowser(), world.members);
    const path = new URL(world.members.domain).pathname;
    victim.setCookie(`${world.members.domain}/login`, `${planted}; Path=${path}`);
    const page = await victim.get(authorizeUrl(world.members, 'site', { prompt: 'login' }));
    await submitCredentials(victim, page, alice);
    expect(sessionCookieOf(victim, world.members)).not.toBe(planted);
  });

  it('stays signed in through a global sign-out, which ends only its tokens', async () => {
    const browser = openBrowser();
    const page = await signIn(browser, world.members, 'site', alice);
    const tokens = tokensIn(await exchangeCode(world.members, 'site', codeIn(page)));
    world.members.globalSignOut('alice');

    expect((await refresh(world.members, 'site', tokens.refresh_token)).status).toBe(400);
    expect(await resumes(browser, world.members, 'site')).toBe(true);
  });

  it.each<[string, (pool: Pool) => void]>([
    ['disabled', (pool) => pool.setUserEnabled('alice', false)],
    ['deleted', (pool) => pool.deleteUser('alice')],
  ])('gets no further code once its user is %s', async (_, change) => {
    const browser = await openSignedInBrowser();
    change(world.members);
    expect(await resumes(browser, world.members, 'site')).toBe(false);
  });
});

describe('a session and the way it was begun', () => {
  it('resumes a local one with and without identity_provider=COGNITO', async () => {
    const browser = openBrowser();
    const localUma = { username: 'local-uma', password: uma.password };
    codeIn(await signIn(browser, world.master, 'mixed', localUma));
    expect(await resumes(browser, world.master, 'mixed')).toBe(true);
    expect(await resumes(browser, world.master, 'mixed', { identity_provider: 'COGNITO' })).toBe(
      true,
    );
  });

  it('does not lend a local one to an identity provider', async () => {
    const browser = openBrowser();
    const localUma = { username: 'local-uma', password: uma.password };
    codeIn(await signIn(browser, world.master, 'mixed', localUma));
    const page = await browser.get(
      authorizeUrl(world.master, 'mixed', { identity_provider: 'oidc-pool-2' }),
    );
    expect(page.url).toMatch(`${world.upstream.domain}/login?`);
    expect(asksForPassword(page)).toBe(true);
  });

  it('resumes a federated one only when no identity_provider is named', async () => {
    const browser = openBrowser();
    codeIn(await signInThroughUpstream(browser, world.master, 'mixed', uma));
    expect(await resumes(browser, world.master, 'mixed')).toBe(true);
    expect(await resumes(browser, world.master, 'mixed', { prompt: 'none' })).toBe(true);

    const asLocal = await browser.get(
      authorizeUrl(world.master, 'mixed', { identity_provider: 'COGNITO' }),
    );
    expect(asksForPassword(asLocal)).toBe(true);
    const silentlyAsLocal = await browser.get(
      authorizeUrl(world.master, 'mixed', { identity_provider: 'COGNITO', prompt: 'none' }),
    );
    expect(silentlyAsLocal.query.get('error')).toBe('login_required');
  });

  it('is of no use to a client that does not offer the provider it came from', async () => {
    const browser = openBrowser();
    codeIn(await signInThroughUpstream(browser, world.master, 'site', uma));
    expect(await resumes(browser, world.master, 'local-only')).toBe(false);
  });
});

describe('two pools on one host', () => {
  it('keep their sessions apart', async () => {
    const browser = await openSignedInBrowser();
    const elsewhere = await browser.get(authorizeUrl(world.master, 'mixed'));
    expect(asksForPassword(elsewhere)).toBe(true);

    codeIn(
      await submitCredentials(browser, elsewhere, {
        username: 'local-uma',
        password: uma.password,
      }),
    );
    expect(await resumes(browser, world.members, 'site')).toBe(true);
    expect(await resumes(browser, world.master, 'mixed')).toBe(true);
  });

  it("do not believe each other's cookies", async () => {
    const cookie = sessionCookieOf(await openSignedInBrowser(), world.members);
    const browser = openBrowser();
    const path = new URL(world.master.domain).pathname;
    browser.setCookie(`${world.master.domain}/login`, `${cookie}; Path=${path}`);
    expect(await resumes(browser, world.master, 'mixed')).toBe(false);
  });
});

it.each(['garbage', 'a.b.3', '%00', '"', 'x'.repeat(4000)])(
  'asks for the password when the session cookie is %j',
  async (value) => {
    const browser = await openSignedInBrowser();
    const [name = ''] = sessionCookieOf(browser, world.members).split('=');
    const answer = await fetch(authorizeUrl(world.members, 'site'), {
      redirect: 'manual',
      headers: { cookie: `${name}=${value}` },
    });
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toMatch(`${world.members.domain}/login?`);
  },
);
