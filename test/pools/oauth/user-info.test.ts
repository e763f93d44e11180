import { describe, expect, it } from 'vitest';
import { tamper } from '../../support/jwt.js';
import { alice } from '../seed.js';
import { type Answer, revoke, signInForTokens, userInfo } from '../token-endpoint.js';
import { useWorld } from '../world.js';

const world = useWorld();

const newTokens = async (scope = 'openid email profile') =>
  world.members.tokens(alice.username, { client: 'site', scope });

describe('the answer', () => {
  it('has booleans as strings and a username nobody asked for', async () => {
    const { access_token: accessToken } = await signInForTokens(world.members, 'site', alice);
    const answer = await userInfo(world.members, accessToken);
    const user = world.members.users().find(({ username }) => username === 'alice');

    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      sub: user?.sub,
      email: 'alice@example.com',
      email_verified: 'true',
      name: 'Alice Zoë',
      username: 'alice',
    });
    for (const value of Object.values(answer.json)) expect(value).toBeTypeOf('string');
  });

  it('may be read from any origin and is not stored', async () => {
    const { headers } = await userInfo(world.members, (await newTokens()).accessToken);
    expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('cache-control')).toContain('no-store');
  });

  it('is limited to the scopes of the token', async () => {
    const answer = await userInfo(world.members, (await newTokens('openid email')).accessToken);
    expect(Object.keys(answer.json).toSorted()).toEqual([
      'email',
      'email_verified',
      'sub',
      'username',
    ]);
  });

  it('does not invent email_verified', async () => {
    const { accessToken } = await world.members.tokens('frank', {
      client: 'site',
      scope: 'openid',
    });
    const answer = await userInfo(world.members, accessToken);
    expect(Object.keys(answer.json).toSorted()).toEqual(['sub', 'username']);
  });
});

function expectInvalid(answer: Answer): void {
  const description =
    'Access token is expired, disabled, or deleted, or the user has globally signed out.';
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe(
    `error="invalid_token", error_description="${description}"`,
  );
  expect(answer.json).toEqual({ error: 'invalid_token', error_description: description });
}

describe('a request without a good access token', () => {
  it('is a bad request when there is none', async () => {
    const answer = await userInfo(world.members, undefined);
    const description = 'Bad OAuth2 request at UserInfo Endpoint';
    expect(answer.status).toBe(400);
    expect(answer.headers.get('www-authenticate')).toBe(
      `error="invalid_request", error_description="${description}"`,
    );
    expect(answer.json).toEqual({ error: 'invalid_request', error_description: description });
  });

  it('does not look for one in the query', async () => {
    const { accessToken } = await newTokens();
    const response = await fetch(
      `${world.members.domain}/oauth2/userInfo?access_token=${accessToken}`,
    );
    expect(response.status).toBe(400);
  });

  it('is invalid_token when it is garbage, tampered with, unsigned, or an ID token', async () => {
    const { accessToken, idToken } = await newTokens();
    const [, payload = ''] = accessToken.split('.');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    const { idToken: idTokenWithScope } = await world.members.tokens(alice.username, {
      client: 'site',
      scope: 'openid',
      claims: { scope: 'openid' },
    });
    const bad = [
      'garbage',
      tamper(accessToken, 'signature'),
      tamper(accessToken, 'payload'),
      unsigned,
      idToken,
      idTokenWithScope,
    ];
    for (const token of bad) {
      const answer = await userInfo(world.members, token);
      expect(answer.status).toBe(401);
      expect(answer.json['error']).toBe('invalid_token');
    }
  });

  it('is invalid_token once it has expired', async () => {
    const { accessToken } = await newTokens();
    world.pools.clock.advance('61m');
    expectInvalid(await userInfo(world.members, accessToken));
  });

  it('is invalid_token once its session is revoked', async () => {
    const { accessToken, refreshToken } = await newTokens();
    await revoke(world.members, 'site', refreshToken);
    expectInvalid(await userInfo(world.members, accessToken));
  });

  it.each<[string, () => void]>([
    ['globally signed out', () => world.members.globalSignOut('alice')],
    ['disabled', () => world.members.setUserEnabled('alice', false)],
    ['deleted', () => world.members.deleteUser('alice')],
  ])('is invalid_token once the user is %s', async (_, change) => {
    const { accessToken } = await newTokens();
    change();
    expectInvalid(await userInfo(world.members, accessToken));
  });

  it('is invalid_token for a token of another pool', async () => {
    const { accessToken } = await newTokens();
    expect((await userInfo(world.master, accessToken)).status).toBe(401);
  });

  it.each<[string, () => Promise<string>]>([
    ['a user', async () => (await newTokens('orders/read')).accessToken],
    ['a machine', async () => world.members.clientCredentialsToken('machine')],
  ])('says so when the token of %s lacks openid', async (_, newToken) => {
    const answer = await userInfo(world.members, await newToken());
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({
      error: 'invalid_token',
      error_description: 'Access token does not contain openid scope',
    });
  });
});
