import express, { type Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createRelyingParty,
  type ApiAccess,
  type ApiIssuer,
  type RelyingParty,
} from '../../src/index.js';
import type { PoolsSeed } from '../../src/pools/index.js';
import {
  bearer,
  relyingPartyOptions,
  signedIn,
  startPools,
  type Pools,
} from '../../src/testing/index.js';
import { startBareProvider, type BareProvider } from '../support/bare-provider.js';
import { startWorld } from '../support/world.js';

const seed: PoolsSeed = {
  pools: ['own', 'partner'].map((name) => ({
    name,
    clients: [{ name: 'site', callbackUrls: ['http://localhost:3000/callback'], flows: ['code'] }],
    users: [{ username: 'bob', password: 'Bob-Is-Here-2' }],
  })),
};

let pools: Pools;
let bare: BareProvider;
const running: RelyingParty[] = [];
beforeAll(async () => {
  pools = await startPools({ keys: 'fixed', seed });
  bare = await startBareProvider();
});
afterAll(async () => {
  await Promise.all(running.map((each) => each.close()));
  await bare.stop();
  await pools.close();
});

type Claims = Record<string, unknown>;

/** A relying party that trusts the partner's pool as far as `partner` says. */
function trusting(partner: Partial<ApiIssuer> = {}): RelyingParty {
  const { issuer, ...pool } = pools.pool('partner');
  const rp = createRelyingParty(
    relyingPartyOptions(pools, {
      pool: 'own',
      api: { issuers: [{ issuer, clientIds: [pool.client('site').id], ...partner }] },
    }),
  );
  running.push(rp);
  return rp;
}

function guarded(rp: RelyingParty, access: ApiAccess): Express {
  const app = express().use(rp.resourceMetadata);
  app.get('/', rp.requireApiAccess(access), (req, res) => {
    const { scopes, groups, claims } = req.auth!;
    res.json({ scopes, groups, claims });
  });
  return app;
}

const tokenOf = (pool: string, claims: Claims = {}): Promise<Record<string, string>> =>
  bearer(pools.pool(pool), { user: 'bob', client: 'site', claims });

async function outcome(
  rp: RelyingParty,
  access: ApiAccess,
  headers: Record<string, string>,
): Promise<unknown> {
  const { status, body } = await request(guarded(rp, access)).get('/').set(headers);
  return status === 200 ? 200 : (body as { code: string }).code;
}

const grand: Claims = {
  scope: 'orders/read orders/write',
  'cognito:groups': ['admins', 'partners'],
  'custom:role': 'admin',
  sub: 'one-of-ours',
  jti: 'a-token',
  appid: 'a-client',
};

