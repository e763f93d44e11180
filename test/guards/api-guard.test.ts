import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../support/world.js';

describe('an API route', () => {
  let world: World;
  let tokens: { idToken: string; accessToken: string; refreshToken: string };
  beforeAll(async () => {
    world = await startWorld();
    const user = await signInOnce();
    tokens = await world.master.tokens(user, { client: 'site', scope: 'openid email' });
  });
  afterAll(() => world.stop());

  async function signInOnce(): Promise<string> {
    await world.signIn(world.browser());
    return world.master.users()[0]!.username;
  }

  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(world.app.url + path, { headers, redirect: 'manual' });

  const challenge = (...parameters: string[]): string => {
    const metadata = `resource_metadata="${world.app.url}/.well-known/oauth-protected-resource"`;
    return `Bearer ${[...parameters, metadata].join(', ')}`;
  };

  it('answers a caller without credentials with 401, a challenge without an error and problem+json', async () => {
    const answer = await get('/api/me');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(challenge());
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect(await answer.json()).toMatchObject({ status: 401, code: 'access_token_missing' });
  });

  it("knows the caller by the pool's access token", async () => {
    const answer = await get('/api/me', { authorization: `Bearer ${tokens.accessToken}` });
    expect(answer.status).toBe(200);
    const [user] = world.master.users();
    expect(await answer.json()).toMatchObject({
      sub: user?.sub,
      username: user?.username,
      scopes: ['openid', 'email'],
      via: 'bearer',
    });
  });

  it('knows the caller by the session, with the same members', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    const page = await browser.get(`${world.app.url}/api/me`, { headers: { accept: '*/*' } });
    expect(JSON.parse(page.html)).toMatchObject({
      sub: world.master.users()[0]?.sub,
      name: 'Alice Example',
      email: 'alice@example.com',
      groups: [`${world.master.id}_oidc-pool-2`],
      via: 'session',
    });
  });

  it('refuses an ID token as an access token', async () => {
    const answer = await get('/api/me', { authorization: `Bearer ${tokens.idToken}` });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(challenge('error="invalid_token"'));
    expect(await answer.json()).toMatchObject({ code: 'access_token_use_wrong' });
  });

  it('refuses a refresh token as an access token', async () => {
    const answer = await get('/api/me', { authorization: `Bearer ${tokens.refreshToken}` });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(challenge('error="invalid_token"'));
  });

  it("refuses the other pool's access token", async () => {
    const other = await world.upstream.tokens('alice', { client: 'master-pool', scope: 'openid' });
    const answer = await get('/api/me', { authorization: `Bearer ${other.accessToken}` });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'access_token_key_unknown' });
  });

  it.each(['Bearer', 'Bearer a b', 'Bearer a,b'])(
    'refuses the header "%s" as unreadable',
    async (authorization) => {
      const answer = await get('/api/me', { authorization });
      expect(answer.status).toBe(400);
      expect(answer.headers.get('www-authenticate')).toBe(challenge('error="invalid_request"'));
    },
  );

  it('lets a bad bearer token decide even when a good session comes along', async () => {
    const browser = world.browser();
    await world.signIn(browser);
    const page = await browser.get(`${world.app.url}/api/me`, {
      headers: { authorization: 'Bearer not-a-token' },
    });
    expect(page.status).toBe(401);
  });

  it('asks for its scope', async () => {
    const without = await get('/api/orders', { authorization: `Bearer ${tokens.accessToken}` });
    expect(without.status).toBe(403);
    expect(without.headers.get('www-authenticate')).toBe(
      challenge('error="insufficient_scope", scope="orders/read"'),
    );
    const machine = await world.master.clientCredentialsToken('machine', 'orders/read');
    expect((await get('/api/orders', { authorization: `Bearer ${machine}` })).status).toBe(200);
  });

  it('asks for its group', async () => {
    const answer = await get('/api/admin', { authorization: `Bearer ${tokens.accessToken}` });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toBe(challenge('error="insufficient_scope"'));
    expect(await answer.json()).toMatchObject({ code: 'group_required' });
  });

  it('refuses an access token that has expired', async () => {
    world.pools.clock.advance('62m');
    const answer = await get('/api/me', { authorization: `Bearer ${tokens.accessToken}` });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'access_token_expired' });
  });
});
