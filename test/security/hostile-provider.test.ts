import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type RunningApp } from '../support/app.js';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  startHostileProvider,
  type Answer,
  type HostileProvider,
} from './support/hostile-provider.js';
import { signIn, visit } from './support/visitor.js';

let provider: HostileProvider;
let site: RunningApp;
let ahead = 0;
beforeAll(async () => {
  provider = await startHostileProvider();
});
afterAll(() => provider.stop());
beforeEach(async () => {
  ahead = 0;
  provider.behave();
  site = await startApp(
    { ISSUER: provider.issuer, CLIENT_ID, CLIENT_SECRET },
    { now: () => Date.now() + ahead },
  );
});
afterEach(() => site.stop());

const sentAs =
  (contentType: string, body: string | Buffer, headers: Record<string, string> = {}): Answer =>
  (_req, res) =>
    void res.writeHead(200, { 'Content-Type': contentType, ...headers }).end(body);
const redirected =
  (status: number): Answer =>
  (_req, res) =>
    void res.writeHead(status, { Location: `${provider.issuer}/elsewhere` }).end();
const withStatus =
  (status: number, document: object): Answer =>
  (_req, res) =>
    void res
      .writeHead(status, { 'Content-Type': 'application/json' })
      .end(JSON.stringify(document));
const answering =
  (changes: {
    claims?: JWTPayload;
    header?: Partial<JWTHeaderParameters>;
    members?: Record<string, unknown>;
  }): Answer =>
  (_req, _res, body) =>
    provider.tokens(body, changes);
const jwks =
  (keys: (good: Record<string, unknown>) => unknown): Answer =>
  () => ({ keys: keys({ ...provider.jwk }) });
const metadata =
  (changes: Record<string, unknown>): Answer =>
  () => ({ ...provider.metadata, ...changes });

const bearer = async (kid: string, more: object = {}) => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = `${part({ alg: 'RS256', kid })}.${part({ sub: 'x', ...more })}.c2ln`;
  return visit(`${site.url}/api/me`, { headers: { authorization: `Bearer ${token}` } });
};
const timesAsked = (name: string): number => provider.asked.get(name) ?? 0;

const accepted: readonly (readonly [string, string, Answer])[] = [
  ['aud is a list of us alone', '/token', answering({ claims: { aud: [CLIENT_ID] } })],
  ['the header has no kid and there is one key', '/token', answering({ header: { kid: '' } })],
  [
    'the key set also has keys of other kinds and no keys at all',
    '/jwks',
    jwks((good) => [
      null,
      'text',
      5,
      { kty: 'EC', crv: 'P-999', kid: 'good' },
      { kty: 'oct', k: 'AA', kid: 'good' },
      { kty: 'RSA', kid: 'broken' },
      good,
    ]),
  ],
  [
    'discovery says nonsense of client authentication',
    '/.well-known/openid-configuration',
    metadata({ token_endpoint_auth_methods_supported: 5 }),
  ],
  ['expires_in is not even a date', '/token', answering({ members: { expires_in: 1e15 } })],
];