describe('a partner issuer', () => {
  const guards: [string, ApiAccess, string][] = [
    ['a group', { group: 'admins' }, 'group_required'],
    ['one of several groups', { group: ['x', 'admins'] }, 'group_required'],
    ['a scope', { scope: 'orders/read' }, 'scope_insufficient'],
    ['a claim', { claim: { 'custom:role': 'admin' } }, 'claim_required'],
    ['the claim of groups', { claim: { 'cognito:groups': 'admins' } }, 'claim_required'],
    ['the claim of scopes', { claim: { scope: 'orders/read orders/write' } }, 'claim_required'],
    [
      'a function of the claims',
      { claim: (claims) => JSON.stringify(claims).includes('admin') },
      'claim_required',
    ],
    ['a user', { claim: { sub: 'one-of-ours' } }, 'claim_required'],
    ['a user, by a function', { claim: ({ sub }) => sub === 'one-of-ours' }, 'claim_required'],
    ['a token', { claim: { jti: 'a-token' } }, 'claim_required'],
    ['a client', { claim: { appid: 'a-client' } }, 'claim_required'],
    ['a recent sign-in', { maxAgeSeconds: 300 }, 'authentication_too_old'],
  ];

  it.each(guards)(
    'passes no guard that asks for %s, unless told so',
    async (_name, access, code) => {
      expect(await outcome(trusting(), access, await tokenOf('partner', grand))).toBe(code);
      expect(await outcome(trusting(), access, await tokenOf('own', grand))).toBe(200);
    },
  );

  it('counts as a user, a client or somebody recent where its entry names the claim', async () => {
    const headers = await tokenOf('partner', grand);
    const client = pools.pool('partner').client('site').id;
    const asking: [string, ApiAccess][] = [
      ['sub', { claim: { sub: 'one-of-ours' } }],
      ['client_id', { claim: { client_id: client } }],
      ['auth_time', { maxAgeSeconds: 300 }],
    ];
    for (const [name, access] of asking) {
      expect(await outcome(trusting(), access, headers)).not.toBe(200);
      expect(await outcome(trusting({ claims: [name] }), access, headers)).toBe(200);
    }
    const { issuer } = pools.pool('partner');
    expect(await outcome(trusting(), { claim: { iss: issuer } }, headers)).toBe(200);
  });

  it('opens a route that asks for nothing, and says nothing there that is not its to say', async () => {
    const answer = await request(guarded(trusting(), {}))
      .get('/')
      .set(await tokenOf('partner', grand));
    const { issuer, ...pool } = pools.pool('partner');
    const { claims, ...lists } = answer.body as { claims: Claims };
    expect(lists).toEqual({ scopes: [], groups: [] });
    expect(claims).toMatchObject({
      iss: issuer,
      client_id: pool.client('site').id,
      scope: '',
      'cognito:groups': [],
    });
    expect(Object.keys(claims).toSorted()).toEqual(
      'appid,auth_time,client_id,cognito:groups,exp,iat,iss,jti,scope,sub,token_use'.split(','),
    );
  });

  it('speaks of the scopes, groups and claims that its entry names, and of no other', async () => {
    const rp = trusting({
      scopes: ['orders/read', 'unused'],
      groups: ['partners', 'unused'],
      claims: ['custom:role'],
    });
    const headers = await tokenOf('partner', grand);
    const answer = await request(guarded(rp, {})).get('/').set(headers);
    expect(answer.body).toMatchObject({
      scopes: ['orders/read'],
      groups: ['partners'],
      claims: { scope: 'orders/read', 'cognito:groups': ['partners'], 'custom:role': 'admin' },
    });
    expect(await outcome(rp, { scope: 'orders/read', group: 'partners' }, headers)).toBe(200);
    expect(await outcome(rp, { scope: 'orders/write' }, headers)).toBe('scope_insufficient');
    expect(await outcome(rp, { group: 'admins' }, headers)).toBe('group_required');
    expect(await outcome(rp, { scope: 'unused' }, headers)).toBe('scope_insufficient');
  });

  it.each<[string, Claims, Partial<ApiIssuer>, Claims]>([
    ['that it verified', { email_verified: true }, {}, { email: 'e@example.com' }],
    ['that it did not', { email_verified: false }, {}, {}],
    ['of which it does not say', {}, {}, {}],
    ['that its entry vouches for', {}, { emailIsVerified: true }, { email: 'e@example.com' }],
    [
      'that it says it did not verify, whatever its entry vouches for',
      { email_verified: false },
      { emailIsVerified: true },
      {},
    ],
  ])('speaks of an address %s', async (_name, said, entry, expected) => {
    const rp = trusting({ claims: ['email'], ...entry });
    const headers = await tokenOf('partner', { email: 'e@example.com', ...said });
    const answer = await request(guarded(rp, {})).get('/').set(headers);
    const { claims } = answer.body as { claims: Claims };
    expect({ email: claims['email'] }).toEqual(expected);
    expect(claims).not.toHaveProperty('email_verified');
  });

  it('names its users only with a claim that its entry names', async () => {
    const usernameAt = async (
      pool: string,
      entry: Partial<ApiIssuer>,
      said: Claims = {},
    ): Promise<unknown> => {
      const app = express();
      const guard = trusting(entry).requireApiAccess();
      app.get('/', guard, (req, res) => void res.json({ username: req.auth!.username }));
      const headers = await tokenOf(pool, said);
      return ((await request(app).get('/').set(headers)).body as Claims)['username'];
    };
    expect(await usernameAt('own', {})).toBe('bob');
    expect(await usernameAt('partner', {})).toBeUndefined();
    expect(await usernameAt('partner', { claims: ['preferred_username'] })).toBeUndefined();
    expect(await usernameAt('partner', { claims: ['username'] })).toBe('bob');
  });

  it('of any kind names its users only with the claim that its entry names', async () => {
    const { issuer } = bare;
    const usernameWith = async (claims: string[]): Promise<unknown> => {
      const rp = createRelyingParty({
        ...relyingPartyOptions(pools, { pool: 'own' }),
        now: Date.now,
        api: { issuers: [{ issuer, clientIds: ['theirs'], claims }] },
      });
      running.push(rp);
      const app = express();
      app.get('/', rp.requireApiAccess(), (req, res) => {
        res.json({ username: req.auth!.username });
      });
      const token = await bare.sign(
        {
          iss: issuer,
          sub: 'x',
          aud: 'http://localhost:3000',
          exp: Math.floor(Date.now() / 1000) + 60,
          client_id: 'theirs',
          preferred_username: 'admin@ours.example',
          upn: 'their@own.example',
        },
        { typ: 'at+jwt' },
      );
      const answer = await request(app)
        .get('/')
        .set({ authorization: `Bearer ${token}` });
      return (answer.body as Claims)['username'];
    };
    expect(await usernameWith([])).toBeUndefined();
    expect(await usernameWith(['upn'])).toBe('their@own.example');
    expect(await usernameWith(['upn', 'preferred_username'])).toBe('admin@ours.example');
  });

  it('has its lists filtered in whatever shape they are, and under whatever name', async () => {
    const { issuer } = bare;
    const rp = createRelyingParty({
      ...relyingPartyOptions(pools, { pool: 'own' }),
      now: Date.now,
      api: {
        issuers: [
          {
            issuer,
            clientIds: ['theirs'],
            scopes: ['a'],
            groups: ['partners'],
            groupsClaim: 'roles',
          },
        ],
      },
    });
    running.push(rp);
    const claims = {
      iss: issuer,
      sub: 'x',
      aud: 'http://localhost:3000',
      exp: Math.floor(Date.now() / 1000) + 60,
      cid: 'theirs',
      scp: ['a', 'b'],
      scope: 'a b',
      roles: ['admins', 'partners', 7],
      'cognito:groups': ['admins'],
      groups: ['admins'],
      __proto__: undefined,
    };
    const authorization = `Bearer ${await bare.sign(claims, { typ: 'at+jwt' })}`;
    const answer = await request(guarded(rp, {})).get('/').set({ authorization });
    expect(answer.body).toEqual({
      scopes: ['a'],
      groups: ['partners'],
      claims: {
        iss: issuer,
        sub: 'x',
        aud: 'http://localhost:3000',
        exp: claims.exp,
        cid: 'theirs',
        scp: ['a'],
        scope: 'a',
        roles: ['partners'],
      },
    });
  });

  it('is held to what was written when the relying party was made', async () => {
    const groups: string[] = [];
    const clientIds = ['somebody-else'];
    const rp = trusting({ groups, clientIds });
    groups.push('admins');
    clientIds.push(pools.pool('partner').client('site').id);
    expect(await outcome(rp, { group: 'admins' }, await tokenOf('partner', grand))).toBe(
      'access_token_client_refused',
    );
  });
});

