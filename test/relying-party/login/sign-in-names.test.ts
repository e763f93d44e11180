import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Browser } from '../../support/browser.js';
import { startWorld, type World } from '../../support/world.js';

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/**
 * An OP that names each sign-in (`origin_jti`) and the browser's session there (`sid`) says two
 * things.
 */
describe('a sign-in with both an origin_jti and a sid', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  beforeEach(() => world.pools.reset());
  afterAll(() => world.stop());

  const username = (): string => world.master.users()[0]!.username;

  /** Signs in under this `sid`; the pool gives the `origin_jti` of its own. */
  async function signIn(
    browser: Browser,
    sid: string,
    times: { iat?: number } = {},
  ): Promise<void> {
    const claims = { sid, ...times };
    world.pools.faults.once('oidc-pool-1', 'token', { idToken: { claims } });
    const page = await world.signIn(browser);
    expect(page.url).toBe(`${world.app.url}/profile`);
  }

  const sign = async (claims: Record<string, unknown>): Promise<string> =>
    (await world.master.tokens(username(), { client: 'site', scope: 'openid', claims }))
      .accessToken;

  async function logOut(named: Record<string, unknown>): Promise<Response> {
    const token = await sign({
      token_use: null,
      sub: null,
      aud: world.master.client('site').id,
      events: { [LOGOUT_EVENT]: {} },
      jti: randomUUID(),
      ...named,
    });
    return fetch(`${world.app.url}/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: token }),
    });
  }

  const isSignedIn = async (browser: Browser): Promise<boolean> =>
    (await browser.get(`${world.app.url}/api/me`, { headers: { accept: '*/*' } })).status === 200;

  async function callApi(token: string): Promise<string> {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${world.app.url}/api/me`, { headers });
    return answer.status === 200 ? 'taken' : ((await answer.json()) as { code: string }).code;
  }

  const signOut = async (browser: Browser): Promise<unknown> =>
    browser.click(await browser.get(`${world.app.url}/profile`), 'Sign out');

  it('is ended by a logout token that names its sid', async () => {
    const browser = world.browser();
    await signIn(browser, 'sid-1');
    expect((await logOut({ sid: 'sid-1' })).status).toBe(200);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('is not ended by a logout token whose sid is its origin_jti: these are different things', async () => {
    const browser = world.browser();
    world.pools.faults.once('oidc-pool-1', 'token', {
      idToken: { claims: { sid: 'sid-2', origin_jti: 'origin-2' } },
    });
    await world.signIn(browser);
    expect((await logOut({ sid: 'origin-2' })).status).toBe(200);
    expect(await isSignedIn(browser)).toBe(true);
  });

  it.each(['origin_jti', 'sid'])(
    'takes its access tokens along, found by their %s',
    async (name) => {
      const names = { origin_jti: randomUUID(), sid: randomUUID() };
      const browser = world.browser();
      world.pools.faults.once('oidc-pool-1', 'token', { idToken: { claims: names } });
      await world.signIn(browser);
      const only = { origin_jti: null, sid: null, [name]: names[name as keyof typeof names] };
      const [seen, unseen] = [await sign(only), await sign({ ...only, jti: 'another' })];
      expect(await callApi(seen)).toBe('taken');
      await signOut(browser);
      expect(await callApi(seen)).toBe('access_token_revoked');
      expect(await callApi(unseen)).toBe('access_token_revoked');
      world.pools.clock.advance('2s');
      const later = await sign({ ...only, jti: 'issued afterwards' });
      // An origin_jti is this sign-in for ever; a sid is only where it came from.
      expect(await callApi(later)).toBe(name === 'sid' ? 'taken' : 'access_token_revoked');
      expect(await callApi(seen)).toBe('access_token_revoked');
    },
  );

  it.each(['idToken', 'accessToken'])(
    'takes along what an OP whose clock is ahead had issued, by the time in its %s',
    async (kind) => {
      const sid = randomUUID();
      const iat = Math.floor(world.pools.clock.now() / 1000) + 30;
      const browser = world.browser();
      world.pools.faults.once('oidc-pool-1', 'token', {
        idToken: { claims: { sid, ...(kind === 'idToken' && { iat }) } },
        ...(kind === 'accessToken' && { accessToken: { claims: { iat } } }),
      });
      await world.signIn(browser);
      const known = await sign({ origin_jti: null, sid, iat });
      await signOut(browser);
      expect(await callApi(known)).toBe('access_token_revoked');
      const later = await sign({ origin_jti: null, sid, iat: iat + 1 });
      expect(await callApi(later)).toBe('taken');
    },
  );

  it('leaves its sid to the next sign-in, whose tokens count from the first second', async () => {
    const sid = randomUUID();
    const browser = world.browser();
    await signIn(browser, sid);
    world.pools.clock.advance('1m');
    const old = await sign({ origin_jti: null, sid, jti: 'old' });
    world.pools.clock.advance('1m');
    // In the same second, however long the machine takes.
    const iat = Math.floor(world.pools.clock.now() / 1000);
    await signOut(browser);
    await signIn(browser, sid, { iat });
    expect(await callApi(await sign({ origin_jti: null, sid, jti: 'new', iat }))).toBe('taken');
    expect(await callApi(old)).toBe('access_token_revoked');
  });

  it('leaves its sid also to a sign-in that replaces it', async () => {
    const sid = randomUUID();
    const browser = world.browser();
    await signIn(browser, sid);
    const old = await sign({ origin_jti: null, sid, jti: 'old' });
    world.pools.clock.advance('1m');
    world.pools.faults.once('oidc-pool-1', 'token', { idToken: { claims: { sid } } });
    const page = await world.signIn(browser, '/login?provider=oidc-pool-2&return_to=%2Fsessions');
    expect(page.url).toBe(`${world.app.url}/sessions`);
    expect(await callApi(await sign({ origin_jti: null, sid, jti: 'new' }))).toBe('taken');
    expect(await callApi(old)).toBe('access_token_revoked');
  });
});
