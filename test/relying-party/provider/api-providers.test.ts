import express, { type Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createRelyingParty,
  type ApiIssuer,
  type ApiOptions,
  type RelyingParty,
} from '../../../src/index.js';
import { MemoryStore } from '../../../src/sessions/stores/memory-store.js';
import { startBareProvider, type BareProvider } from '../../support/bare-provider.js';

/*
 * Access tokens as the big providers issue them: header and claims with the names, types and values
 * of their documentation. What a test adds is the issuer, which is on loopback, and times.
 */

type Claims = Record<string, unknown>;

interface Shape {
  readonly provider: string;
  /** The issuer's path. */
  readonly path: string;
  readonly typ: string | null;
  readonly claims: Claims;
  readonly client: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  readonly username: string | undefined;
  /** A program calls on its own; no user has signed in. */
  readonly isProgram?: true;
}

const API = 'https://api.example.com';
const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const CLIENT = '6731de76-14a6-49ae-97bc-6eba6914391e';

const keycloak: Shape = {
  provider: 'Keycloak',
  path: '/realms/staff',
  typ: 'JWT',
  claims: {
    jti: 'onrtac:5fd4a6f4-2bdf-4bc2-9b0c-3b1c1cbf3ea4',
    aud: [API, 'account'],
    sub: 'f3a4c6de-9a5c-4a3c-8a44-0f2f6a0d4c11',
    typ: 'Bearer',
    azp: 'orders-app',
    sid: '8b7e2a54-3ef5-4b2d-a1b0-8a3f6f5c1d7e',
    acr: '1',
    'allowed-origins': ['https://app.example.com'],
    realm_access: { roles: ['offline_access', 'uma_authorization'] },
    resource_access: { account: { roles: ['view-profile'] } },
    scope: 'openid email profile orders/read',
    email_verified: true,
    name: 'Alice Example',
    preferred_username: 'alice',
    email: 'alice@example.com',
  },
  client: 'orders-app',
  audience: API,
  scopes: ['openid', 'email', 'profile', 'orders/read'],
  username: 'alice',
};

const auth0: Shape = {
  provider: 'Auth0',
  path: '/',
  typ: 'JWT',
  claims: {
    sub: 'auth0|5f7c8ec7c33c6c004bbafe82',
    aud: [API, 'https://tenant.eu.auth0.com/userinfo'],
    azp: 'HrLdYbqWr6BzSVDxMhMpRWVkMVGcDmWj',
    scope: 'openid profile email orders/read',
    permissions: ['orders/read'],
  },
  client: 'HrLdYbqWr6BzSVDxMhMpRWVkMVGcDmWj',
  audience: API,
  scopes: ['openid', 'profile', 'email', 'orders/read'],
  username: undefined,
};

const okta: Shape = {
  provider: 'Okta',
  path: '/oauth2/default',
  typ: null,
  claims: {
    ver: 1,
    jti: 'AT.n6cUuUoMgDdXbRyZsVNVEVmCSeGYCPYLDDRPn5PMHaM',
    aud: 'api://default',
    cid: '0oahztj8aMYGPKTKl0h7',
    uid: '00uixa271s6x7qt8I0h7',
    scp: ['openid', 'orders/read'],
    sub: 'alice@example.com',
  },
  client: '0oahztj8aMYGPKTKl0h7',
  audience: 'api://default',
  scopes: ['openid', 'orders/read'],
  username: undefined,
};

const entra2: Shape = {
  provider: 'Entra 2.0',
  path: `/${TENANT}/v2.0`,
  typ: 'JWT',
  claims: {
    aud: 'ef1da9d4-ff77-4c3e-a005-840c3f830745',
    aio: 'AXQAi/8IAAAAFm+E/QTG+gFnVxLjWdw8K+61AGrSOuMMF6ebaMj7XO3I',
    azp: CLIENT,
    azpacr: '0',
    name: 'Alice Example',
    oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
    preferred_username: 'alice@example.com',
    rh: 'I',
    scp: 'access_as_user orders/read',
    sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
    tid: TENANT,
    uti: 'fqiBqXLPj0eQa82S-IYFAA',
    ver: '2.0',
  },
  client: CLIENT,
  audience: 'ef1da9d4-ff77-4c3e-a005-840c3f830745',
  scopes: ['access_as_user', 'orders/read'],
  username: 'alice@example.com',
};