describe('our own issuer', () => {
  it('names groups in the claim that api.groupsClaim says', async () => {
    const rp = createRelyingParty(
      relyingPartyOptions(pools, { pool: 'own', api: { groupsClaim: 'roles' } }),
    );
    running.push(rp);
    const headers = await tokenOf('own', { roles: ['x'], 'cognito:groups': ['y'] });
    expect(await outcome(rp, { group: 'x' }, headers)).toBe(200);
    expect(await outcome(rp, { group: 'y' }, headers)).toBe('group_required');
  });

  it('names those of a person who signs in there too', async () => {
    const rp = createRelyingParty(
      relyingPartyOptions(pools, { pool: 'own', api: { groupsClaim: 'roles' } }),
    );
    running.push(rp);
    const claims = { roles: ['x'], 'cognito:groups': ['y'] };
    const { headers } = await signedIn(rp, { claims });
    expect(await outcome(rp, { group: 'x' }, headers)).toBe(200);
    expect(await outcome(rp, { group: 'y' }, headers)).toBe('group_required');
    const { headers: member } = await signedIn(rp, { groups: ['z'] });
    expect(await outcome(rp, { group: 'z' }, member)).toBe(200);
  });
});

describe('an answer that is remembered', () => {
  it('of one relying party never serves another with stricter rules', async () => {
    const lenient = trusting({
      scopes: ['orders/read'],
      groups: ['admins'],
      claims: ['custom:role'],
    });
    const strict = trusting();
    const narrow = trusting({ audience: 'https://api.example.com' });
    const app = express();
    const access: ApiAccess = { group: 'admins', scope: 'orders/read' };
    for (const [path, rp] of Object.entries({ '/lenient': lenient, '/strict': strict })) {
      app.use(rp.resourceMetadata).get(path, rp.requireApiAccess(access), (_req, res) => {
        res.json({});
      });
    }
    app.get('/narrow', narrow.requireApiAccess(), (_req, res) => void res.json({}));
    const headers = await tokenOf('partner', { ...grand, aud: 'http://localhost:3000' });
    const ask = async (path: string): Promise<number> =>
      (await request(app).get(path).set(headers)).status;
    const asked = [];
    for (const path of ['/lenient', '/strict', '/narrow', '/lenient', '/strict', '/narrow']) {
      asked.push(await ask(path));
    }
    expect(asked).toEqual([200, 403, 401, 200, 403, 401]);
  });

  it('of a route that asks for nothing never serves one that asks for more', async () => {
    const rp = trusting();
    const headers = await tokenOf('partner', grand);
    expect(await outcome(rp, {}, headers)).toBe(200);
    expect(await outcome(rp, { group: 'admins' }, headers)).toBe('group_required');
  });

  it('cannot be changed by a handler for the requests that come after', async () => {
    const rp = trusting({ groups: ['partners'] });
    const failures: string[] = [];
    const app = express().use(rp.resourceMetadata);
    app.get('/write', rp.requireApiAccess(), (req, res) => {
      const auth = req.auth as unknown as { groups: string[]; scopes: string[]; claims: Claims };
      for (const write of [
        () => auth.groups.push('admins'),
        () => auth.scopes.push('orders/read'),
        () => (auth.claims['role'] = 'admin'),
        () => (auth.claims['cognito:groups'] as string[]).push('admins'),
      ]) {
        try {
          write();
        } catch (error) {
          failures.push((error as Error).name);
        }
      }
      res.json({});
    });
    const access = { group: 'admins', scope: 'orders/read', claim: { role: 'admin' } };
    app.get('/read', rp.requireApiAccess(access), (_req, res) => void res.json({}));
    const headers = await tokenOf('partner', grand);
    expect((await request(app).get('/write').set(headers)).status).toBe(200);
    expect((await request(app).get('/read').set(headers)).status).toBe(403);
    expect(failures).toEqual(['TypeError', 'TypeError', 'TypeError', 'TypeError']);
  });
});

