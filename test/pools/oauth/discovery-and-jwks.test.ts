import { describe, expect, it } from 'vitest';
import { request } from 'undici';
import { startPools } from '../../../src/pools/index.js';
import { unverifiedJwt, verifiedJwt } from '../../support/jwt.js';
import { alice, seed } from '../seed.js';
import { useWorld } from '../world.js';

const world = useWorld();

interface Jwks {
  keys: Record<string, string>[];
}

async function publishedKeys(issuer: string): Promise<Jwks['keys']> {
  const jwks: Jwks = JSON.parse(await (await fetch(`${issuer}/.well-known/jwks.json`)).text());
  return jwks.keys;
}

describe('the discovery document', () => {
  it('has exactly the members Cognito publishes, in alphabetical order, as compact JSON', async () => {
    const { issuer, domain } = world.members;
    const response = await fetch(`${issuer}/.well-known/openid-configuration`);

    expect(await response.text()).toBe(
      JSON.stringify({
        authorization_endpoint: `${domain}/oauth2/authorize`,
        end_session_endpoint: `${domain}/logout`,
        id_token_signing_alg_values_supported: ['RS256'],
        issuer,
        jwks_uri: `${issuer}/.well-known/jwks.json`,
        response_types_supported: ['code', 'token'],
        revocation_endpoint: `${domain}/oauth2/revoke`,
        scopes_supported: ['openid', 'email', 'phone', 'profile'],
        subject_types_supported: ['public'],
        token_endpoint: `${domain}/oauth2/token`,
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
        userinfo_endpoint: `${domain}/oauth2/userInfo`,
      }),
    );
    expect(response.status).toBe(200);
  });

  it('may be cached for a day, like the JWKS', async () => {
    const { issuer } = world.members;
    for (const document of ['openid-configuration', 'jwks.json']) {
      const { headers } = await fetch(`${issuer}/.well-known/${document}`);
      expect(headers.get('content-type')).toMatch(/^application\/json/);
      expect(headers.get('cache-control')).toBe('public, max-age=86400');
    }
  });

  it('is on the issuer origin only: the domain answers 404', async () => {
    const { domain } = world.members;
    const atDomain = await fetch(`${domain}/.well-known/openid-configuration`);
    expect(atDomain.status).toBe(404);
  });

  it('does not exist for a pool that does not', async () => {
    const unknown = `${world.pools.url}/eu-west-1_Nobody001/.well-known/openid-configuration`;
    expect((await fetch(unknown)).status).toBeGreaterThanOrEqual(400);
    expect((await fetch(unknown)).status).toBeLessThan(500);
  });

  it('never takes its addresses from the Host header', async () => {
    const { issuer } = world.members;
    const { body } = await request(`${issuer}/.well-known/openid-configuration`, {
      headers: { host: 'evil.example' },
    });
    const text = await body.text();
    expect(text).toContain(`"issuer":"${issuer}"`);
    expect(text).not.toContain('evil.example');
  });
});

describe('the JWKS', () => {
  it('has two RSA-2048 keys per pool, public members only, in alphabetical order', async () => {
    const keys = await publishedKeys(world.members.issuer);
    expect(keys).toHaveLength(2);
    for (const key of keys) {
      expect(Object.keys(key)).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
      expect(key).toMatchObject({ alg: 'RS256', e: 'AQAB', kty: 'RSA', use: 'sig' });
      expect(Buffer.from(key['n'] ?? '', 'base64url')).toHaveLength(256);
    }
    expect(keys[0]?.['kid']).not.toBe(keys[1]?.['kid']);
  });

  it('shares no key between pools', async () => {
    const pools = [world.members, world.master, world.upstream];
    const keys = await Promise.all(pools.map(async ({ issuer }) => publishedKeys(issuer)));
    const moduli = keys.flat().map((key) => key['n']);
    expect(new Set(moduli).size).toBe(6);
  });

  it('marks keys that were shipped for tests by their kid', async () => {
    const keys = await publishedKeys(world.members.issuer);
    for (const { kid } of keys) expect(kid).toMatch(/^test-/);
  });

  it('names generated keys by 32 bytes in standard base64, padding included', async () => {
    await using pools = await startPools({ seed: { pools: seed.pools.slice(0, 1) } });
    for (const { kid } of await publishedKeys(pools.pool('members').issuer)) {
      expect(kid).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    }
  });

  it('changes when the pool rotates its keys: the earlier tokens no longer verify', async () => {
    const { members } = world;
    const before = await members.tokens(alice.username, { client: 'site' });
    await members.rotateKeys();
    const after = await members.tokens(alice.username, { client: 'site' });

    await expect(verifiedJwt(before.idToken, members.issuer)).rejects.toThrow();
    await expect(verifiedJwt(after.idToken, members.issuer)).resolves.toBeDefined();
    expect(unverifiedJwt(after.idToken).header['kid']).not.toBe(
      unverifiedJwt(before.idToken).header['kid'],
    );
  });

  it('keeps the earlier keys beside the new ones when asked to', async () => {
    const { members } = world;
    const before = await members.tokens(alice.username, { client: 'site' });
    await members.rotateKeys({ keepOld: true });
    const after = await members.tokens(alice.username, { client: 'site' });

    await expect(verifiedJwt(before.idToken, members.issuer)).resolves.toBeDefined();
    await expect(verifiedJwt(after.idToken, members.issuer)).resolves.toBeDefined();
    expect(await publishedKeys(members.issuer)).toHaveLength(4);
  });
});
