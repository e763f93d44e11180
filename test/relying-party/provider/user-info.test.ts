import express from 'express';
import { createRelyingParty, type RelyingParty } from '../../../src/index.js';
import { MemoryStore } from '../../../src/sessions/stores/memory-store.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reservePort, startApp, urlOf } from '../../support/app.js';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  startHostileProvider,
  type Answer,
  type HostileProvider,
} from '../../security/support/hostile-provider.js';
import { signIn, visit, type Visit } from '../../security/support/visitor.js';

let provider: HostileProvider;
let userInfo: Record<string, unknown>;
let idToken: Record<string, unknown>;
beforeAll(async () => {
  provider = await startHostileProvider();
});
afterAll(() => provider.stop());
beforeEach(() => {
  provider.behave();
  userInfo = { sub: 'alice', name: 'Alice Thin', email: 'alice@example.org', email_verified: true };
  idToken = {};
  provider.answers.set('/.well-known/openid-configuration', () => ({
    ...provider.metadata,
    userinfo_endpoint: `${provider.issuer}/userinfo`,
  }));
  provider.answers.set('/userinfo', () => userInfo);
  provider.answers.set('/token', (_req, _res, body) => provider.tokens(body, { claims: idToken }));
});

const KEPT = [
  'email',
  'email_verified',
  'groups',
  'acr',
  'auth_time',
  'sid',
  'origin_jti',
  'nonce',
  'aud',
  'iss',
  'exp',
  'amr',
];