describe('the audience of a user pool’s token', () => {
  const OURS = 'http://localhost:3000';
  const asked = async (
    aud: unknown,
    audience?: string | readonly string[] | null,
    basePath = '',
  ): Promise<unknown> => {
    const rp = createRelyingParty(
      relyingPartyOptions(pools, { pool: 'own', basePath, api: { audience } }),
    );
    running.push(rp);
    return outcome(rp, {}, await tokenOf('own', aud === undefined ? {} : { aud }));
  };

  it.each<[string, unknown, unknown]>([
    ['none', undefined, 200],
    ['our origin', OURS, 200],
    ['a list with ours', ['https://somebody-elses-api.example.com', OURS], 200],
    ['another API', 'https://somebody-elses-api.example.com', 'access_token_audience_refused'],
    ['a list of others', ['https://a.example.com'], 'access_token_audience_refused'],
    ['an empty list', [], 'access_token_audience_refused'],
    ['empty text', '', 'access_token_audience_refused'],
    ['ours with a slash', `${OURS}/`, 'access_token_audience_refused'],
    ['ours with a path', `${OURS}/auth`, 'access_token_audience_refused'],
    ['ours and more', `${OURS}.evil.example`, 'access_token_audience_refused'],
    ['a number', 7, 'access_token_audience_refused'],
    ['an object', { aud: OURS }, 'access_token_audience_refused'],
    ['our client', 'CLIENT', 'access_token_audience_refused'],
  ])('is %s: %j ends as %s', async (_name, aud, expected) => {
    const client = pools.pool('own').client('site').id;
    const meant = aud === 'CLIENT' ? client : aud;
    expect(await asked(meant)).toBe(expected);
    expect(await asked(meant, undefined, '/auth')).toBe(expected);
  });

  it('is what api.audience says, one or several; null in writing looks at none', async () => {
    const api = 'https://api.example.com/v1';
    expect(await asked(api, api)).toBe(200);
    expect(await asked(api, ['urn:x', api])).toBe(200);
    expect(await asked(OURS, api)).toBe('access_token_audience_refused');
    expect(await asked(undefined, api)).toBe(200);
    expect(await asked('https://somebody-elses-api.example.com', null)).toBe(200);
  });

  it('is asked of a partner’s pool as well, by its own entry or else by ours', async () => {
    const elsewhere = await tokenOf('partner', { aud: 'https://theirs.example.com' });
    expect(await outcome(trusting(), {}, elsewhere)).toBe('access_token_audience_refused');
    const told = trusting({ audience: 'https://theirs.example.com' });
    expect(await outcome(told, {}, elsewhere)).toBe(200);
    expect(await outcome(trusting(), {}, await tokenOf('partner'))).toBe(200);
  });
});

