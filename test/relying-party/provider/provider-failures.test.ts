import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createRelyingParty,
  type RelyingParty,
  type RelyingPartyEvents,
} from '../../../src/index.js';
import { reasonOf } from '../../../src/relying-party/provider/calls/reason.js';
import { MemoryStore } from '../../../src/sessions/stores/memory-store.js';
import { signedIn, type SignedInUser } from '../../../src/testing/index.js';
import { createCertificate, type Certificate } from '../../support/nginx.js';

/*
 * What the log says of each failure between us and a provider: the endpoint, the address, and the
 * cause in words, for whoever reads it at three in the morning; and nothing that was sent or
 * received.
 */

const SECRETS = ['hunter2-client-secret', 'hunter2-code', 'hunter2-in-the-answer'];
const [CLIENT_SECRET, CODE, ANSWER] = SECRETS as [string, string, string];

type Answer = readonly [status: number, type: string, body: string, challenge?: string | undefined];
const html: Answer = [200, 'text/html', `<h1>${ANSWER}</h1>`];
const error = (status: number, body: object, challenge?: string): Answer => [
  status,
  'application/json',
  JSON.stringify({ access_token: ANSWER, ...body }),
  challenge,
];

let op: Server;
let tls: Server;
let certificate: Certificate;
let issuer: string;
let tlsOrigin: string;
/** Where nobody listens. */
let nobody: string;
let metadata: Record<string, unknown>;
let answers: Record<string, Answer | 'cut'>;
let rp: RelyingParty;
const details: string[] = [];

