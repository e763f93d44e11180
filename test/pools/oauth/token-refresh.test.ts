import { describe, expect, it } from 'vitest';
import { unverifiedJwt } from '../../support/jwt.js';
import { alice } from '../seed.js';
import { refresh, requestTokens, revoke, tokensIn } from '../token-endpoint.js';
import { useWorld } from '../world.js';

const world = useWorld();

const newTokens = async (client: string) =>
  world.members.tokens(alice.username, { client, scope: 'openid email' });

describe('a refresh', () => {
  it("answers without a refresh token, keys in Cognito's order, and the refresh token stays good", async () => {
    const { refreshToken } = await newTokens('site');
    const first = await refresh(world.members, 'site', refreshToken);
    expect(first.text).toMatch(
      /^\{"id_token":"[\w.-]+","access_token":"[\w.-]+","expires_in":3600,"token_type":"Bearer"\}$/,
    );
    expect((await refresh(world.members, 'site', refreshToken)).status).toBe(200);
  });

  it('keeps the session: same sub, auth_time and origin_jti, new jti and times', async () => {
    const { refreshToken, idToken, accessToken } = await newTokens('site');
    world.pools.clock.advance('30m');
    const after = tokensIn(await refresh(world.members, 'site', refreshToken));

    for (const [old, renewed] of [
      [idToken, after.id_token],
      [accessToken, after.access_token],
    ] as const) {
      const [was, is] = [unverifiedJwt(old).claims, unverifiedJwt(renewed).claims];
      for (const kept of ['sub', 'auth_time', 'origin_jti']) expect(is[kept]).toBe(was[kept]);
      expect(is['jti']).not.toBe(was['jti']);
      expect(Number(is['iat']) - Number(was['iat'])).toBeGreaterThanOrEqual(1800);
    }
  });

  it('keeps the scope that was granted', async () => {
    const { refreshToken } = await newTokens('site');
    const after = tokensIn(await refresh(world.members, 'site', refreshToken));
    expect(unverifiedJwt(after.access_token).claims['scope']).toBe('openid email');
  });

  it('works for a public client and needs the secret of any other', async () => {
    const open = await newTokens('phone-app');
    expect((await refresh(world.members, 'phone-app', open.refreshToken)).status).toBe(200);

    const { refreshToken } = await newTokens('site');
    const grant = { grant_type: 'refresh_token', refresh_token: refreshToken };
    const answer = await requestTokens(world.members, 'site', grant, 'none');
    expect(answer.json['error']).toBe('invalid_client');
  });

  it('never slides: it ends where the sign-in said, however often it was used', async () => {
    const { refreshToken } = await newTokens('brief');
    world.pools.clock.advance('119m');
    expect((await refresh(world.members, 'brief', refreshToken)).status).toBe(200);
    world.pools.clock.advance('2m');
    const answer = await refresh(world.members, 'brief', refreshToken);
    expect(answer.status).toBe(400);
    expect(answer.json['error']).toBe('invalid_grant');
    expect(world.members.isRefreshTokenActive(refreshToken)).toBe(false);
  });
});

describe('a refresh token that must not be accepted', () => {
  it('is a bare invalid_grant when it is garbage', async () => {
    const answer = await refresh(world.members, 'site', 'garbage');
    expect(answer.status).toBe(400);
    expect(answer.text).toBe('{"error":"invalid_grant"}');
  });

  it('is invalid_grant when revoked', async () => {
    const { refreshToken } = await newTokens('site');
    await revoke(world.members, 'site', refreshToken);
    const answer = await refresh(world.members, 'site', refreshToken);
    expect(answer.json['error']).toBe('invalid_grant');
  });

  it('is invalid_grant for another client, and stays good for its own', async () => {
    const { refreshToken } = await newTokens('site');
    const answer = await refresh(world.members, 'shop', refreshToken);
    expect(answer.json['error']).toBe('invalid_grant');
    expect((await refresh(world.members, 'site', refreshToken)).status).toBe(200);
  });

  it('is invalid_grant when it is an access token or an ID token', async () => {
    const { accessToken, idToken } = await newTokens('site');
    for (const token of [accessToken, idToken]) {
      const answer = await refresh(world.members, 'site', token);
      expect(answer.json['error']).toBe('invalid_grant');
    }
  });

  it.each<[string, () => void]>([
    ['globally signed out', () => world.members.globalSignOut('alice')],
    ['disabled', () => world.members.setUserEnabled('alice', false)],
    ['deleted', () => world.members.deleteUser('alice')],
  ])('is invalid_grant once its user is %s', async (_, change) => {
    const { refreshToken } = await newTokens('site');
    change();
    const answer = await refresh(world.members, 'site', refreshToken);
    expect(answer.status).toBe(400);
    expect(answer.json['error']).toBe('invalid_grant');
  });
});

describe('refresh token rotation', () => {
  it('gives a new refresh token each time, and the one before dies at once', async () => {
    const first = await newTokens('rotating');
    const answer = await refresh(world.members, 'rotating', first.refreshToken);
    const second = tokensIn(answer);
    expect(Object.keys(answer.json)).toEqual([
      'id_token',
      'access_token',
      'refresh_token',
      'expires_in',
      'token_type',
    ]);
    expect(second.refresh_token).not.toBe(first.refreshToken);

    const third = tokensIn(await refresh(world.members, 'rotating', second.refresh_token));
    expect(third.refresh_token).not.toBe(second.refresh_token);
    const replay = await refresh(world.members, 'rotating', first.refreshToken);
    expect(replay.status).toBe(400);
    expect(replay.json['error']).toBe('invalid_grant');
  });

  it('lets the one before be used again within the grace period, not after it', async () => {
    const first = await newTokens('graceful');
    tokensIn(await refresh(world.members, 'graceful', first.refreshToken));
    world.pools.clock.advance('9s');
    expect((await refresh(world.members, 'graceful', first.refreshToken)).status).toBe(200);
    world.pools.clock.advance('2s');
    const late = await refresh(world.members, 'graceful', first.refreshToken);
    expect(late.json['error']).toBe('invalid_grant');
  });

  it('answers two refreshes at the same moment when there is a grace period', async () => {
    const { refreshToken } = await newTokens('graceful');
    const answers = await Promise.all(
      [1, 2].map(async () => refresh(world.members, 'graceful', refreshToken)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('does not make the session longer: a successor ends when the first one would have', async () => {
    const { refreshToken } = await newTokens('graceful');
    world.pools.clock.advance('90m');
    const successor = tokensIn(await refresh(world.members, 'graceful', refreshToken));
    world.pools.clock.advance('31m');
    const answer = await refresh(world.members, 'graceful', successor.refresh_token);
    expect(answer.json['error']).toBe('invalid_grant');
  });

  it('ends the whole family when the newest one is revoked', async () => {
    const first = await newTokens('graceful');
    const second = tokensIn(await refresh(world.members, 'graceful', first.refreshToken));
    await revoke(world.members, 'graceful', second.refresh_token);
    for (const token of [first.refreshToken, second.refresh_token]) {
      const answer = await refresh(world.members, 'graceful', token);
      expect(answer.json['error']).toBe('invalid_grant');
    }
  });
});