describe('the program', () => {
  const OTHER = 'https://api.example.com/v1';
  it.each([
    [undefined, OTHER, 401],
    [undefined, 'BASE_URL', 200],
    [undefined, undefined, 200],
    [`${OTHER}, urn:x`, OTHER, 200],
    [OTHER, 'BASE_URL', 401],
    ['none', 'https://somebody-elses-api.example.com', 200],
  ])('with API_AUDIENCE=%s answers a token for %s with %i', async (setting, aud, status) => {
    const world = await startWorld({ environment: { ...(setting && { API_AUDIENCE: setting }) } });
    await world.signIn(world.browser());
    const [user] = world.master.users();
    const headers = await bearer(world.master, {
      user: user!.username,
      client: 'site',
      claims: { ...(aud !== undefined && { aud: aud.replace('BASE_URL', world.app.url) }) },
    });
    expect((await fetch(`${world.app.url}/api/me`, { headers })).status).toBe(status);
    await world.stop();
  });

  it('takes groups from GROUPS_CLAIM, for people and for programs', async () => {
    const world = await startWorld({ environment: { GROUPS_CLAIM: 'roles' } });
    const claims = { roles: ['editors'], 'cognito:groups': ['admins'] };
    world.pools.faults.once('oidc-pool-1', 'token', { idToken: { claims } });
    const browser = world.browser();
    await world.signIn(browser);
    const [user] = world.master.users();
    const headers = await bearer(world.master, { user: user!.username, client: 'site', claims });
    const asked = [
      await browser.get(`${world.app.url}/api/me`),
      await browser.get(`${world.app.url}/api/me`, { headers }),
    ];
    for (const { html } of asked) expect(JSON.parse(html)).toMatchObject({ groups: ['editors'] });
    await world.stop();
  });

  it.each([
    [undefined, [200]],
    ['false', []],
  ])(
    'with REVOKE_REPLACED=%s asks a user pool to end the sign-in before: %j',
    async (setting, statuses) => {
      const world = await startWorld({
        environment: { ...(setting && { REVOKE_REPLACED: setting }) },
      });
      const browser = world.browser();
      await world.signIn(browser);
      await browser.get(`${world.app.url}/login?provider=oidc-pool-2`);
      await world.app.relyingParty.close();
      const asked = world.pools.requests('oidc-pool-1', '/oauth2/revoke');
      expect(asked.map(({ status }) => status)).toEqual(statuses);
      await world.stop();
    },
  );

  it('describes itself by API_AUDIENCE', async () => {
    const world = await startWorld({ environment: { API_AUDIENCE: OTHER } });
    const path = '/.well-known/oauth-protected-resource/v1';
    expect(await (await fetch(world.app.url + path)).json()).toMatchObject({ resource: OTHER });
    await world.stop();
  });
});

describe('a user pool’s token', () => {
  const code = async (claims: Claims): Promise<unknown> =>
    outcome(trusting(), {}, await tokenOf('own', claims));

  it.each([{ jkt: 'x' }, {}, ''])('that is bound to a key (%j) is no plain bearer', async (cnf) => {
    expect(await code({ cnf })).toBe('access_token_sender_constrained');
  });

  it.each<[string, Claims]>([
    ['azp', { client_id: null, azp: 'CLIENT' }],
    ['cid', { client_id: null, cid: 'CLIENT' }],
    ['appid', { client_id: null, appid: 'CLIENT' }],
  ])('names its client in client_id and nowhere else: %s', async (_name, claims) => {
    const client = pools.pool('own').client('site').id;
    const meant = JSON.parse(JSON.stringify(claims).replace('CLIENT', client)) as Claims;
    expect(await code(meant)).toBe('access_token_client_refused');
  });

  it('names its scopes in scope and nowhere else', async () => {
    const headers = await tokenOf('own', { scope: null, scp: ['orders/read'] });
    expect(await outcome(trusting(), { scope: 'orders/read' }, headers)).toBe('scope_insufficient');
  });

  it.each(['nonce', 'at_hash', 'c_hash', 's_hash', 'events'])(
    'with %s is none for the API',
    async (name) => {
      expect(await code({ [name]: 'x' })).toBe('access_token_use_wrong');
    },
  );
});