const bomb = gzipSync(`{"a":"${'x'.repeat(20_000_000)}"}`);
const tokenAnswers: readonly (readonly [string, string, Answer])[] = [
  ['a redirect (301)', 'code_exchange_failed', redirected(301)],
  ['a redirect (307)', 'code_exchange_failed', redirected(307)],
  ['a redirect (308)', 'code_exchange_failed', redirected(308)],
  ['HTML', 'code_exchange_failed', sentAs('text/html', '<html>')],
  ['null', 'code_exchange_failed', sentAs('application/json', 'null')],
  ['deep JSON', 'code_exchange_failed', sentAs('application/json', '['.repeat(100_000))],
  ['5 MB', 'provider_unavailable', sentAs('application/json', 'x'.repeat(5_000_000))],
  [
    '20 kB that unpack to 20 MB',
    'provider_unavailable',
    sentAs('application/json', bomb, { 'Content-Encoding': 'gzip' }),
  ],
  ['an error that is no text', 'code_exchange_failed', withStatus(400, { error: { a: 1 } })],
  ['a code nobody may use', 'code_refused', withStatus(400, { error: 'invalid_grant' })],
  ['429', 'provider_unavailable', withStatus(429, { error: 'slow_down' })],
  ['a number for an ID token', 'code_exchange_failed', answering({ members: { id_token: 5 } })],
  ['another token type', 'code_exchange_failed', answering({ members: { token_type: 'mac' } })],
  ['expires_in below zero', 'code_exchange_failed', answering({ members: { expires_in: -1 } })],
  [
    'others beside us in aud, though azp is us',
    'id_token_audience_mismatch',
    answering({ claims: { aud: ['another', CLIENT_ID], azp: CLIENT_ID } }),
  ],
  ['azp of another', 'id_token_audience_mismatch', answering({ claims: { azp: 'another' } })],
  ['sub as a number', 'id_token_malformed', answering({ claims: { sub: 5 as never } })],
  ['crit', 'id_token_algorithm_refused', answering({ header: { crit: ['x'], x: 1 } })],
];

const keySets: readonly (readonly [string, string, Answer])[] = [
  ['no key', 'provider_unavailable', jwks(() => [])],
  ['no list', 'provider_unavailable', jwks(() => ({ good: 1 }))],
  ['nothing', 'provider_unavailable', sentAs('application/json', 'null')],
  ['HTML', 'provider_unavailable', sentAs('text/html', '<html>')],
  ['a redirect', 'provider_unavailable', redirected(302)],
  ['a key that is none', 'id_token_key_unknown', jwks(() => [{ kty: 'RSA', kid: 'good' }])],
];

const discoveries: readonly (readonly [string, string, Answer])[] = [
  ['a redirect', 'provider_unavailable', redirected(302)],
  ['HTML', 'provider_unavailable', sentAs('text/html', '<html>')],
  ['5 MB', 'provider_unavailable', sentAs('application/json', 'x'.repeat(5_000_000))],
  ['null', 'provider_unavailable', sentAs('application/json', 'null')],
  ['another issuer', 'provider_metadata_invalid', metadata({ issuer: 'https://evil.example' })],
  [
    'a slash too many',
    'provider_metadata_invalid',
    () => ({ ...provider.metadata, issuer: `${provider.issuer}/` }),
  ],
  [
    'a script for an endpoint',
    'provider_metadata_invalid',
    metadata({ authorization_endpoint: 'javascript:alert(1)' }),
  ],
  [
    'a list for an endpoint',
    'provider_metadata_invalid',
    metadata({ token_endpoint: ['https://a.example'] }),
  ],
];

const callbacks: readonly (readonly [string, string])[] = [
  ['another issuer', '&iss=https%3A%2F%2Fevil.example'],
  ['an empty issuer', '&iss='],
  ['a repeated state', '&state=x'],
  ['any repeated parameter', '&a=1&a=2'],
  ['a huge parameter', `&a=${'x'.repeat(9000)}`],
];

