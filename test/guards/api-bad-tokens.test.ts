import { connect } from 'node:net';
import { generateKeyPairSync, sign as signBytes, createHmac, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../support/world.js';

const INVALID = [401, 'invalid_token'] as const;
const UNREADABLE = [400, 'invalid_request'] as const;

type Claims = Record<string, unknown>;
type Header = Record<string, unknown>;

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** What the table's rows are made of: a good token of the pool, taken apart. */
interface Good {
  readonly token: string;
  readonly header: Header;
  readonly claims: Claims;
  readonly parts: readonly [string, string, string];
  /** Signed by the pool, with claims replaced; `null` takes one away. */
  mint(claims: Claims): Promise<string>;
  readonly otherTokens: {
    readonly id: string;
    readonly refresh: string;
    readonly upstream: string;
  };
  readonly publicKeyPem: string;
}

/** Signed with a key nobody publishes. */
function forge(header: Header, claims: Claims, key: KeyObject = foreign.privateKey): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${signBytes('sha256', Buffer.from(input), key).toString('base64url')}`;
}

const seconds = (): number => Math.floor(Date.now() / 1000);

/** Tokens the pool signed, which say the wrong thing. */
const wrongClaims: [string, () => Claims, string][] = [
  ['of another issuer', () => ({ iss: 'https://evil.example' }), 'issuer_mismatch'],
  ['of an issuer with a slash more', () => ({ iss: 'SLASH' }), 'issuer_mismatch'],
  ['of an issuer in a list', () => ({ iss: ['LIST'] }), 'issuer_mismatch'],
  ['without an issuer', () => ({ iss: null }), 'issuer_mismatch'],
  ['for an ID', () => ({ token_use: 'id' }), 'use_wrong'],
  ['for nothing', () => ({ token_use: null }), 'use_wrong'],
  ['for access in a list', () => ({ token_use: ['access'] }), 'use_wrong'],
  ['for Access', () => ({ token_use: 'Access' }), 'use_wrong'],
  ['of a client nobody knows', () => ({ client_id: 'another-client' }), 'client_refused'],
  ['of no client', () => ({ client_id: null }), 'client_refused'],
  ['of an empty client', () => ({ client_id: '' }), 'client_refused'],
  ['of a list of clients', () => ({ client_id: ['CLIENT'] }), 'client_refused'],
  ['with aud instead of client_id', () => ({ client_id: null, aud: 'CLIENT' }), 'client_refused'],
  ['long expired', () => ({ exp: 1 }), 'expired'],
  ['expired beyond the clock tolerance', () => ({ exp: seconds() - 61 }), 'expired'],
  ['that never expires', () => ({ exp: null }), 'expired'],
  ['that expires at a word', () => ({ exp: 'tomorrow' }), 'expired'],
  ['that expires at a number in a string', () => ({ exp: String(seconds() + 600) }), 'expired'],
  ['that expires at a negative time', () => ({ exp: -1 }), 'expired'],
  ['issued an hour ahead', () => ({ iat: seconds() + 3600 }), 'issued_in_future'],
  ['issued at a word', () => ({ iat: 'now' }), 'issued_in_future'],
  ['issued at a date in a list', () => ({ iat: [1] }), 'issued_in_future'],
  ['not valid yet', () => ({ nbf: seconds() + 3600 }), 'issued_in_future'],
  ['not valid before a word', () => ({ nbf: 'later' }), 'issued_in_future'],
  ['of nobody', () => ({ sub: null }), 'subject_invalid'],
  ['of an empty subject', () => ({ sub: '' }), 'subject_invalid'],
  ['of a subject that is a number', () => ({ sub: 7 }), 'subject_invalid'],
  ['of a subject that is an object', () => ({ sub: { id: 'x' } }), 'subject_invalid'],
  ['of a list of subjects', () => ({ sub: ['a', 'b'] }), 'subject_invalid'],
];

/** Tokens the pool did not sign, or that are no tokens. */
const notSigned: [string, (good: Good) => string, string][] = [
  ['signed with another key', ({ header, claims }) => forge(header, claims), 'signature_invalid'],
  [
    'with another subject',
    ({ parts: [h, , s], claims }) => `${h}.${encode({ ...claims, sub: 'admin' })}.${s}`,
    'signature_invalid',
  ],
  [
    'with another scope',
    ({ parts: [h, , s], claims }) => `${h}.${encode({ ...claims, scope: 'orders/read' })}.${s}`,
    'signature_invalid',
  ],
  [
    'with another group',
    ({ parts: [h, , s], claims }) =>
      `${h}.${encode({ ...claims, 'cognito:groups': ['admins'] })}.${s}`,
    'signature_invalid',
  ],
  [
    'with a signature of zeros',
    ({ parts: [h, p] }) => `${h}.${p}.${Buffer.alloc(256).toString('base64url')}`,
    'signature_invalid',
  ],
  [
    'with half a signature',
    ({ parts: [h, p, s] }) => `${h}.${p}.${s.slice(0, 100)}`,
    'signature_invalid',
  ],
  ['with an empty signature', ({ parts: [h, p] }) => `${h}.${p}.`, 'signature_invalid'],
  [
    'with one bit of the signature changed',
    ({ parts: [h, p, s] }) => `${h}.${p}.${s.startsWith('A') ? 'B' : 'A'}${s.slice(1)}`,
    'signature_invalid',
  ],
  [
    'with a member more in the header',
    ({ header, parts: [, p, s] }) => `${encode({ ...header, x: 1 })}.${p}.${s}`,
    'signature_invalid',
  ],
  [
    'with alg none',
    ({ header, parts: [, p] }) => `${encode({ ...header, alg: 'none' })}.${p}.`,
    'algorithm_refused',
  ],
  [
    'with alg None',
    ({ header, parts: [, p] }) => `${encode({ ...header, alg: 'None' })}.${p}.`,
    'algorithm_refused',
  ],
  [
    'with alg none and the signature kept',
    ({ header, parts: [, p, s] }) => `${encode({ ...header, alg: 'none' })}.${p}.${s}`,
    'algorithm_refused',
  ],
  [
    'with the public key as the secret of HS256',
    ({ header, parts: [, p], publicKeyPem }) => {
      const input = `${encode({ ...header, alg: 'HS256' })}.${p}`;
      return `${input}.${createHmac('sha256', publicKeyPem).update(input).digest('base64url')}`;
    },
    'algorithm_refused',
  ],
  [
    'signed with RS512',
    ({ header, claims }) => forge({ ...header, alg: 'RS512' }, claims),
    'algorithm_refused',
  ],
  [
    'signed with PS256',
    ({ header, claims }) => forge({ ...header, alg: 'PS256' }, claims),
    'algorithm_refused',
  ],
  [
    'signed with ES256',
    ({ header, claims }) => forge({ ...header, alg: 'ES256' }, claims, elliptic.privateKey),
    'algorithm_refused',
  ],
  [
    'with alg in lower case',
    ({ header, claims }) => forge({ ...header, alg: 'rs256' }, claims),
    'algorithm_refused',
  ],
  [
    'with a list of algs',
    ({ header, claims }) => forge({ ...header, alg: ['RS256'] }, claims),
    'algorithm_refused',
  ],
  [
    'without an alg',
    ({ header: { alg: _alg, ...header }, claims }) => forge(header, claims),
    'algorithm_refused',
  ],
  [
    'with an unknown kid',
    ({ header, claims }) => forge({ ...header, kid: 'unknown' }, claims),
    'key_unknown',
  ],
  [
    'without a kid',
    ({ header: { kid: _kid, ...header }, claims }) => forge(header, claims),
    'key_unknown',
  ],
  [
    'with an empty kid',
    ({ header, claims }) => forge({ ...header, kid: '' }, claims),
    'key_unknown',
  ],
  [
    'with a kid that is a number',
    ({ header, claims }) => forge({ ...header, kid: 1 }, claims),
    'key_unknown',
  ],
  [
    'with a kid that is a path',
    ({ header, claims }) => forge({ ...header, kid: '../../dev/null' }, claims),
    'key_unknown',
  ],
  [
    'with a kid named like a member of every object',
    ({ header, claims }) => forge({ ...header, kid: '__proto__' }, claims),
    'key_unknown',
  ],
  [
    'with its own key in the header',
    ({ header, claims }) =>
      forge({ ...header, kid: 'own', jwk: foreign.publicKey.export({ format: 'jwk' }) }, claims),
    'key_unknown',
  ],
  [
    'with the address of its own keys',
    ({ header, claims }) =>
      forge({ ...header, kid: 'own', jku: 'https://evil.example/jwks' }, claims),
    'key_unknown',
  ],
  [
    'with critical extensions nobody knows',
    ({ header, claims }) => forge({ ...header, crit: ['exp'] }, claims),
    'malformed',
  ],
  ['of two parts', ({ parts: [h, p] }) => `${h}.${p}`, 'malformed'],
  ['of four parts', ({ token }) => `${token}.x`, 'malformed'],
  ['of five parts, as an encrypted one', ({ token }) => `${token}.x.y`, 'malformed'],
  ['that is a word', () => 'token', 'malformed'],
  ['of dots only', () => '..', 'malformed'],
  [
    'with a header that is no JSON',
    ({ parts: [, p, s] }) => `${encode('{alg')}.${p}.${s}`,
    'malformed',
  ],
  [
    'with a header that is a list',
    ({ parts: [, p, s] }) => `${encode([1])}.${p}.${s}`,
    'malformed',
  ],
  [
    'with a header that is null',
    ({ parts: [, p, s] }) => `${encode('null')}.${p}.${s}`,
    'malformed',
  ],
  ['with an empty header', ({ parts: [, p, s] }) => `.${p}.${s}`, 'malformed'],
  ['of 14,000 letters', () => 'a'.repeat(14_000), 'malformed'],
  ['that is the ID token', ({ otherTokens }) => otherTokens.id, 'use_wrong'],
  ['that is the refresh token', ({ otherTokens }) => otherTokens.refresh, 'malformed'],
  ["that is the other pool's", ({ otherTokens }) => otherTokens.upstream, 'key_unknown'],
];

/** Headers that are not one bearer token. */
const headers: [string, (token: string) => string][] = [
  ['only the scheme', () => 'Bearer'],
  ['the scheme and a space', () => 'Bearer '],
  ['no scheme', (token) => token],
  ['two tokens', (token) => `Bearer ${token} ${token}`],
  ['the scheme twice', (token) => `Bearer Bearer ${token}`],
  ['another before it', (token) => `Bearer x, Bearer ${token}`],
  ['a comma between', (token) => `Bearer ${token},${token}`],
  ['a colon', (token) => `Bearer: ${token}`],
  ['an equals sign', (token) => `Bearer=${token}`],
  ['padding inside', (token) => `Bearer ${token.replace('.', '=.')}`],
  ['quotes', (token) => `Bearer "${token}"`],
  ['a tab', (token) => `Bearer\t${token}`],
  ['a parameter behind', (token) => `Bearer ${token}; realm=x`],
  ['an umlaut', () => 'Bearer \u00fcber'],
];

describe('a request with a bad token', () => {
  let world: World;
  let good: Good;
  const tried: string[] = [];
  beforeAll(async () => {
    world = await startWorld();
    await world.signIn(world.browser());
    const { username } = world.master.users()[0]!;
    const request = { client: 'site', scope: 'openid' };
    const { accessToken, idToken, refreshToken } = await world.master.tokens(username, request);
    const upstream = await world.upstream.tokens('alice', { client: 'master-pool' });
    const parts = accessToken.split('.') as [string, string, string];
    const decode = (part: string): Header =>
      JSON.parse(Buffer.from(part, 'base64url').toString()) as Header;
    good = {
      token: accessToken,
      header: decode(parts[0]),
      claims: decode(parts[1]),
      parts,
      mint: async (claims) =>
        (await world.master.tokens(username, { ...request, claims })).accessToken,
      otherTokens: { id: idToken, refresh: refreshToken, upstream: upstream.accessToken },
      publicKeyPem: foreign.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    };
  });
  afterAll(() => world.stop());

  const send = (authorization: string): Promise<Response> =>
    fetch(`${world.app.url}/api/me`, { headers: { authorization }, redirect: 'manual' });

  async function expectRefusal(
    answer: Response,
    [status, error]: readonly [number, string],
    code: string,
  ): Promise<void> {
    const challenge = answer.headers.get('www-authenticate');
    const body = (await answer.json()) as Record<string, unknown>;
    expect([answer.status, challenge?.split(',')[0], body['code']]).toEqual([
      status,
      `Bearer error="${error}"`,
      code,
    ]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.headers.get('cache-control')).toContain('no-store');
  }

  it('is compared with one whose token is good', async () => {
    expect((await send(`Bearer ${good.token}`)).status).toBe(200);
    expect((await send(`bearer  ${good.token} `)).status).toBe(200);
  });

  it.each(wrongClaims)('%s is refused: %s', async (_name, claims, reason) => {
    const wanted = claims();
    const replaced = JSON.parse(
      JSON.stringify(wanted)
        .replace('SLASH', `${world.master.issuer}/`)
        .replace('LIST', world.master.issuer)
        .replace('CLIENT', world.master.client('site').id),
    ) as Claims;
    const token = await good.mint(replaced);
    tried.push(token);
    await expectRefusal(await send(`Bearer ${token}`), INVALID, `access_token_${reason}`);
  });

  it.each(notSigned)('%s is refused', async (_name, make, reason) => {
    const token = make(good);
    if (token.length > 20) tried.push(token);
    await expectRefusal(await send(`Bearer ${token}`), INVALID, `access_token_${reason}`);
  });

  it.each(headers)('whose Authorization has %s is refused', async (_name, make) => {
    const answer = await send(make(good.token));
    await expectRefusal(answer, UNREADABLE, 'authorization_header_malformed');
  });

  it.each([
    ['Basic', () => 'Basic YWxpY2U6c2VjcmV0'],
    ['nothing', () => ''],
    ['Basic alone', () => 'Basic'],
    ['Digest', () => 'Digest username="alice"'],
    ['DPoP', (token: string) => `DPoP ${token}`],
  ])('whose Authorization has %s brings none', async (_name, make) => {
    const answer = await send(make(good.token));
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'access_token_missing' });
  });

  it('whose Authorization comes twice is refused', async () => {
    tried.push(good.token);
    const answer = await rawRequest(world.app.url, [
      `Authorization: Bearer ${good.token}`,
      `Authorization: Bearer ${good.token}`,
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('authorization_header_malformed');
  });

  it.each(['access_token', 'token', 'authorization'])(
    'whose token is in the address as %s is not looked at',
    async (name) => {
      const answer = await fetch(`${world.app.url}/api/me?${name}=${good.token}`);
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ code: 'access_token_missing' });
    },
  );

  it('is refused in more than sixty ways', () => {
    expect(wrongClaims.length + notSigned.length + headers.length).toBeGreaterThan(60);
  });

  it('is never written down, nor any part of it, and crashes nothing', async () => {
    expect(tried.length).toBeGreaterThan(60);
    const log = world.app.log.join('\n');
    expect(log).toContain('/api/me');
    for (const token of tried) {
      for (const part of token.split('.')) {
        if (part.length > 20) expect(log.includes(part)).toBe(false);
      }
    }
    expect(log).not.toMatch(/"status":5\d\d/);
    expect((await send(`Bearer ${good.token}`)).status).toBe(200);
  });
});

/** As bytes, since no client library sends a header twice. */
async function rawRequest(url: string, lines: readonly string[]): Promise<string> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.end(
    ['GET /api/me HTTP/1.1', 'Host: localhost', ...lines, 'Connection: close', '', ''].join('\r\n'),
  );
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}
