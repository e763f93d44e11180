import { describe, expect, it } from 'vitest';
import { verifiedJwt } from '../../support/jwt.js';
import { authorizeUrl, codeIn, openBrowser, signIn } from '../journeys.js';
import { alice, callback } from '../seed.js';
import {
  basic,
  exchangeCode,
  postForm,
  refresh,
  revoke,
  tokensIn,
  userInfo,
} from '../token-endpoint.js';
import { useWorld } from '../world.js';

const world = useWorld();

const newTokens = async (client = 'site') =>
  world.members.tokens(alice.username, { client, scope: 'openid email' });

describe('revoking a refresh token', () => {
  it('answers 200 with nothing, and ends the refresh token and its access tokens at the pool', async () => {
    const { refreshToken, accessToken } = await newTokens();
    const answer = await revoke(world.members, 'site', refreshToken);

    expect(answer.status).toBe(200);
    expect(answer.text).toBe('');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    const refreshed = await refresh(world.members, 'site', refreshToken);
    expect(refreshed.json['error']).toBe('invalid_grant');
    expect((await userInfo(world.members, accessToken)).status).toBe(401);
    expect(world.members.isRefreshTokenActive(refreshToken)).toBe(false);
  });

  it('cannot be seen by somebody who only checks the signature', async () => {
    const { refreshToken, accessToken } = await newTokens();
    await revoke(world.members, 'site', refreshToken);
    await expect(verifiedJwt(accessToken, world.members.issuer)).resolves.toBeDefined();
  });

  it("leaves the user's other sessions alone", async () => {
    const [ended, other] = [await newTokens(), await newTokens()];
    await revoke(world.members, 'site', ended.refreshToken);
    expect((await refresh(world.members, 'site', other.refreshToken)).status).toBe(200);
    expect((await userInfo(world.members, other.accessToken)).status).toBe(200);
  });

  it('leaves the browser session alone', async () => {
    const browser = openBrowser();
    const page = await signIn(browser, world.members, 'site', alice);
    const tokens = tokensIn(await exchangeCode(world.members, 'site', codeIn(page)));
    await revoke(world.members, 'site', tokens.refresh_token);
    const next = await browser.get(authorizeUrl(world.members, 'site'));
    expect(next.url).toMatch(`${callback}?code=`);
  });

  it('works for a public client with its client_id alone', async () => {
    const { refreshToken } = await newTokens('phone-app');
    expect((await revoke(world.members, 'phone-app', refreshToken)).status).toBe(200);
    expect(world.members.isRefreshTokenActive(refreshToken)).toBe(false);
  });

  it('answers 200 for a token it does not know or has revoked already', async () => {
    const { refreshToken } = await newTokens();
    await revoke(world.members, 'site', refreshToken);
    for (const token of [refreshToken, 'unknown']) {
      const answer = await revoke(world.members, 'site', token);
      expect([answer.status, answer.text]).toEqual([200, '']);
    }
  });
});

describe('a revocation that must not happen', () => {
  it('leaves the token of another client alone', async () => {
    const { refreshToken } = await newTokens('site');
    await revoke(world.members, 'shop', refreshToken);
    expect(world.members.isRefreshTokenActive(refreshToken)).toBe(true);
  });

  it('is invalid_request without a token', async () => {
    const answer = await revoke(world.members, 'site', undefined);
    expect(answer.status).toBe(400);
    expect(answer.json['error']).toBe('invalid_request');
  });

  it('is invalid_request when the client has revocation switched off', async () => {
    const { refreshToken } = await newTokens('unrevocable');
    const answer = await revoke(world.members, 'unrevocable', refreshToken);
    expect(answer.status).toBe(400);
    expect(answer.json['error']).toBe('invalid_request');
    expect(world.members.isRefreshTokenActive(refreshToken)).toBe(true);
  });

  it.each(['accessToken', 'idToken'] as const)(
    'is unsupported_token_type for the %s',
    async (kind) => {
      const tokens = await newTokens();
      const answer = await revoke(world.members, 'site', tokens[kind]);
      expect(answer.status).toBe(400);
      expect(answer.json['error']).toBe('unsupported_token_type');
      expect((await userInfo(world.members, tokens.accessToken)).status).toBe(200);
    },
  );

  it('is 401 invalid_client with a wrong secret, or without one', async () => {
    const { refreshToken: token } = await newTokens();
    const { id } = world.members.client('site');
    const url = `${world.members.domain}/oauth2/revoke`;
    for (const answer of [
      await postForm(url, { token }, basic(id, 'wrong')),
      await postForm(url, { token, client_id: id }),
      await postForm(url, { token }),
    ]) {
      expect(answer.status).toBe(401);
      expect(answer.json['error']).toBe('invalid_client');
    }
    expect(world.members.isRefreshTokenActive(token)).toBe(true);
  });
});