describe('userInfo that is merged', () => {
  let url: string;
  let relyingParty: RelyingParty;
  let stop: () => Promise<void>;
  let ahead: number;
  beforeEach(async () => {
    ahead = 0;
    const server = await reservePort();
    url = urlOf(server);
    relyingParty = createRelyingParty({
      issuer: provider.issuer,
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      baseUrl: url,
      userInfo: 'merge',
      now: () => Date.now() + ahead,
      session: {
        secrets: ['a secret for tests only - more than 32 bytes'],
        store: new MemoryStore({ now: () => Date.now() + ahead }),
        claims: KEPT,
      },
    });
    const app = express();
    app.use(relyingParty.routes);
    app.get('/profile', relyingParty.requireSession(), (req, res) => {
      const { session: _session, ...auth } = req.auth!;
      res.json({ ...auth, session: req.auth!.session });
    });
    const fresh = relyingParty.requireSession({ fresh: true });
    app.get('/fresh', fresh, (_req, res) => void res.send('fresh'));
    server.on('request', app);
    stop = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await relyingParty.close();
    };
  });
  afterEach(() => stop());

  const refusal = async (): Promise<Visit> => {
    const answer = await signIn(url);
    expect(answer.cookie).not.toContain('session');
    return answer;
  };
  async function whoIsIn(): Promise<Record<string, unknown> & { claims: Record<string, unknown> }> {
    const callback = await signIn(url);
    expect(callback.status, callback.text).toBe(302);
    const page = await visit(`${url}/profile`, { cookie: callback.cookie });
    return JSON.parse(page.text);
  }

  it('gives what the ID token lacks', async () => {
    userInfo = { ...userInfo, groups: ['crew'] };
    const { name, email, claims } = await whoIsIn();
    expect({ name, email }).toEqual({ name: 'Alice Thin', email: 'alice@example.org' });
    expect(claims['groups']).toEqual(['crew']);
  });

  it('loses against the ID token, claim by claim', async () => {
    idToken = { name: 'Alice Signed' };
    expect(await whoIsIn()).toMatchObject({ name: 'Alice Signed', email: 'alice@example.org' });
  });

  it.each([
    [true, { email: 'alice@example.org', email_verified: true }],
    [false, { email_verified: false }],
  ])(
    'has its address in the claims that the session keeps if it is verified: %s',
    async (email_verified, kept) => {
      userInfo = { ...userInfo, email_verified };
      const { session } = await whoIsIn();
      const { claims } = session as { claims: Record<string, unknown> };
      expect({ email: claims['email'], email_verified: claims['email_verified'] }).toEqual(kept);
    },
  );

  it('says nothing about the sign-in itself: time, strength, session, audience', async () => {
    userInfo = {
      ...userInfo,
      acr: 'gold',
      auth_time: 1,
      sid: 'a',
      origin_jti: 'b',
      nonce: 'c',
      amr: ['mfa'],
      aud: 'somebody-else',
      iss: 'https://elsewhere.example',
      exp: 9_999_999_999,
    };
    const { claims, authenticatedAt, session } = await whoIsIn();
    expect(authenticatedAt).toBeUndefined();
    expect(session).not.toHaveProperty('acr');
    expect(session).not.toHaveProperty('sid');
    expect(session).not.toHaveProperty('originJti');
    for (const name of ['acr', 'auth_time', 'sid', 'origin_jti', 'amr']) {
      expect(claims[name]).toBeUndefined();
    }
    expect(claims).toMatchObject({ aud: CLIENT_ID, iss: provider.issuer });
    expect(claims['nonce']).not.toBe('c');
    expect(claims['exp']).not.toBe(9_999_999_999);
  });

  it('does not say by which way the user came, nor what they are called in a pool', async () => {
    userInfo = {
      ...userInfo,
      identities: [{ providerName: 'Entra' }],
      'cognito:username': 'Entra_x',
      preferred_username: 'alice',
    };
    const { session, username } = await whoIsIn();
    expect(username).toBe('alice');
    expect((session as { identityProvider?: string }).identityProvider).toBeUndefined();
  });

  it('does not verify the address of the ID token by speaking of another one', async () => {
    idToken = { email: 'boss@example.org' };
    userInfo = { ...userInfo, email: 'alice@example.org', email_verified: true };
    const other = await whoIsIn();
    expect(other['email']).toBeUndefined();
    expect(other['unverifiedEmail']).toBe('boss@example.org');
    idToken = { email_verified: true };
    userInfo = { ...userInfo, email_verified: false };
    expect((await whoIsIn())['unverifiedEmail']).toBe('alice@example.org');
    idToken = { email: 'alice@example.org' };
    userInfo = { ...userInfo, email_verified: true };
    expect((await whoIsIn())['email']).toBe('alice@example.org');
  });

  it('does not verify the address that the ID token calls unverified', async () => {
    idToken = { email: 'alice@example.org', email_verified: false };
    const { email, unverifiedEmail } = await whoIsIn();
    expect({ email, unverifiedEmail }).toEqual({ unverifiedEmail: 'alice@example.org' });
  });

  it.each([
    ['of another user', { sub: 'mallory' }, 'user_info_subject_mismatch'],
    ['without sub', { sub: undefined }, 'user_info_invalid'],
    ['with a sub that is no text', { sub: ['alice'] }, 'user_info_invalid'],
  ])('%s refuses the sign-in', async (_what, changes, code) => {
    userInfo = { ...userInfo, ...changes };
    expect(await refusal()).toMatchObject({ status: 502, code });
  });

  const answerWith =
    (status: number, body = '', headers: Record<string, string> = {}): Answer =>
    (_req, res) =>
      void res.writeHead(status, headers).end(body);
  const unusable: [string, Answer][] = [
    ['that is no JSON', answerWith(200, '<p>', { 'content-type': 'application/json' })],
    ['that is a list', () => []],
    ['that is null', () => null],
    [
      'that is an encrypted JWT',
      answerWith(200, 'a.b.c.d.e', { 'content-type': 'application/jwt' }),
    ],
    ['that is a 401', answerWith(401, '', { 'www-authenticate': 'Bearer error="invalid_token"' })],
    ['that is a bare 401', answerWith(401)],
    ['that is a 403', answerWith(403)],
    ['that leads elsewhere', answerWith(302, '', { location: 'https://elsewhere.example/' })],
  ];
  it.each(unusable)('%s refuses the sign-in', async (_what, answer) => {
    provider.answers.set('/userinfo', answer);
    expect(await refusal()).toMatchObject({ status: 502, code: 'user_info_invalid' });
  });

  it.each<[string, Answer]>([
    ['with a 503', answerWith(503)],
    ['with a 429', answerWith(429)],
    ['by hanging up', (req) => void req.socket.destroy()],
  ])(
    '%s is an outage: 503, and nobody is signed in with half of who they are',
    async (_w, answer) => {
      provider.answers.set('/userinfo', answer);
      expect(await refusal()).toMatchObject({ status: 503, code: 'provider_unavailable' });
    },
  );

  it('is read again at a refresh: what it says then replaces what it said', async () => {
    userInfo = { ...userInfo, groups: ['crew', 'admins'] };
    const { cookie } = await signIn(url);
    const seen = async (): Promise<unknown> => {
      const page = await visit(`${url}/profile`, { cookie });
      const { name, claims } = JSON.parse(page.text);
      return { name, groups: claims.groups };
    };
    expect(await seen()).toEqual({ name: 'Alice Thin', groups: ['crew', 'admins'] });
    userInfo = { sub: 'alice', name: 'Alice Married', groups: ['crew'] };
    ahead = 301_000;
    await expect.poll(seen).toEqual({ name: 'Alice Married', groups: ['crew'] });
  });

  it('is read again at a refresh that brings no ID token: who left a group loses it', async () => {
    idToken = { name: 'Alice Signed', auth_time: 1_700_000_000, acr: 'gold', sid: 'S' };
    userInfo = { ...userInfo, groups: ['crew', 'admins'] };
    const { cookie } = await signIn(url);
    const seen = async (): Promise<Record<string, unknown>> => {
      const page = await visit(`${url}/profile`, { cookie });
      const { name, email, unverifiedEmail, authenticatedAt, claims, session } = JSON.parse(
        page.text,
      );
      const { acr, sid } = session;
      return { name, email, unverifiedEmail, authenticatedAt, acr, sid, groups: claims.groups };
    };
    const signedInWith = {
      name: 'Alice Signed',
      authenticatedAt: 1_700_000_000_000,
      acr: 'gold',
      sid: 'S',
    };
    expect(await seen()).toEqual({
      ...signedInWith,
      email: 'alice@example.org',
      groups: ['crew', 'admins'],
    });
    provider.answers.set('/token', (_req, _res, body) =>
      provider.tokens(body, { members: { id_token: undefined } }),
    );
    userInfo = { sub: 'alice', name: 'Alice Said', email: 'new@example.org', groups: ['crew'] };
    ahead = 301_000;
    await expect
      .poll(seen)
      .toEqual({ ...signedInWith, unverifiedEmail: 'new@example.org', groups: ['crew'] });
    userInfo = { sub: 'alice' };
    ahead += 301_000;
    await expect.poll(seen).toEqual(signedInWith);
  });

  it.each([
    ['with an ID token', {}],
    ['without an ID token', { id_token: undefined }],
  ])('that names nobody at a refresh %s is no reason to sign out', async (_what, members) => {
    const failures: object[] = [];
    relyingParty.events.on('session.refresh_failed', (event) => failures.push(event));
    const { cookie } = await signIn(url);
    userInfo = {};
    provider.answers.set('/token', (_req, _res, body) => provider.tokens(body, { members }));
    ahead = 301_000;
    expect((await visit(`${url}/profile`, { cookie })).status).toBe(200);
    expect(failures).toMatchObject([{ permanent: false }]);
  });

  it.each([
    ['with an ID token', {}],
    ['without an ID token', { id_token: undefined }],
  ])(
    'that speaks of another user at a refresh %s ends the session, and what came is revoked',
    async (_what, members) => {
      const revoked: (string | null)[] = [];
      provider.answers.set('/revoke', (_req, _res, body) => {
        revoked.push(body.get('token'));
        return {};
      });
      const failures: object[] = [];
      relyingParty.events.on('session.refresh_failed', (event) => failures.push(event));
      const { cookie } = await signIn(url);
      userInfo = { ...userInfo, sub: 'mallory', name: 'Mallory' };
      provider.answers.set('/token', (_req, _res, body) =>
        provider.tokens(body, { members: { refresh_token: 'the-next-one', ...members } }),
      );
      ahead = 301_000;
      const page = await visit(`${url}/profile`, { cookie });
      expect(page).toMatchObject({ status: 401, code: 'session_ended' });
      expect(revoked).toEqual(expect.arrayContaining(['a-refresh-token', 'the-next-one']));
      expect(failures).toMatchObject([{ permanent: true }]);
      expect((await visit(`${url}/profile`, { cookie })).status).toBe(401);
      expect(provider.asked.get('POST /token')).toBe(2);
    },
  );

  it('is sent the access token in the header and nothing in the address', async () => {
    let seen: string | undefined;
    provider.answers.set('/userinfo', (req) => {
      seen = `${req.method} ${req.url} ${req.headers.authorization}`;
      return userInfo;
    });
    await whoIsIn();
    expect(seen).toBe('GET /userinfo Bearer an-access-token');
  });

  const signed =
    (claims: Record<string, unknown>, spoil = (jwt: string) => jwt, header = {}): Answer =>
    async (_req, res) => {
      const jwt = spoil(await provider.sign({ ...userInfo, ...claims }, header));
      res.writeHead(200, { 'content-type': 'application/jwt; charset=utf-8' }).end(jwt);
    };

  describe('as a signed JWT', () => {
    it('is taken when it verifies, with or without iss and aud', async () => {
      provider.answers.set('/userinfo', signed({ iss: provider.issuer, aud: [CLIENT_ID, 'x'] }));
      expect(await whoIsIn()).toMatchObject({ name: 'Alice Thin' });
      provider.answers.set('/userinfo', signed({}));
      expect(await whoIsIn()).toMatchObject({ name: 'Alice Thin' });
    });

    it.each<[string, () => Answer]>([
      ['of another issuer', () => signed({ iss: 'https://elsewhere.example' })],
      ['for another client', () => signed({ aud: 'somebody-else' })],
      ['issued to another client', () => signed({ azp: 'somebody-else' })],
      ['that has expired', () => signed({ exp: 1 })],
      ['of tomorrow', () => signed({ iat: Math.floor(Date.now() / 1000) + 86_400 })],
      ['that is an access token', () => signed({ token_use: 'access' })],
      ['that is a logout token by its type', () => signed({}, (jwt) => jwt, { typ: 'logout+jwt' })],
      ['with a damaged signature', () => signed({}, (jwt) => `${jwt.slice(0, -8)}AAAAAAAA`)],
      ['cut short', () => signed({}, (jwt) => jwt.slice(0, 40))],
    ])('%s is refused', async (_what, answer) => {
      provider.answers.set('/userinfo', answer());
      expect(await refusal()).toMatchObject({ status: 502, code: 'user_info_invalid' });
    });
  });

  describe('for a page that wants the sign-in fresh', () => {
    const asPerson = {
      accept: 'text/html',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    const refreshWith = (answer: Answer): void => {
      provider.answers.set('/token', (req, res, body) =>
        body.get('grant_type') === 'refresh_token'
          ? answer(req, res, body)
          : provider.tokens(body, { claims: idToken }),
      );
    };

    it('counts signed too, by the same rules', async () => {
      provider.answers.set('/userinfo', signed({ iss: provider.issuer, aud: CLIENT_ID }));
      const { cookie } = await signIn(url);
      expect((await visit(`${url}/fresh`, { cookie })).text).toBe('fresh');
      provider.answers.set('/userinfo', signed({ exp: 1 }));
      expect(await visit(`${url}/fresh`, { cookie })).toMatchObject({
        status: 503,
        code: 'provider_unavailable',
      });
      provider.answers.set('/userinfo', signed({ sub: 'mallory' }));
      expect(await visit(`${url}/fresh`, { cookie })).toMatchObject({
        status: 401,
        code: 'session_ended',
      });
    });

    it.each<[string, number, string, Answer]>([
      ['a bare 401', 401, 'session_ended', answerWith(401)],
      [
        'a 401 with a challenge',
        401,
        'session_ended',
        answerWith(401, '', { 'www-authenticate': 'Bearer error="invalid_token"' }),
      ],
      [
        'a 403 with a challenge',
        503,
        'provider_unavailable',
        answerWith(403, '', { 'www-authenticate': 'Bearer error="insufficient_scope"' }),
      ],
      ['an answer that names nobody', 503, 'provider_unavailable', () => ({})],
      [
        'an answer cut short',
        503,
        'provider_unavailable',
        (_req, res) => {
          res.writeHead(200, { 'content-type': 'application/json', 'content-length': '99' });
          res.write('{');
          setImmediate(() => res.destroy());
        },
      ],
    ])('%s means %i %s', async (_what, status, code, answer) => {
      const { cookie } = await signIn(url);
      provider.answers.set('/userinfo', answer);
      expect(await visit(`${url}/fresh`, { cookie })).toMatchObject({ status, code });
      const isOver = code === 'session_ended';
      expect((await visit(`${url}/profile`, { cookie })).status).toBe(isOver ? 401 : 200);
    });

    it('is not asked with an access token that has ended: its refusal would say nothing', async () => {
      const { cookie } = await signIn(url);
      refreshWith(answerWith(503));
      provider.answers.set('/userinfo', answerWith(401));
      const before = provider.asked.get('GET /userinfo');
      ahead = 301_000;
      for (const headers of [{}, asPerson]) {
        expect((await visit(`${url}/fresh`, { cookie, headers })).status).toBe(503);
      }
      expect(provider.asked.get('GET /userinfo')).toBe(before);
      expect((await visit(`${url}/profile`, { cookie })).status).toBe(200);
    });

    it('cannot be asked once the access token has ended that nothing replaces: a new sign-in can', async () => {
      provider.answers.set('/token', (_req, _res, body) =>
        provider.tokens(body, { members: { refresh_token: undefined } }),
      );
      const { cookie } = await signIn(url);
      expect((await visit(`${url}/fresh`, { cookie })).status).toBe(200);
      const isBounced = await visit(`${url}/login?return_to=/fresh`, { cookie });
      expect(isBounced.headers['location']).toBe('/fresh');
      ahead = 301_000;
      expect(await visit(`${url}/fresh`, { cookie })).toMatchObject({
        status: 401,
        code: 'access_token_missing',
      });
      const page = await visit(`${url}/fresh`, { cookie, headers: asPerson });
      expect(page).toMatchObject({
        status: 302,
        headers: { location: '/login?return_to=%2Ffresh' },
      });
      // Other pages ask nobody, so they go on.
      expect((await visit(`${url}/profile`, { cookie })).status).toBe(200);

      const login = await visit(url + String(page.headers['location']), { cookie });
      const authorization = new URL(String(login.headers['location']));
      expect(authorization.href).toContain(`${provider.issuer}/authorize?`);
      const query = new URLSearchParams({
        code: authorization.searchParams.get('nonce')!,
        state: authorization.searchParams.get('state')!,
      });
      const callback = await visit(`${url}/callback?${query.toString()}`, {
        cookie: `${cookie}; ${login.cookie}`,
      });
      expect(callback.headers['location']).toBe('/fresh');
      expect((await visit(`${url}/fresh`, { cookie: callback.cookie })).text).toBe('fresh');
      expect((await visit(`${url}/profile`, { cookie })).status).toBe(401);
    });
  });

  it('needs an endpoint in the metadata, found out before the password is asked for', async () => {
    provider.answers.delete('/.well-known/openid-configuration');
    const login = await visit(`${url}/login`);
    expect(login).toMatchObject({ status: 503, code: 'provider_metadata_invalid' });
  });
});

