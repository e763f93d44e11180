import { generateKeyPairSync, sign as signWith } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { CompactSign, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createProvider, type Provider } from '../../src/relying-party/provider/discovery.js';
import { signedClaims, type TokenKind } from '../../src/tokens/signed-claims.js';

const ours = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;
type Ours = (typeof ours)[number];
const kinds: readonly TokenKind[] = ['id_token', 'access_token', 'logout_token'];

describe('the algorithm of a signature', () => {
  const pairs = new Map<string, { privateKey: CryptoKey; jwk: JWK }>();
  beforeAll(async () => {
    for (const alg of [...ours, 'RS512', 'ES384']) {
      const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
      pairs.set(alg, { privateKey, jwk: await exportJWK(publicKey) });
    }
  });
  const publicKeyOf = (alg: string): JWK => pairs.get(alg)!.jwk;

  /** An issuer with one key; its metadata announce what a test wants. */
  function issuerWith(jwk: JWK, announced: unknown, issuer = 'https://op.example'): Provider {
    const documents: Record<string, object> = {
      [`${issuer}/.well-known/openid-configuration`]: {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        id_token_signing_alg_values_supported: announced,
      },
      [`${issuer}/jwks`]: { keys: [{ kid: 'the-key', ...jwk }] },
    };
    return createProvider({
      option: 'issuer',
      issuer,
      clientId: 'site',
      clientSecrets: null,
      fetch: async (url) => Response.json(documents[new Request(url).url]),
      now: Date.now,
      events: new EventEmitter(),
    });
  }

  const sign = (alg: string, header: { kid?: string } = { kid: 'the-key' }): Promise<string> =>
    new CompactSign(Buffer.from('{"sub":"alice"}'))
      .setProtectedHeader({ alg, ...header })
      .sign(pairs.get(alg)!.privateKey);

  /** The claims, or the code of the refusal. */
  const read = (token: string, { keys }: Provider, kind: TokenKind = 'id_token') =>
    signedClaims(token, kind, keys).then(
      ({ claims }) => claims['sub'],
      (error: { code: string }) => error.code,
    );

  it('a key that is shorter than RFC 7518 wants is no key, and that is said of it and not of the token', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const op = issuerWith(publicKey.export({ format: 'jwk' }), ['RS256']);
    const input = ['{"alg":"RS256","kid":"the-key"}', '{"sub":"alice"}']
      .map((part) => Buffer.from(part).toString('base64url'))
      .join('.');
    const signature = signWith('sha256', Buffer.from(input), privateKey).toString('base64url');
    const failure = signedClaims(`${input}.${signature}`, 'id_token', op.keys);
    await expect(failure).rejects.toMatchObject({
      code: 'id_token_key_unknown',
      message: expect.stringContaining('2048 bits'),
    });
  });

  for (const alg of ours) {
    it(`${alg} is taken where the issuer announces it, for each kind of token, with and without a kid`, async () => {
      const op = issuerWith(publicKeyOf(alg), [alg, 'HS256', 'none']);
      for (const kind of kinds) expect(await read(await sign(alg), op, kind)).toBe('alice');
      expect(await read(await sign(alg, {}), op)).toBe('alice');
    });

    it(`${alg} is refused where the issuer announces all others`, async () => {
      const others = ours.filter((each) => each !== alg);
      const op = issuerWith(publicKeyOf(alg), others);
      for (const kind of kinds) {
        const code = await read(await sign(alg), op, kind);
        // A set without a key for the others is no key set at all.
        expect([`${kind}_algorithm_refused`, 'provider_unavailable']).toContain(code);
      }
    });
  }

  it('is RS256 alone where the issuer announces nothing, or no list', async () => {
    for (const announced of [undefined, 'PS256', { 0: 'PS256' }]) {
      const op = issuerWith(publicKeyOf('RS256'), announced);
      expect(await read(await sign('RS256'), op)).toBe('alice');
      const other = await sign('PS256');
      expect(await read(other, op)).toBe('id_token_algorithm_refused');
    }
  });

  it('is RS256 alone at a user pool, whatever it announces', async () => {
    const pool = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123xyz';
    const op = issuerWith(publicKeyOf('RS256'), [...ours], pool);
    expect(await read(await sign('RS256'), op)).toBe('alice');
    for (const alg of ours.slice(1)) {
      expect(await read(await sign(alg), op)).toBe('id_token_algorithm_refused');
    }
  });

  it('none, HS256 and others are refused although the issuer announces them', async () => {
    const announced = [...ours, 'none', 'HS256', 'RS512', 'ES384', '__proto__', 'constructor'];
    const rsa = issuerWith(publicKeyOf('RS256'), announced);
    const part = (value: unknown): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = (alg: unknown): string =>
      `${part({ alg, kid: 'the-key' })}.${part({ sub: 'alice' })}.`;
    for (const alg of ['none', 'None', 'RS1', 'rs256', '__proto__', 'constructor', 5, null]) {
      expect(await read(unsigned(alg), rsa)).toBe('id_token_algorithm_refused');
    }
    const secret = Buffer.from(JSON.stringify(publicKeyOf('RS256')));
    const withPublicKeyAsSecret = await new CompactSign(Buffer.from('{"sub":"alice"}'))
      .setProtectedHeader({ alg: 'HS256', kid: 'the-key' })
      .sign(secret);
    expect(await read(withPublicKeyAsSecret, rsa)).toBe('id_token_algorithm_refused');
    for (const alg of ['RS512', 'ES384']) {
      expect(await read(await sign(alg), rsa)).toBe('id_token_algorithm_refused');
    }
  });

  /** Keys that are not for the algorithm of the token, by what speaks against it. */
  const misfits: [string, Ours, (fitting: JWK) => JWK][] = [
    ['alg of another algorithm of the same kind', 'RS256', (jwk) => ({ ...jwk, alg: 'PS256' })],
    ['alg the other way round', 'PS256', (jwk) => ({ ...jwk, alg: 'RS256' })],
    ['alg for encryption', 'RS256', (jwk) => ({ ...jwk, alg: 'RSA-OAEP-256' })],
    ['another kty', 'ES256', () => publicKeyOf('RS256')],
    ['another curve', 'ES256', () => publicKeyOf('ES384')],
    ['a curve that only claims to be the right one', 'EdDSA', (jwk) => ({ ...jwk, crv: 'X25519' })],
    ['use for encryption', 'EdDSA', (jwk) => ({ ...jwk, use: 'enc' })],
    ['key_ops without verify', 'ES256', (jwk) => ({ ...jwk, key_ops: ['sign'] })],
    ['key_ops that is no list', 'RS256', (jwk) => ({ ...jwk, key_ops: 'verify' as never })],
    ['a symmetric key', 'RS256', () => ({ kty: 'oct', k: 'c2VjcmV0' })],
  ];
  it.each(misfits)('does not use a key with %s (%s)', async (_what, alg, misfit) => {
    const op = issuerWith(misfit(publicKeyOf(alg)), [...ours]);
    const refusals = ['id_token_algorithm_refused', 'id_token_key_unknown', 'provider_unavailable'];
    expect(refusals).toContain(await read(await sign(alg), op));
    expect(refusals).toContain(await read(await sign(alg, {}), op));
  });

  it('uses a key that says alg, use and key_ops as they should be, private members left aside', async () => {
    for (const alg of ours) {
      const jwk = await exportJWK(pairs.get(alg)!.privateKey);
      const op = issuerWith({ ...jwk, alg, use: 'sig', key_ops: ['sign', 'verify'] }, [alg]);
      expect(await read(await sign(alg), op)).toBe('alice');
    }
  });

  it('EdDSA over Ed25519 and Ed25519 are one algorithm to a key, but each must be announced', async () => {
    const named = { ...publicKeyOf('EdDSA'), alg: 'Ed25519' };
    expect(await read(await sign('EdDSA'), issuerWith(named, ['EdDSA']))).toBe('alice');
    expect(await read(await sign('EdDSA'), issuerWith(named, ['Ed25519']))).toBe(
      'id_token_algorithm_refused',
    );
  });

  it('of an issuer that announces none of ours is an error of its metadata, before anybody signs in', async () => {
    for (const announced of [[], ['HS256', 'none'], ['RS512']]) {
      const op = issuerWith(publicKeyOf('RS256'), announced);
      await expect(op.configuration()).rejects.toMatchObject({
        code: 'provider_metadata_invalid',
        message: expect.stringContaining('id_token_signing_alg_values_supported'),
      });
    }
  });
});