const originOf = (server: Server, scheme: string): string =>
  `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function listening(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

const serve: RequestListener = (req, res) => {
  const path = req.url!.split('?')[0]!;
  const answer = answers[path] ?? answers['*'];
  if (answer === 'cut') return void req.socket.destroy();
  if (answer !== undefined) {
    const [status, type, body, challenge] = answer;
    const headers = challenge === undefined ? {} : { 'www-authenticate': challenge };
    res.writeHead(status, { 'content-type': type, ...headers }).end(body);
  } else if (path === '/.well-known/openid-configuration') {
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(metadata));
  } else res.writeHead(200).end();
};

beforeAll(async () => {
  certificate = createCertificate('idp.example');
  op = await listening(createServer(serve));
  tls = await listening(
    createTlsServer({ cert: certificate.certificate, key: certificate.key }, serve),
  );
  const closed = await listening(createServer());
  nobody = originOf(closed, 'http');
  await new Promise((resolve) => closed.close(resolve));
  issuer = originOf(op, 'http');
  tlsOrigin = originOf(tls, 'https');
});
afterEach(() => rp.close());
afterAll(async () => {
  for (const server of [op, tls]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  certificate.remove();
});

/** A relying party whose provider fails as told. */
function startWith(faults: { metadata?: object; answers?: typeof answers; issuer?: string }): void {
  metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    ...faults.metadata,
  };
  answers = faults.answers ?? {};
  details.length = 0;
  rp = createRelyingParty({
    issuer: faults.issuer ?? issuer,
    clientId: 'client',
    clientSecret: CLIENT_SECRET,
    baseUrl: 'http://127.0.0.1',
    session: {
      secrets: ['a secret for tests only - more than 32 bytes'],
      store: new MemoryStore({ now: Date.now }),
    },
  });
  rp.events.on('login.failed', ({ detail }) => details.push(detail));
}

const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

async function signIn(): Promise<void> {
  const app = express().use(rp.routes);
  const login = await request(app).get('/login').set(page);
  if (login.status !== 302) return;
  const state = new URL(login.headers['location'] as string).searchParams.get('state')!;
  const [cookie = ''] = login.headers['set-cookie'] as unknown as string[];
  await request(app)
    .get(`/callback?code=${CODE}&state=${state}`)
    .set({ ...page, cookie: cookie.split(';')[0]! });
}

describe('what the operator is told of a sign-in that failed, because', () => {
  it.each<[string, () => Parameters<typeof startWith>[0], RegExp]>([
    [
      'the issuer has no address',
      () => ({ issuer: 'https://idp.invalid/pool' }),
      /^discovery of options\.issuer: .*(?:ENOTFOUND|EAI_AGAIN) idp\.invalid.*asked: https:\/\/idp\.invalid\/pool\/\.well-known/,
    ],
    [
      'nobody listens at the issuer',
      () => ({ issuer: nobody }),
      /^discovery of options\.issuer: .*ECONNREFUSED 127\.0\.0\.1:\d+ \(asked: http:\/\/127\.0\.0\.1:\d+\/\.well-known/,
    ],
    [
      'nobody vouches for the certificate',
      () => ({ issuer: tlsOrigin }),
      /^discovery of options\.issuer: .*self-signed certificate.*asked: https:\/\/127\.0\.0\.1:\d+\/\.well-known/,
    ],
    [
      'https was spoken to a port without it',
      () => ({ issuer: issuer.replace('http:', 'https:') }),
      /^discovery of options\.issuer: .*SSL.*asked: https:/,
    ],
    [
      'discovery answers 404',
      () => ({ answers: { '*': [404, 'text/html', ANSWER] } }),
      /^discovery of options\.issuer: .+: status 404, text\/html \(asked: .+\/\.well-known\/openid-configuration\)$/,
    ],
    [
      'discovery answers with a page',
      () => ({ answers: { '/.well-known/openid-configuration': html } }),
      /^discovery of options\.issuer: .+: status 200, text\/html \(asked: .+\/\.well-known\/openid-configuration\)$/,
    ],
    [
      'discovery answers with what is no JSON',
      () => ({
        answers: { '/.well-known/openid-configuration': [200, 'application/json', `{"${ANSWER}`] },
      }),
      /^discovery of options\.issuer: .+: not JSON \(asked: .+\/\.well-known\/openid-configuration\)$/,
    ],
    [
      'the connection is cut at discovery',
      () => ({ answers: { '*': 'cut' } }),
      /^discovery of options\.issuer: .*(?:other side closed|ECONNRESET).*asked: .+openid-configuration\)$/,
    ],
    [
      'the metadata is another issuer’s',
      () => ({ metadata: { issuer: 'https://other.example' } }),
      /^discovery: issuer is not the configured one/,
    ],
    [
      'the metadata has no token endpoint',
      () => ({ metadata: { token_endpoint: undefined } }),
      /^discovery: token_endpoint is missing/,
    ],
    [
      'the token endpoint has no address',
      () => ({ metadata: { token_endpoint: 'https://token.invalid/token' } }),
      /^token endpoint: .*(?:ENOTFOUND|EAI_AGAIN) token\.invalid.*asked: https:\/\/token\.invalid\/\)$/,
    ],
    [
      'nobody listens at the token endpoint',
      () => ({ metadata: { token_endpoint: `${nobody}/token` } }),
      /^token endpoint: .*ECONNREFUSED 127\.0\.0\.1:\d+ \(asked: http:\/\/127\.0\.0\.1:\d+\/\)$/,
    ],
    [
      'the token endpoint’s certificate is not to be trusted',
      () => ({ metadata: { token_endpoint: `${tlsOrigin}/token` } }),
      /^token endpoint: .*self-signed certificate.*asked: https:.+\/token\)$/,
    ],
    [
      'the client secret is wrong',
      () => ({ answers: { '/token': error(401, { error: 'invalid_client' }) } }),
      /^token endpoint: 401 invalid_client: status 401, application\/json \(asked: .+\/token\)$/,
    ],
    [
      'the client secret is wrong, and it says so as RFC 6749 has it',
      () => ({
        answers: { '/token': error(401, { error: 'invalid_client' }, 'Basic realm="op"') },
      }),
      /^token endpoint: 401 invalid_client: status 401, application\/json \(asked: .+\/token\)$/,
    ],
    [
      'a gateway asks for a password',
      () => ({ answers: { '/token': [503, 'text/html', ANSWER, 'Basic realm="gateway"'] } }),
      /^token endpoint: .+: status 503, text\/html \(asked: .+\/token\)$/,
    ],
    [
      'the pushed request is refused',
      () => ({
        metadata: {
          pushed_authorization_request_endpoint: `${issuer}/par`,
          require_pushed_authorization_requests: true,
        },
        answers: { '/par': error(401, { error: 'invalid_client' }, 'Basic realm="op"') },
      }),
      /^pushed authorization request: 401 invalid_client: status 401, .+\(asked: .+\/par\)$/,
    ],
    [
      'the code is refused',
      () => ({
        answers: {
          '/token': error(400, { error: 'invalid_grant', error_description: 'used already' }),
        },
      }),
      /^token endpoint: 400 invalid_grant \(used already\): .+\(asked: .+\/token\)$/,
    ],
    [
      'the code is refused in words that are not for a terminal',
      () => ({
        answers: {
          '/token': error(400, {
            error: 'invalid_grant',
            error_description: `\u009b\u202e\u2028\n${'x'.repeat(4000)}`,
          }),
        },
      }),
      /^token endpoint: 400 invalid_grant \(\\u\{9b\}\\u\{202e\}\\u\{2028\}\\u\{a\}x+: status 400, application\/json \(asked: .+\/token\)$/,
    ],
    [
      'it authenticates clients in ways that are not for a terminal',
      () => ({
        metadata: { token_endpoint_auth_methods_supported: ['\u009b', 'x'.repeat(4000)] },
      }),
      /^discovery: token_endpoint_auth_methods_supported has \\u\{9b\}, x+; we could do/,
    ],
    [
      'the token endpoint has an address without end',
      () => ({ metadata: { token_endpoint: `${issuer}/${'x'.repeat(4000)}` } }),
      /^discovery: token_endpoint is longer than 512 characters/,
    ],
    [
      'the provider throttles us',
      () => ({ answers: { '/token': [429, 'text/plain', ANSWER] } }),
      /^token endpoint: .+: status 429, text\/plain \(asked: .+\/token\)$/,
    ],
    [
      'a gateway answers for the token endpoint',
      () => ({ answers: { '/token': [502, 'text/html', ANSWER] } }),
      /^token endpoint: .+: status 502, text\/html \(asked: .+\/token\)$/,
    ],
    [
      'the token endpoint answers with a page',
      () => ({ answers: { '/token': html } }),
      /^token endpoint: .+: status 200, text\/html \(asked: .+\/token\)$/,
    ],
    [
      'the token endpoint answers with what is no JSON',
      () => ({ answers: { '/token': [200, 'application/json', `{"${ANSWER}`] } }),
      /^token endpoint: .+: not JSON \(asked: .+\/token\)$/,
    ],
    [
      'the connection is cut at the token endpoint',
      () => ({ answers: { '/token': 'cut' } }),
      /^token endpoint: .*(?:other side closed|ECONNRESET).*asked: .+\/token\)$/,
    ],
  ])('%s', async (_name, faults, told) => {
    startWith(faults());
    await signIn();
    expect(details).toHaveLength(1);
    expect(details[0]).toMatch(told);
    for (const secret of SECRETS) expect(details[0]).not.toContain(secret);
    expect(details[0]!.length).toBeLessThan(600);
  });
});