const shapes: Shape[] = [
  keycloak,
  {
    ...keycloak,
    provider: 'Keycloak set to at+jwt',
    typ: 'at+jwt',
  },
  auth0,
  {
    ...auth0,
    provider: 'Auth0 with the RFC 9068 profile',
    typ: 'at+jwt',
    claims: {
      sub: auth0.claims['sub'],
      aud: auth0.claims['aud'],
      client_id: auth0.client,
      jti: '73WakrfVbNJBaAmhQtEeDv',
      scope: auth0.claims['scope'],
    },
  },
  {
    ...auth0,
    provider: 'Auth0 for a program',
    claims: {
      sub: `${auth0.client}@clients`,
      aud: API,
      azp: auth0.client,
      scope: 'orders/read',
      gty: 'client-credentials',
    },
    scopes: ['orders/read'],
    isProgram: true,
  },
  okta,
  {
    ...okta,
    provider: 'Okta for a program',
    claims: { ...okta.claims, uid: undefined, sub: okta.client, scp: ['orders/read'] },
    scopes: ['orders/read'],
    isProgram: true,
  },
  entra2,
  {
    ...entra2,
    provider: 'Entra 1.0',
    path: `/${TENANT}/`,
    claims: {
      aud: 'api://orders',
      acr: '1',
      aio: 'AXQAi/8TAAAAtpM7P2cxGHSqwyfOn+DSHaRt',
      amr: ['pwd'],
      appid: CLIENT,
      appidacr: '0',
      family_name: 'Example',
      given_name: 'Alice',
      ipaddr: '192.0.2.1',
      name: 'Alice Example',
      oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
      rh: '0.ARMAv4j5cvGGr0GRqy180BHbR',
      scp: 'user_impersonation orders/read',
      sub: 'UAAj4kqCRoDSAMK5LXwqjGV4e0uMb4DHD8yl3ZQm-hY',
      tid: TENANT,
      unique_name: 'alice@example.com',
      upn: 'alice@example.com',
      uti: 'JBp_3v3sbkWjVcTuE5VZAA',
      ver: '1.0',
    },
    audience: 'api://orders',
    scopes: ['user_impersonation', 'orders/read'],
  },
  {
    ...entra2,
    provider: 'Entra 2.0 for a program that is the API’s own registration',
    claims: { ...entra2.claims, azp: entra2.audience },
    client: entra2.audience,
  },
];

const seconds = (): number => Math.floor(Date.now() / 1000);

/** A host of our own, whose provider is another than the one whose tokens come. */
function hostOf(rp: RelyingParty): Express {
  const app = express().use(rp.resourceMetadata);
  app.get('/me', rp.requireApiAccess(), async (req, res) => {
    const { username, scopes, groups, subject, claims } = req.auth!;
    const token = (req.headers.authorization ?? '').replace('Bearer ', '');
    const { clientId } = await rp.verifyAccessToken(token);
    res.json({ username, scopes, groups, subject, claims, clientId });
  });
  app.get('/orders', rp.requireApiAccess({ scope: 'orders/read' }), (_req, res) => {
    res.json({});
  });
  app.get('/recent', rp.requireApiAccess({ maxAgeSeconds: 300 }), (_req, res) => {
    res.json({});
  });
  app.get('/none', rp.requireApiAccess({ scope: 'orders/write' }), (_req, res) => {
    res.json({});
  });
  return app;
}

function relyingParty(issuer: string, clientId: string, api: ApiOptions): RelyingParty {
  return createRelyingParty({
    issuer,
    clientId,
    clientSecret: null,
    baseUrl: 'http://localhost:3000',
    session: {
      secrets: ['a secret for tests only, of more than 32 bytes'],
      store: new MemoryStore({ now: Date.now }),
    },
    api,
  });
}

