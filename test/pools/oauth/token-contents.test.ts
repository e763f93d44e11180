import { describe, expect, it } from 'vitest';
import { atHash, unverifiedJwt, verifiedJwt } from '../../support/jwt.js';
import { accessTokenOrder, idTokenOrder } from '../claim-order.js';
import { alice } from '../seed.js';
import { signInForTokens } from '../token-endpoint.js';
import { useWorld } from '../world.js';

const world = useWorld();

const frank = { username: 'frank', password: alice.password };

function life(token: string): number {
  const { exp, iat } = unverifiedJwt(token).claims;
  return Number(exp) - Number(iat);
}

describe('both tokens', () => {
  it('have a header of exactly kid and alg, and are signed with different keys', async () => {
    const tokens = await signInForTokens(world.members, 'site', alice);
    const headers = [tokens.id_token, tokens.access_token].map(unverifiedJwt);
    for (const { headerText } of headers) {
      expect(headerText).toMatch(/^\{"kid":"[^"]+","alg":"RS256"\}$/);
    }
    expect(headers[0]?.header['kid']).not.toBe(headers[1]?.header['kid']);
  });

  it('verify against the published keys of their own pool and no other', async () => {
    const { idToken, accessToken } = await world.members.tokens('alice', { client: 'site' });
    for (const token of [idToken, accessToken]) {
      await expect(verifiedJwt(token, world.members.issuer)).resolves.toBeDefined();
      await expect(verifiedJwt(token, world.master.issuer)).rejects.toThrow();
    }
  });

  it('escape every slash in their JSON', async () => {
    const tokens = await signInForTokens(world.members, 'site', alice);
    for (const token of [tokens.id_token, tokens.access_token]) {
      const { payloadText } = unverifiedJwt(token);
      expect(payloadText).toContain(
        `"iss":"${world.members.issuer.replaceAll('/', String.raw`\/`)}"`,
      );
      expect(payloadText).not.toMatch(/[^\\]\//);
    }
  });

  it('share origin_jti and differ in jti', async () => {
    const tokens = await signInForTokens(world.members, 'site', alice);
    const [id, access] = [tokens.id_token, tokens.access_token].map(
      (token) => unverifiedJwt(token).claims,
    );
    expect(id?.['origin_jti']).toMatch(/^[0-9a-f-]{36}$/);
    expect(id?.['origin_jti']).toBe(access?.['origin_jti']);
    expect(id?.['jti']).not.toBe(access?.['jti']);
  });

  it('live as long as the client says', async () => {
    const tokens = await signInForTokens(world.members, 'brief', alice);
    expect(life(tokens.access_token)).toBe(300);
    expect(life(tokens.id_token)).toBe(600);
  });
});

describe('the ID token', () => {
  it('has the claims of Cognito in the order of Cognito', async () => {
    const tokens = await signInForTokens(world.members, 'site', alice, { nonce: 'n-1' });
    const { claims } = await verifiedJwt(tokens.id_token, world.members.issuer);
    const { 'custom:level': level, ...standard } = claims;

    expect(Object.keys(standard)).toEqual(idTokenOrder.filter((name) => name in standard));
    expect(level).toBe('7');
    expect(standard).toMatchObject({
      at_hash: atHash(tokens.access_token),
      sub: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      'cognito:groups': ['admins', 'staff'],
      email_verified: true,
      iss: world.members.issuer,
      'cognito:username': 'alice',
      given_name: 'Alice',
      nonce: 'n-1',
      aud: world.members.client('site').id,
      token_use: 'id',
      name: 'Alice Zoë',
      family_name: 'Zoë',
      email: 'alice@example.com',
    });
    expect(claims['auth_time']).toBeTypeOf('number');
    for (const absent of ['azp', 'c_hash', 'sid', 'typ', 'client_id', 'scope']) {
      expect(claims).not.toHaveProperty([absent]);
    }
  });

  it("returns the nonce as it was sent, and has none when a local user's client sent none", async () => {
    const nonce = 'Zm9v-_.~bar';
    const withNonce = await signInForTokens(world.members, 'site', alice, { nonce });
    const without = await signInForTokens(world.members, 'site', alice);
    expect(unverifiedJwt(withNonce.id_token).claims['nonce']).toBe(nonce);
    expect(unverifiedJwt(without.id_token).claims).not.toHaveProperty('nonce');
  });

  it('invents nothing for a user without attributes and groups', async () => {
    const tokens = await signInForTokens(world.members, 'site', frank);
    const { claims } = unverifiedJwt(tokens.id_token);
    for (const absent of ['cognito:groups', 'email', 'email_verified', 'name', 'identities']) {
      expect(claims).not.toHaveProperty([absent]);
    }
  });

  it('has every attribute for openid alone, and only what was asked for otherwise', async () => {
    const everything = await signInForTokens(world.members, 'site', alice, { scope: 'openid' });
    const mailOnly = await signInForTokens(world.members, 'site', alice, { scope: 'openid email' });
    expect(unverifiedJwt(everything.id_token).claims).toMatchObject({
      email: 'alice@example.com',
      name: 'Alice Zoë',
      'custom:level': '7',
    });
    const { claims } = unverifiedJwt(mailOnly.id_token);
    expect(claims).toMatchObject({ email: 'alice@example.com', email_verified: true });
    for (const absent of ['name', 'given_name', 'family_name', 'custom:level']) {
      expect(claims).not.toHaveProperty([absent]);
    }
  });
});

describe('the access token', () => {
  it('has the claims of Cognito in the order of Cognito, and no aud', async () => {
    const tokens = await signInForTokens(world.members, 'site', alice);
    const { claims } = await verifiedJwt(tokens.access_token, world.members.issuer);

    expect(Object.keys(claims)).toEqual(accessTokenOrder.filter((name) => name in claims));
    expect(claims).toMatchObject({
      sub: unverifiedJwt(tokens.id_token).claims['sub'],
      'cognito:groups': ['admins', 'staff'],
      iss: world.members.issuer,
      version: 2,
      client_id: world.members.client('site').id,
      token_use: 'access',
      scope: 'openid email profile',
      username: 'alice',
    });
    for (const absent of ['aud', 'email', 'identities', 'nonce', 'cognito:username']) {
      expect(claims).not.toHaveProperty([absent]);
    }
  });
});

it("makes refresh tokens that look like Cognito's and say nothing", async () => {
  const { refresh_token: refreshToken } = await signInForTokens(world.members, 'site', alice);
  const [header = '', key = '', iv = '', ciphertext = '', tag = '', ...more] =
    refreshToken.split('.');

  expect(Buffer.from(header, 'base64url').toString()).toBe(
    '{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}',
  );
  expect([key.length, iv.length, tag.length, more.length]).toEqual([342, 16, 22, 0]);
  expect(ciphertext.length).toBeGreaterThan(500);
  expect(Buffer.from(ciphertext, 'base64url').toString('latin1')).not.toContain('alice');
});

it('makes tokens without a flow that differ in nothing from those of one, claims overridden on request', async () => {
  const made = await world.members.tokens('alice', {
    client: 'site',
    scope: 'openid',
    claims: { 'cognito:groups': ['guests'] },
  });
  const { claims } = await verifiedJwt(made.idToken, world.members.issuer);
  expect(claims).toMatchObject({
    'cognito:groups': ['guests'],
    aud: world.members.client('site').id,
    token_use: 'id',
    at_hash: atHash(made.accessToken),
  });
  expect(made.expiresIn).toBe(3600);
  expect(world.members.isRefreshTokenActive(made.refreshToken)).toBe(true);
});