describe('what the operator is told of an answer of the browser', () => {
  const bring = async (answer: string): Promise<void> => {
    const app = express().use(rp.routes);
    const login = await request(app).get('/login').set(page);
    const state = new URL(login.headers['location'] as string).searchParams.get('state')!;
    const [cookie = ''] = login.headers['set-cookie'] as unknown as string[];
    await request(app)
      .get(`/callback?state=${state}${answer}`)
      .set({ ...page, cookie: cookie.split(';')[0]! });
  };

  it.each([
    ['', 'neither code nor error'],
    ['&code=', 'neither code nor error'],
    [`&code=${CODE}&id_token=${ANSWER}`, 'response or id_token, which nobody asked for'],
    [`&code=${CODE}&response=${ANSWER}`, 'response or id_token, which nobody asked for'],
  ])('that cannot be one to our request (%s)', async (answer, told) => {
    startWith({});
    await bring(answer);
    expect(details).toEqual([`unverified, the browser brought ${told}`]);
  });

  it('that has no iss where discovery announces it, with the words it brought', async () => {
    startWith({ metadata: { authorization_response_iss_parameter_supported: true } });
    const told = once(rp.events, 'login.stray_error');
    await bring('&error=access_denied&error_description=because');
    expect(details).toEqual([
      'unverified, the browser brought no iss, although discovery announces it',
    ]);
    expect(JSON.stringify(await told)).toContain('because');
    await bring(`&error=access_denied&iss=${encodeURIComponent(issuer)}`);
    expect(details[1]).toContain('access_denied');
    expect(details[1]).not.toContain('no iss');
  });
});