describe.each(shapes)('an access token of $provider', (shape) => {
  let provider: BareProvider;
  const running: RelyingParty[] = [];
  beforeAll(async () => {
    provider = await startBareProvider(shape.path);
  });
  afterAll(async () => {
    await Promise.all(running.map((each) => each.close()));
    await provider.stop();
  });

  const token = async (claims: Claims = {}, typ = shape.typ): Promise<Record<string, string>> => {
    const times = { iat: seconds(), nbf: seconds(), exp: seconds() + 300 };
    const minted = { iss: provider.issuer, ...times, ...shape.claims, ...claims };
    return { authorization: `Bearer ${await provider.sign(minted, { typ })}` };
  };
  /** The provider is our own, or a partner of a user pool's. */
  const own = (): Express => {
    const rp = relyingParty(provider.issuer, shape.client, { audience: shape.audience });
    running.push(rp);
    return hostOf(rp);
  };
  const partnered = (more: Partial<ApiIssuer> = {}): Express => {
    const partner = {
      issuer: provider.issuer,
      clientIds: [shape.client],
      audience: shape.audience,
    };
    const rp = relyingParty('http://127.0.0.1:9/eu-west-1_Master001', 'site', {
      issuers: [{ ...partner, scopes: shape.scopes, ...more }],
    });
    running.push(rp);
    return hostOf(rp);
  };
  const codeOf = async (app: Express, headers: Record<string, string>): Promise<unknown> =>
    ((await request(app).get('/me').set(headers)).body as { code?: string }).code;

  it('is taken as it is: client, scopes, user', async () => {
    // A partner's users are named only with leave.
    const leave = { claims: ['preferred_username', 'upn', 'unique_name'] };
    for (const [app, username] of [
      [own(), shape.username],
      [partnered(), undefined],
      [partnered(leave), shape.username],
    ] as const) {
      const answer = await request(app)
        .get('/me')
        .set(await token());
      expect(answer.body).toMatchObject({
        clientId: shape.client,
        scopes: shape.scopes,
        subject: shape.claims['sub'],
      });
      expect((answer.body as Claims)['username']).toBe(username);
      expect(answer.status).toBe(200);
      expect(
        (
          await request(app)
            .get('/orders')
            .set(await token())
        ).status,
      ).toBe(200);
      const refused = await request(app)
        .get('/none')
        .set(await token());
      expect([refused.status, refused.body]).toMatchObject([403, { code: 'scope_insufficient' }]);
    }
  });

  it('is as recent as the sign-in it is from; of a program, as its issue', async () => {
    for (const app of [own(), partnered({ claims: ['auth_time'] })]) {
      const statusWith = async (claims: Claims): Promise<number> =>
        (
          await request(app)
            .get('/recent')
            .set(await token(claims))
        ).status;
      expect(await statusWith({})).toBe(shape.isProgram ? 200 : 401);
      expect(await statusWith({ auth_time: seconds() - 100 })).toBe(200);
      expect(await statusWith({ auth_time: seconds() - 400 })).toBe(401);
      expect(await statusWith({ iat: seconds() - 400 })).toBe(401);
    }
  });

  it('of a client that is not accepted is refused', async () => {
    const app = partnered({ clientIds: ['another'] });
    expect(await codeOf(app, await token())).toBe('access_token_client_refused');
  });

  it('for another API is refused, and for none too', async () => {
    for (const app of [own(), partnered()]) {
      const elsewhere = await token({ aud: 'https://somebody-elses-api.example.com' });
      expect(await codeOf(app, elsewhere)).toBe('access_token_audience_refused');
      expect(await codeOf(app, await token({ aud: undefined }))).toBe(
        'access_token_audience_refused',
      );
    }
  });

  const others: [string, Claims, string | null][] = [
    ['an ID token with a nonce', { nonce: 'n' }, shape.typ],
    ['an ID token by its at_hash', { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }, shape.typ],
    ['an ID token by its c_hash', { c_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }, shape.typ],
    ['an ID token by the claim typ', { typ: 'ID' }, shape.typ],
    ['a refresh token by the claim typ', { typ: 'Refresh' }, shape.typ],
    ['a token for offline access by the claim typ', { typ: 'Offline' }, shape.typ],
    ['an ID token by its token_use', { token_use: 'id' }, shape.typ],
    ['a logout token by its events', { events: {} }, shape.typ],
    ['a logout token by its type', {}, 'logout+jwt'],
    ['an ID token by its type', {}, 'id_token+jwt'],
    ['an introspection answer by its type', {}, 'token-introspection+jwt'],
    ['a DPoP proof by its type', {}, 'dpop+jwt'],
    ['an authorization request by its type', {}, 'oauth-authz-req+jwt'],
    ['a security event by its type', {}, 'secevent+jwt'],
    ['a token of Okta’s own APIs by its type', {}, 'application/okta-internal-at+jwt'],
    ['nothing we know by its empty type', {}, ''],
  ];
  it.each(others)('is not taken when it is %s', async (_name, claims, typ) => {
    for (const app of [own(), partnered({ audience: null })]) {
      expect(await codeOf(app, await token(claims, typ))).toBe('access_token_use_wrong');
    }
  });

  it('with every sign of an ID token but a nonce is not taken, whatever is said of audiences', async () => {
    const idToken = {
      iss: provider.issuer,
      sub: 'alice',
      aud: shape.client,
      client_id: shape.client,
      azp: shape.client,
      iat: seconds(),
      exp: seconds() + 300,
      auth_time: seconds(),
    };
    const unscoped: Claims[] = [
      {},
      { scope: '' },
      { scope: ' ' },
      { scope: null },
      { scope: [] },
      { scope: [''] },
      { scope: [7, null] },
      { scp: '' },
      { scp: [], scope: null },
      { scp: {} },
      { scope: true },
    ];
    for (const [typ, claims] of [
      [null, {}] as const,
      ...unscoped.map((scope) => ['JWT', scope] as const),
    ]) {
      const authorization = `Bearer ${await provider.sign({ ...idToken, ...claims }, { typ })}`;
      for (const audience of [null, shape.client, [shape.client, shape.audience]]) {
        expect(await codeOf(partnered({ audience }), { authorization })).toBe(
          'access_token_use_wrong',
        );
      }
      expect(await codeOf(own(), { authorization })).toBe('access_token_use_wrong');
    }
  });

  it.each([
    { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' },
    { 'x5t#S256': 'bwcK0e' },
    {},
    null,
  ])('that is bound to a key (%j) is no plain bearer', async (cnf) => {
    const answer = await request(own())
      .get('/me')
      .set(await token({ cnf }));
    expect([answer.status, answer.body]).toMatchObject([
      401,
      {
        code: 'access_token_sender_constrained',
        detail: expect.stringContaining('bound to a key') as string,
      },
    ]);
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
  });
});

describe('at a provider that is no user pool', () => {
  let provider: BareProvider;
  beforeAll(async () => {
    provider = await startBareProvider();
  });
  afterAll(() => provider.stop());

  const outcome = async (
    claims: Claims,
    { typ = 'at+jwt', api = {} }: { typ?: string | null; api?: Partial<ApiIssuer> } = {},
  ): Promise<{ status: number; code?: string; auth: Claims }> => {
    const rp = relyingParty('http://127.0.0.1:9/eu-west-1_Master001', 'site', {
      audience: API,
      issuers: [
        { issuer: provider.issuer, clientIds: ['theirs'], scopes: ['a', 'b', 'c'], ...api },
      ],
    });
    const minted = { iss: provider.issuer, sub: 'x', aud: API, exp: seconds() + 60, ...claims };
    const answer = await request(hostOf(rp))
      .get('/me')
      .set('authorization', `Bearer ${await provider.sign(minted, { typ })}`);
    await rp.close();
    const body = answer.body as Claims;
    return { status: answer.status, auth: body, code: body['code'] as string };
  };
  const scopesOf = async (claims: Claims): Promise<unknown> =>
    (await outcome({ client_id: 'theirs', ...claims })).auth['scopes'];

  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/At+Jwt', 'jwt', 'JWT', null])(
    'the type %s will do',
    async (typ) => {
      expect((await outcome({ client_id: 'theirs' }, { typ })).status).toBe(200);
    },
  );

  it.each([
    [{ client_id: 'theirs' }, 200],
    [{ azp: 'theirs' }, 200],
    [{ appid: 'theirs' }, 200],
    [{ cid: 'theirs' }, 200],
    [{ client_id: 'theirs', azp: 'theirs' }, 200],
    [{ client_id: 'theirs', azp: 'another' }, 'access_token_client_refused'],
    [{ client_id: 'another', azp: 'theirs' }, 'access_token_client_refused'],
    [{ client_id: 'theirs', cid: ['theirs'] }, 'access_token_client_refused'],
    [{ azp: ['theirs'] }, 'access_token_client_refused'],
    [{ azp: '' }, 'access_token_client_refused'],
    [{}, 'access_token_client_refused'],
  ])('the client named by %j is %s', async (claims, expected) => {
    const { status, code } = await outcome(claims);
    expect(code ?? status).toBe(expected);
  });

  it.each([
    [{ scope: 'a b' }, ['a', 'b']],
    [{ scope: ['a', 'b'] }, ['a', 'b']],
    [{ scp: 'a b' }, ['a', 'b']],
    [{ scp: ['a', 'b'] }, ['a', 'b']],
    [{ scope: 'a', scp: ['b'] }, ['a']],
    [{ scp: ['a b', 7, null, 'c'] }, ['c']],
    [{ scope: 7 }, []],
    [{ scope: '  a   b ' }, ['a', 'b']],
    [{}, []],
  ])('the scopes in %j are %j', async (claims, scopes) => {
    expect(await scopesOf(claims)).toEqual(scopes);
  });

  it.each([
    [API, undefined],
    [[API], undefined],
    [['https://other.example.com', API], undefined],
    [`${API}/`, 'access_token_audience_refused'],
    [`${API}.evil.example`, 'access_token_audience_refused'],
    [API.toUpperCase(), 'access_token_audience_refused'],
    [`${API} https://x.example`, 'access_token_audience_refused'],
    [[[API]], 'access_token_audience_refused'],
    [{ [API]: true }, 'access_token_audience_refused'],
    [[], 'access_token_audience_refused'],
    ['', 'access_token_audience_refused'],
    [null, 'access_token_audience_refused'],
    [undefined, 'access_token_audience_refused'],
  ])('the audience %j ends as %s', async (aud, code) => {
    expect((await outcome({ client_id: 'theirs', aud })).code).toBe(code);
  });

  describe('where the API is registered as a client, as at Entra, a token without a scope', () => {
    const api = { clientIds: ['theirs', 'the-api'], audience: 'the-api', groupsClaim: 'roles' };
    const ofProgram = { aud: 'the-api', sub: 'o', oid: 'o', roles: ['r'], ver: '2.0' };

    it.each<Claims>([
      { azp: 'theirs', azpacr: '1' },
      { appid: 'theirs', appidacr: '2' },
      { azp: 'theirs', idtyp: 'app' },
      { azp: 'the-api', idtyp: 'app' },
    ])('with %j is a program’s access token', async (claims) => {
      for (const typ of ['JWT', null]) {
        const { status } = await outcome({ ...ofProgram, ...claims }, { typ, api });
        expect(status).toBe(200);
      }
    });

    it.each<Claims>([
      { azp: 'theirs' },
      { azp: 'the-api', azpacr: '1' },
      { azp: 'theirs', azpacr: '1', aud: ['theirs', 'the-api'] },
      { azp: 'theirs', appidacr: '1' },
      { azpacr: '1', client_id: 'theirs' },
      { azp: 'theirs', idtyp: 'user' },
      { azp: 'theirs', idtyp: ['app'] },
      { azp: 'theirs', azpacr: '1', nonce: 'n' },
      { azp: 'theirs', idtyp: 'app', at_hash: 'h' },
    ])('with %j may be an ID token and is not taken', async (claims) => {
      const { code } = await outcome({ ...ofProgram, ...claims }, { typ: 'JWT', api });
      expect(code).toBe('access_token_use_wrong');
    });

    it.each<[Claims, number]>([
      [{ azp: 'theirs', azpacr: '1' }, 200],
      [{ azp: 'theirs', idtyp: 'app', oid: undefined }, 200],
      [{ azp: 'theirs', azpacr: '1', sub: 'pairwise' }, 401],
      [{ azp: 'theirs', azpacr: '1', scp: 'a' }, 401],
      [{ azp: 'theirs', azpacr: '1', scp: ['a'] }, 401],
      [{ azp: 'theirs', azpacr: '1', scp: '' }, 200],
    ])('%j is as recent as its issue if it is a program’s: %i', async (claims, status) => {
      const rp = relyingParty('http://127.0.0.1:9/eu-west-1_Master001', 'site', {
        issuers: [{ issuer: provider.issuer, ...api, claims: ['auth_time'] }],
      });
      const minted = { ...ofProgram, ...claims, iss: provider.issuer };
      const times = { iat: seconds(), exp: seconds() + 60 };
      const authorization = `Bearer ${await provider.sign({ ...minted, ...times }, { typ: 'JWT' })}`;
      const answer = await request(hostOf(rp)).get('/recent').set({ authorization });
      expect(answer.status).toBe(status);
      await rp.close();
    });
  });

  it('its own audience counts instead of ours, and null in writing switches the check off', async () => {
    const theirs = { client_id: 'theirs', aud: 'urn:theirs' };
    expect((await outcome(theirs)).code).toBe('access_token_audience_refused');
    expect((await outcome(theirs, { api: { audience: 'urn:theirs' } })).status).toBe(200);
    expect((await outcome(theirs, { api: { audience: ['x', 'urn:theirs'] } })).status).toBe(200);
    const ours = { client_id: 'theirs', aud: API };
    expect((await outcome(ours, { api: { audience: 'urn:theirs' } })).code).toBe(
      'access_token_audience_refused',
    );
    for (const aud of ['urn:anything', undefined]) {
      const unchecked = await outcome({ client_id: 'theirs', aud }, { api: { audience: null } });
      expect(unchecked.status).toBe(200);
    }
  });
});
