import { generateKeyPairSync } from 'node:crypto';
import {
  decodeProtectedHeader,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  jwtVerify,
  type JWK,
} from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  basic,
  clientAuthentication,
  type ClientAuthenticationMetadata,
  type ClientCredentials,
} from '../../src/tokens/client-authentication.js';
import { readClientKey } from '../../src/tokens/client-key.js';
import { startOtherProvider, type OtherProvider } from '../support/other-provider.js';

const issuer = 'https://op.example';
const withSecret: ClientCredentials = { clientId: 'site', clientSecret: 'secret' };
const publicClient: ClientCredentials = { clientId: 'site', clientSecret: null };

/** What a request carries once it is authenticated. */
async function sent(
  credentials: ClientCredentials,
  metadata: Partial<ClientAuthenticationMetadata> = {},
  now = Date.now,
): Promise<{ authorization: string | null; body: Record<string, string> }> {
  const body = new URLSearchParams();
  const headers = new Headers();
  await clientAuthentication(credentials, { issuer, ...metadata }, now)(body, headers);
  return { authorization: headers.get('authorization'), body: Object.fromEntries(body) };
}
const listing = (...methods: unknown[]): Partial<ClientAuthenticationMetadata> => ({
  token_endpoint_auth_methods_supported: methods,
});
const usedBasic = { authorization: expect.stringMatching(/^Basic /), body: {} };
const usedPost = {
  authorization: null,
  body: { client_id: 'site', client_secret: 'secret' },
};
const usedNone = { authorization: null, body: { client_id: 'site' } };

describe('client authentication with a secret', () => {
  it('is basic unless the OP lists post alone', async () => {
    for (const metadata of [{}, listing('client_secret_post', 'client_secret_basic')]) {
      expect(await sent(withSecret, metadata)).toEqual(usedBasic);
    }
    const notAList = { token_endpoint_auth_methods_supported: 'client_secret_post' };
    expect(await sent(withSecret, notAList)).toEqual(usedBasic);
    expect(await sent(withSecret, listing('private_key_jwt', 'client_secret_post'))).toEqual(
      usedPost,
    );
  });

  it('is as set, whatever the OP lists', async () => {
    const post = { ...withSecret, clientAuthentication: 'client_secret_post' as const };
    expect(await sent(post, listing('client_secret_basic'))).toEqual(usedPost);
    const inHeader = { ...withSecret, clientAuthentication: 'client_secret_basic' as const };
    expect(await sent(inHeader, listing('tls_client_auth'))).toEqual(usedBasic);
  });

  it.each([
    [['private_key_jwt'], 'private_key_jwt'],
    [['tls_client_auth', 5, 'client_secret_jwt'], 'tls_client_auth, client_secret_jwt'],
    [[], 'nothing'],
    [[5], 'nothing'],
    [['x'.repeat(400)], 'x'.repeat(300)],
  ])('is an error where the OP lists nothing we can do with it: %j', async (methods, has) => {
    await expect(sent(withSecret, listing(...methods))).rejects.toMatchObject({
      code: 'client_authentication_unsupported',
      message: `discovery: token_endpoint_auth_methods_supported has ${has}; we could do client_secret_basic or client_secret_post`,
    });
  });
});

describe('client authentication of a public client', () => {
  it('is none, also where the OP does not list it', async () => {
    for (const metadata of [{}, listing('none'), listing('client_secret_basic')]) {
      expect(await sent(publicClient, metadata)).toEqual(usedNone);
    }
  });

  it('is an error where the OP takes certificates alone', async () => {
    await expect(sent(publicClient, listing('tls_client_auth'))).rejects.toMatchObject({
      code: 'client_authentication_unsupported',
    });
  });
});