describe('what the operator is told of a key set', () => {
  const jwt = (): string => {
    const part = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iss: issuer, client_id: 'client', exp: 9_999_999_999, sub: 'a' };
    return `${part({ alg: 'RS256', kid: 'x', typ: 'at+jwt' })}.${part(claims)}.c2ln`;
  };

  it.each<[string, () => Parameters<typeof startWith>[0], RegExp]>([
    [
      'whose host has no address',
      () => ({ metadata: { jwks_uri: 'https://keys.invalid/jwks' } }),
      /^JWKS: .*(?:ENOTFOUND|EAI_AGAIN) keys\.invalid.*asked: https:\/\/keys\.invalid\/jwks\)$/,
    ],
    [
      'that is not there',
      () => ({ answers: { '/jwks': [404, 'text/html', ANSWER] } }),
      /^JWKS: another status than 200: status 404, text\/html \(asked: .+\/jwks\)$/,
    ],
    [
      'that is a page',
      () => ({ answers: { '/jwks': html } }),
      /^JWKS: not JSON \(asked: .+\/jwks\)$/,
    ],
    [
      'without keys',
      () => ({ answers: { '/jwks': [200, 'application/json', `{"a":"${ANSWER}"}`] } }),
      /^JWKS: no "keys" in the document: status 200, application\/json \(asked: .+\/jwks\)$/,
    ],
  ])('%s', async (_name, faults, told) => {
    startWith(faults());
    const failure = await rp.verifyAccessToken(jwt()).catch((reason: unknown) => reason as Error);
    const { message } = failure as Error;
    expect(message).toMatch(told);
    for (const secret of SECRETS) expect(message).not.toContain(secret);
  });
});