describe('an OP', () => {
  it.each(accepted)('signs in when %s', async (_what, path, answer) => {
    provider.answers.set(path, answer);
    const callback = await signIn(site.url);
    expect([callback.status, callback.code]).toEqual([302, undefined]);
    const profile = await visit(`${site.url}/profile`, { cookie: callback.cookie });
    expect(profile.status).toBe(200);
  });

  const refused = [
    ...tokenAnswers.map(([what, code, answer]) => [what, '/token', code, answer] as const),
    ...keySets.map(([what, code, answer]) => [what, '/jwks', code, answer] as const),
    ...discoveries.map(
      ([what, code, answer]) => [what, '/.well-known/openid-configuration', code, answer] as const,
    ),
  ];
  it.each(refused)(
    'that answers with %s at %s ends on an error (%s), and the next login works',
    async (_what, path, code, answer) => {
      provider.answers.set(path, answer);
      const failed = await signIn(site.url);
      expect(failed.code).toBe(code);
      expect(failed.cookie).not.toContain('lifeguard=');
      expect(timesAsked('POST /elsewhere') + timesAsked('GET /elsewhere')).toBe(0);
      expect(failed.text + site.log.join('')).not.toContain(CLIENT_SECRET);

      provider.behave();
      expect((await signIn(site.url)).status).toBe(302);
    },
  );

  it('with two keys does not sign in by a token that names neither', async () => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    const other = { ...(await exportJWK(publicKey)), kid: 'other' };
    provider.answers.set(
      '/jwks',
      jwks((good) => [good, other]),
    );
    provider.answers.set('/token', answering({ header: { kid: '' } }));
    expect((await signIn(site.url)).code).toBe('id_token_key_unknown');
  });

  it.each(callbacks)('is not asked for tokens by a callback with %s', async (_what, more) => {
    const callback = await signIn(site.url, more);
    expect([callback.status, callback.code]).toEqual([400, 'callback_malformed']);
    expect(timesAsked('POST /token')).toBe(0);
  });

  it('that rotates its key signs in also during a flood of forged tokens', async () => {
    await signIn(site.url);
    for (let index = 0; index < 8; index += 1) await bearer(`forged-${index}`);
    provider.answers.set(
      '/jwks',
      jwks((good) => [{ ...good, kid: 'rotated' }]),
    );
    provider.answers.set('/token', answering({ header: { kid: 'rotated' } }));
    expect((await signIn(site.url)).status).toBe(302);
  });

  it.each([
    ['never gave its keys', 0],
    ['gave its keys long ago', 11 * 60_000],
  ])('that %s and now fails is not asked once per forged token', async (_what, later) => {
    if (later > 0) await signIn(site.url);
    ahead = later;
    provider.asked.clear();
    provider.answers.set('/jwks', withStatus(500, {}));
    for (let index = 0; index < 20; index += 1) await bearer('good', { index });
    expect(timesAsked('GET /jwks')).toBeLessThanOrEqual(5);

    provider.behave();
    const exp = Math.floor((Date.now() + ahead) / 1000) + 300;
    provider.answers.set('/token', answering({ claims: { exp } }));
    expect((await signIn(site.url)).status).toBe(302);
  });

  it('that does not answer during sign-outs takes no connection away from the next sign-in', async () => {
    const cookies: string[] = [];
    for (let index = 0; index < 36; index += 1) cookies.push((await signIn(site.url)).cookie);
    provider.answers.set('/', () => undefined);
    const headers = { 'sec-fetch-site': 'same-origin' };
    const signOuts = await Promise.all(
      cookies.map((cookie) => visit(`${site.url}/logout`, { method: 'POST', cookie, headers })),
    );
    expect(new Set(signOuts.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await signIn(site.url)).status).toBe(302);
  });

  it.each([
    ['an ID token', { nonce: 'n' }],
    ['a logout token', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }],
  ])('opens the API with an access token and not with %s', async (_what, more) => {
    const iat = Math.floor(Date.now() / 1000);
    const claims = {
      iss: provider.issuer,
      sub: 'alice',
      client_id: CLIENT_ID,
      aud: site.settings.baseUrl,
      iat,
      exp: iat + 300,
    };
    const status = async (all: JWTPayload) => {
      const headers = { authorization: `Bearer ${await provider.sign(all)}` };
      return (await visit(`${site.url}/api/me`, { headers })).status;
    };
    expect(await status(claims)).toBe(200);
    expect(await status({ ...claims, ...more })).toBe(401);
    expect(await status({ ...claims, aud: CLIENT_ID, ...more })).toBe(401);
  });

  it('that changes the user on refresh ends the session, once and for all', async () => {
    const { cookie } = await signIn(site.url);
    provider.answers.set('/token', answering({ claims: { sub: 'mallory' } }));
    const ended = once(site.relyingParty.events, 'session.ended');
    ahead = 301_000;
    const first = await visit(`${site.url}/api/me`, { cookie });
    await ended;
    const second = await visit(`${site.url}/api/me`, { cookie });
    expect(second.status).toBe(401);
    expect(first.text + second.text).not.toContain('mallory');
    expect(timesAsked('POST /token')).toBe(2);
  });
});