describe('a thin ID token without userInfo', () => {
  it('signs in; the page names no sub as a name, and no user pool of this site', async () => {
    const site = await startApp({ ISSUER: provider.issuer, CLIENT_ID, CLIENT_SECRET });
    try {
      idToken = { sub: 'c52f584d-44ae-7075-32e7-e2b320ea6c20' };
      const { cookie } = await signIn(site.url);
      const page = await visit(`${site.url}/profile`, { cookie, headers: { accept: 'text/html' } });
      expect(page.status).toBe(200);
      expect(page.text).toContain('<h1>Your account</h1>');
      expect(page.text).not.toContain('c52f584d');
      expect(page.text).not.toContain('own user pool');
      expect(page.text).toContain(new URL(provider.issuer).host);
      expect([...provider.asked.keys()].filter((each) => each.includes('userinfo'))).toEqual([]);
    } finally {
      await site.stop();
    }
  });

  it('names a person by what else it says', async () => {
    const site = await startApp({ ISSUER: provider.issuer, CLIENT_ID, CLIENT_SECRET });
    const headingFor = async (claims: Record<string, unknown>): Promise<string | undefined> => {
      idToken = claims;
      const { cookie } = await signIn(site.url);
      const page = await visit(`${site.url}/profile`, { cookie, headers: { accept: 'text/html' } });
      return /<h1>(.*?)<\/h1>/.exec(page.text)?.[1];
    };
    try {
      expect(await headingFor({ given_name: 'Alice', family_name: 'Example' })).toBe(
        'Alice Example',
      );
      expect(await headingFor({ given_name: 'Alice' })).toBe('Alice');
      expect(await headingFor({ nickname: 'ally' })).toBe('ally');
      expect(await headingFor({ preferred_username: 'alice.example' })).toBe('alice.example');
      expect(await headingFor({ email: 'a@example.org', email_verified: true })).toBe(
        'a@example.org',
      );
    } finally {
      await site.stop();
    }
  });
});