describe('what the operator is told of a session’s', () => {
  const endpoints = (): object => ({
    revocation_endpoint: `${issuer}/revoke`,
    userinfo_endpoint: `${issuer}/userinfo`,
  });
  type Failure = readonly [
    name: string,
    faults: () => Parameters<typeof startWith>[0],
    told: RegExp,
  ];
  const failuresAt = (endpoint: string, path: string): Failure[] => [
    [
      'does not know the client',
      () => ({ answers: { [path]: error(401, { error: 'invalid_client' }, 'Basic realm="op"') } }),
      path === '/userinfo'
        ? /^userinfo endpoint: /
        : new RegExp(`^${endpoint}: 401 invalid_client`),
    ],
    [
      'is not there',
      () => ({ answers: { [path]: [404, 'text/html', ANSWER] } }),
      new RegExp(`^${endpoint}: .*(?:status )?404`),
    ],
    [
      'is a gateway’s',
      () => ({ answers: { [path]: [502, 'text/html', ANSWER] } }),
      new RegExp(`^${endpoint}: .*(?:status )?502`),
    ],
    [
      'cuts the connection',
      () => ({ answers: { [path]: 'cut' } }),
      new RegExp(`^${endpoint}: .*(?:other side closed|ECONNRESET)`),
    ],
    [
      'has nobody who listens',
      () => ({ metadata: { [NAMES[path]!]: `${nobody}${path}` } }),
      new RegExp(`^${endpoint}: .*ECONNREFUSED 127\\.0\\.0\\.1:\\d+`),
    ],
  ];
  const NAMES: Readonly<Record<string, string>> = {
    '/token': 'token_endpoint',
    '/revoke': 'revocation_endpoint',
    '/userinfo': 'userinfo_endpoint',
  };
  const expectTold = (told: string, pattern: RegExp): void => {
    expect(told).toMatch(pattern);
    for (const secret of [...SECRETS, 'held-refresh', 'held-access']) {
      expect(told).not.toContain(secret);
    }
    expect(told.length).toBeLessThan(600);
  };
  const signInWith = async (faults: Parameters<typeof startWith>[0]): Promise<SignedInUser> => {
    startWith({ ...faults, metadata: { ...endpoints(), ...faults.metadata } });
    const idToken = `e30.${Buffer.from('{"sub":"x"}').toString('base64url')}.`;
    const tokens = {
      idToken,
      accessToken: 'held-access',
      refreshToken: 'held-refresh',
      expiresIn: 3600,
    };
    return signedIn(rp, { tokens });
  };

  it.each(failuresAt('token endpoint', '/token'))(
    'refresh, when the token endpoint %s',
    async (_name, faults, told) => {
      const user = await signInWith(faults());
      const failed = once(rp.events, 'session.refresh_failed');
      await user.expireTokens();
      await request(express().use(rp.requireSession())).get('/').set(user.headers);
      const [{ detail, permanent }] =
        (await failed) as RelyingPartyEvents['session.refresh_failed'];
      expect(permanent).toBe(false);
      expectTold(detail, told);
    },
  );

  it.each(failuresAt('revocation endpoint', '/revoke'))(
    'end, when the revocation endpoint %s',
    async (_name, faults, told) => {
      const user = await signInWith(faults());
      const failed = once(rp.events, 'logout.revocation_failed');
      await request(express().use(rp.routes)).post('/logout').set(user.headers);
      const [{ detail }] = (await failed) as RelyingPartyEvents['logout.revocation_failed'];
      expectTold(detail, told);
    },
  );

  it.each([
    [400, 'invalid_grant', undefined],
    [401, 'invalid_grant', 'Bearer error="invalid_token"'],
    [400, 'invalid_grant', 'Basic realm="op"'],
    [400, 'interaction_required', undefined],
    [400, 'login_required', undefined],
    [400, 'consent_required', undefined],
    [400, 'account_selection_required', undefined],
    [403, 'access_denied', undefined],
  ])('refresh ends it when the answer is %i %s (%s)', async (status, name, challenge) => {
    const user = await signInWith({
      answers: { '/token': error(status, { error: name }, challenge) },
    });
    const failed = once(rp.events, 'session.refresh_failed');
    await user.expireTokens();
    const guarded = express().use(rp.requireSession());
    expect((await request(guarded).get('/').set(user.headers)).status).toBe(401);
    const [{ permanent }] = (await failed) as RelyingPartyEvents['session.refresh_failed'];
    expect(permanent).toBe(true);
  });

  it.each([
    [401, 'invalid_client'],
    [400, 'unauthorized_client'],
    [400, 'unsupported_grant_type'],
    [400, 'invalid_request'],
    [400, 'invalid_scope'],
    [503, 'access_denied'],
    [429, 'invalid_grant'],
  ])('refresh, refused for what is ours or will pass: %i %s', async (status, name) => {
    const user = await signInWith({ answers: { '/token': error(status, { error: name }) } });
    const failed = once(rp.events, 'session.refresh_failed');
    await user.expireTokens();
    const guarded = express().use(rp.requireSession(), (_req, res) => void res.send('in'));
    expect((await request(guarded).get('/').set(user.headers)).text).toBe('in');
    const [{ permanent }] = (await failed) as RelyingPartyEvents['session.refresh_failed'];
    expect(permanent).toBe(false);
  });

  it('freshness, when there is no userinfo endpoint', async () => {
    const user = await signInWith({ metadata: { userinfo_endpoint: undefined } });
    const failed = once(rp.events, 'request.failed');
    const app = express().use(rp.requireSession({ fresh: true }), rp.errorHandler);
    await request(app).get('/').set(user.headers);
    const [{ err }] = (await failed) as RelyingPartyEvents['request.failed'];
    expectTold((err as Error).message, /^userinfo endpoint: discovery names no userinfo_endpoint$/);
  });

  it.each(failuresAt('userinfo endpoint', '/userinfo').slice(1))(
    'freshness, when the userinfo endpoint %s',
    async (_name, faults, told) => {
      const user = await signInWith(faults());
      const failed = once(rp.events, 'request.failed');
      const app = express().use(rp.requireSession({ fresh: true }), rp.errorHandler);
      await request(app).get('/').set(user.headers);
      const [{ err, status }] = (await failed) as RelyingPartyEvents['request.failed'];
      expect(status).toBe(503);
      expectTold((err as Error).message, told);
    },
  );
});

describe('a reason', () => {
  it.each<[string, unknown, string]>([
    [
      'a time limit',
      new DOMException('The operation timed out', 'TimeoutError'),
      'no answer in time',
    ],
    [
      'an expired certificate',
      new TypeError('fetch failed', {
        cause: Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' }),
      }),
      'CERT_HAS_EXPIRED certificate has expired',
    ],
    [
      'several attempts to connect',
      Object.assign(
        new AggregateError([
          Object.assign(new Error('connect ECONNREFUSED ::1:1'), { code: 'ECONNREFUSED' }),
          Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }),
        ]),
        { code: 'ECONNREFUSED' },
      ),
      'ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:1',
    ],
    ['an error of nobody knows what', new Error(ANSWER), 'Error'],
    ['no error at all', 'text', 'unknown error'],
  ])('of %s', (_name, failure, told) => {
    expect(reasonOf(failure)).toBe(told);
  });
});