describe('client authentication with a key', () => {
  const kinds = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;

  it.each(kinds)('signs an assertion that fits the OP (%s), anew for each request', async (alg) => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const now = Date.UTC(2026, 0, 1);
    const forms = [
      { key: privateKey, kid: 'k' },
      { key: { ...(await exportJWK(privateKey)), kid: 'k' } },
      { key: JSON.stringify({ ...(await exportJWK(privateKey)), kid: 'k', alg }) },
      { key: await exportPKCS8(privateKey), kid: 'k', alg },
    ];
    const ids = new Set<unknown>();
    for (const form of forms) {
      const credentials = { ...publicClient, clientKey: readClientKey(form) };
      const metadata = {
        ...listing('private_key_jwt'),
        token_endpoint_auth_signing_alg_values_supported: [alg],
      };
      const { authorization, body } = await sent(credentials, metadata, () => now);
      expect(authorization).toBeNull();
      expect(body).toMatchObject({
        client_id: 'site',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      });
      const { payload, protectedHeader } = await jwtVerify(body['client_assertion']!, publicKey, {
        currentDate: new Date(now),
      });
      expect(protectedHeader).toMatchObject({ alg, kid: 'k' });
      expect(payload).toMatchObject({
        iss: 'site',
        sub: 'site',
        aud: issuer,
        exp: now / 1000 + 60,
      });
      ids.add(payload.jti);
    }
    expect(ids.size).toBe(forms.length);
  });

  it('uses the algorithm the OP lists where the key can do several', async () => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const clientKey = readClientKey({ key: await exportPKCS8(privateKey) });
    const algOf = async (listed: unknown): Promise<unknown> => {
      const metadata = { token_endpoint_auth_signing_alg_values_supported: listed };
      const { body } = await sent({ ...publicClient, clientKey }, metadata);
      return JSON.parse(
        Buffer.from(body['client_assertion']!.split('.')[0]!, 'base64url').toString(),
      ).alg;
    };
    expect(await algOf(['PS256', 'ES256'])).toBe('PS256');
    expect(await algOf(['PS256', 'RS256'])).toBe('RS256');
    expect(await algOf(undefined)).toBe('RS256');
    await expect(algOf(['ES256'])).rejects.toMatchObject({
      code: 'client_authentication_unsupported',
    });
  });

  it.each(['EdDSA', 'Ed25519'])(
    'signs with an Ed25519 key as the OP calls it: %s',
    async (name) => {
      const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
      for (const key of [privateKey, await exportPKCS8(privateKey)]) {
        const metadata = { token_endpoint_auth_signing_alg_values_supported: [name] };
        const { body } = await sent(
          { ...publicClient, clientKey: readClientKey({ key }) },
          metadata,
        );
        expect(decodeProtectedHeader(body['client_assertion']!).alg).toBe(name);
      }
    },
  );

  it('says whether the key or the algorithm is wrong', async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => readClientKey({ key: pem, alg: 'RS256' })).toThrow(
      'is not for the algorithm in alg',
    );
    const { privateKey } = await generateKeyPair('ES384');
    expect(() => readClientKey({ key: privateKey })).toThrow(
      'is none for RS256, PS256, ES256 or EdDSA',
    );
  });

  it('is an error where the OP lists no private_key_jwt', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const clientKey = readClientKey({ key: privateKey });
    await expect(
      sent({ ...publicClient, clientKey }, listing('client_secret_basic')),
    ).rejects.toMatchObject({ code: 'client_authentication_unsupported' });
  });

  it('takes no key that is public, symmetric, weak, damaged, or for another algorithm', async () => {
    const rsa = await generateKeyPair('RS256', { extractable: true });
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    const other = generateKeyPairSync('x25519').privateKey;
    const pem = { type: 'pkcs8', format: 'pem' } as const;
    const keys: { key: unknown; alg?: 'ES256' }[] = [
      { key: rsa.publicKey },
      { key: await exportJWK(rsa.publicKey) },
      { key: { kty: 'oct', k: 'c2VjcmV0' } },
      { key: weak.export(pem) },
      { key: curve.export(pem) },
      { key: other.export(pem) },
      { key: 'a secret' },
      { key: '{"kty":"RSA"}' },
      { key: '{' },
      { key: 5 },
      { key: null },
      { key: { ...(await exportJWK(rsa.privateKey)), use: 'enc' } },
      { key: { ...(await exportJWK(rsa.privateKey)), alg: 'RS512' } },
      { key: await exportPKCS8(rsa.privateKey), alg: 'ES256' },
      { key: weak.export({ ...pem, cipher: 'aes-256-cbc', passphrase: 'x' }) },
    ];
    for (const each of keys) {
      expect(() => readClientKey(each as { key: JWK })).toThrow(TypeError);
    }
  });
});

describe('the secret in the Authorization header', () => {
  const secrets = [
    'with-hyphens-and_underscores',
    'dots.and~tildes',
    'colon:colon',
    'plus+and space',
    'per%cent%2Fand%',
    'slash/equals==&ampersand',
    "quote'()*!",
    '~`"<>{}|\\^[]#?@;,$',
  ];
  let provider: OtherProvider;
  beforeAll(async () => {
    provider = await startOtherProvider('http://localhost:1', {
      otherClients: secrets.map((secret, index) => ({
        client_id: `client-${index}`,
        client_secret: secret,
        redirect_uris: ['http://localhost:1/callback'],
        grant_types: ['authorization_code'],
      })),
    });
  });
  afterAll(() => provider.stop());

  it.each(secrets.map((secret, index) => [secret, index] as const))(
    'is read as it is by a provider that decodes it: %s',
    async (secret, index) => {
      const response = await fetch(`${provider.issuer}/token`, {
        method: 'POST',
        headers: { authorization: basic(`client-${index}`, secret) },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code: 'none-such',
          redirect_uri: 'http://localhost:1/callback',
        }),
      });
      // Who is not known is told `invalid_client` instead.
      expect(await response.json()).toMatchObject({ error: 'invalid_grant' });
    },
  );

  it('is the same for a provider that does not decode it, as long as it has no letter that needs it', () => {
    const plain = "ABCxyz019-._~!*'()";
    expect(basic('a-client.id', plain)).toBe(
      `Basic ${Buffer.from(`a-client.id:${plain}`).toString('base64')}`,
    );
    const decoded = Buffer.from(basic('a:b', 'c+d %').slice(6), 'base64').toString();
    expect(decoded).toBe('a%3Ab:c%2Bd+%25');
  });
});
