import { once } from 'node:events';
import express, { type Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createRelyingParty,
  type RelyingParty,
  type RelyingPartyOptions,
} from '../../src/index.js';
import { bearer, relyingPartyOptions, startPools, type Pools } from '../../src/testing/index.js';
import { startWorld } from '../support/world.js';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const ORIGIN = 'http://localhost:3000';

let pools: Pools;
const running: RelyingParty[] = [];
beforeAll(async () => {
  pools = await startPools({ keys: 'fixed' });
});
afterAll(async () => {
  await Promise.all(running.map((each) => each.close()));
  await pools.close();
});

function relyingParty(options: Partial<RelyingPartyOptions> = {}): RelyingParty {
  const rp = createRelyingParty({ ...relyingPartyOptions(pools), ...options });
  running.push(rp);
  return rp;
}

/** A host with one page and one route of the API; `mount` adds what it mounts before them. */
function hostOf(rp: RelyingParty, mount: (app: Express) => void): Express {
  const app = express();
  mount(app);
  app.get('/page', rp.requireSession(), (_req, res) => void res.send('page'));
  app.get(
    '/orders',
    rp.requireApiAccess({ scope: ['orders/read', 'orders/list'] }),
    (_req, res) => {
      res.json({});
    },
  );
  app.get('/me', rp.requireApiAccess(), (_req, res) => void res.json({}));
  app.get('/audit', rp.requireApiAccess({ scope: 'audit/read', group: 'x' }), (_req, res) => {
    res.json({});
  });
  return app;
}

const challengeOf = async (
  app: Express,
  path: string,
  headers: Record<string, string> = {},
): Promise<string | undefined> =>
  (await request(app).get(path).set(headers)).headers['www-authenticate'];

const addressIn = (challenge: string | undefined): string =>
  /resource_metadata="([^"]+)"/.exec(challenge ?? '')?.[1] ?? '';

describe('a challenge', () => {
  const rp = (): RelyingParty => relyingParty();
  const metadata = `resource_metadata="${ORIGIN}${WELL_KNOWN}"`;
  const guarded = (): Express => {
    const made = rp();
    return hostOf(made, (app) => app.use(made.routes));
  };
  const bob = (scope = 'openid'): Promise<Record<string, string>> =>
    bearer(pools.pool('oidc-pool-2'), { user: 'alice', client: 'master-pool', scope });

  it.each([
    ['without a scope', '/me', `Bearer ${metadata}`],
    ['with a scope', '/orders', `Bearer scope="orders/read orders/list", ${metadata}`],
    ['of a page, asked for by a program', '/page', `Bearer ${metadata}`],
  ])(
    'to a caller without a token says where and for what to get one: a route %s',
    async (_name, path, challenge) => {
      const answer = await request(guarded()).get(path);
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, challenge]);
      expect(challenge).not.toContain('error');
    },
  );

  it('to a caller with a bad token names scope and metadata besides the error', async () => {
    const bad = { authorization: 'Bearer of.no.use' };
    expect(await challengeOf(guarded(), '/orders', bad)).toBe(
      `Bearer error="invalid_token", scope="orders/read orders/list", ${metadata}`,
    );
    expect(await challengeOf(guarded(), '/me', bad)).toBe(
      `Bearer error="invalid_token", ${metadata}`,
    );
  });

  it('to a header that cannot be read names them too', async () => {
    const unreadable = { authorization: 'Bearer a b' };
    expect(await challengeOf(guarded(), '/orders', unreadable)).toBe(
      `Bearer error="invalid_request", scope="orders/read orders/list", ${metadata}`,
    );
  });

  it('for a group that is missing names the scope the route asks for', async () => {
    const made = relyingParty(
      relyingPartyOptions(pools, { pool: 'oidc-pool-2', client: 'master-pool' }),
    );
    const app = hostOf(made, (host) => host.use(made.routes));
    const headers = await bob();
    expect(await challengeOf(app, '/audit', headers)).toBe(
      `Bearer error="insufficient_scope", scope="audit/read", ${metadata}`,
    );
  });

  it('of a 401 that no guard wrote itself names the metadata as well', async () => {
    const made = rp();
    const app = hostOf(made, (host) => host.use(made.routes));
    const headers = { 'sec-fetch-site': 'same-origin' };
    const answer = await request(app).post('/sessions/end-others').set(headers);
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([
      401,
      `Bearer ${metadata}`,
    ]);
  });
});

describe('the metadata of the resource', () => {
  const cases: [string, Partial<RelyingPartyOptions>, string, string][] = [
    ['our origin', {}, ORIGIN, WELL_KNOWN],
    ['our origin, whatever basePath', { basePath: '/auth' }, ORIGIN, WELL_KNOWN],
    [
      'a path',
      { api: { audience: `${ORIGIN}/orders` } },
      `${ORIGIN}/orders`,
      `${WELL_KNOWN}/orders`,
    ],
    [
      'a path, whatever basePath',
      { basePath: '/auth', api: { audience: `${ORIGIN}/a/b/` } },
      `${ORIGIN}/a/b/`,
      `${WELL_KNOWN}/a/b/`,
    ],
    [
      'a slash and nothing more',
      { api: { audience: 'https://api.example.com/' } },
      'https://api.example.com/',
      WELL_KNOWN,
    ],
    [
      'a query',
      { api: { audience: `${ORIGIN}/orders?tenant=1` } },
      `${ORIGIN}/orders?tenant=1`,
      `${WELL_KNOWN}/orders?tenant=1`,
    ],
    [
      'the first address of a list',
      { api: { audience: ['api://orders', 'https://api.example.com/v1', ORIGIN] } },
      'https://api.example.com/v1',
      `${WELL_KNOWN}/v1`,
    ],
    ['no address', { api: { audience: 'f1c1e8b8-a5c0' } }, ORIGIN, WELL_KNOWN],
    ['switched off', { api: { audience: null } }, ORIGIN, WELL_KNOWN],
  ];

  it.each(cases)(
    'for an audience that is %s lies where RFC 9728 says',
    async (_name, options, resource, path) => {
      const made = relyingParty(options);
      const app = hostOf(made, (host) => host.use(made.resourceMetadata));
      const address = addressIn(await challengeOf(app, '/me'));
      expect(address).toBe(new URL(resource).origin + path);
      expect(made.resourceMetadataUrl).toBe(address);
      const answer = await request(app).get(path);
      expect([answer.status, (answer.body as { resource: string }).resource]).toEqual([
        200,
        resource,
      ]);
    },
  );

  const mounted = (options: Partial<RelyingPartyOptions> = {}): Express => {
    const made = relyingParty(options);
    return hostOf(made, (host) => host.use(made.resourceMetadata));
  };

  it('is for everybody to read and to keep for five minutes', async () => {
    const answer = await request(mounted())
      .get(WELL_KNOWN)
      .set('origin', 'https://app.example.com');
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=300',
      'content-type': expect.stringContaining('application/json') as string,
      'x-content-type-options': 'nosniff',
    });
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  });

  it('answers HEAD, and the preflight of a script that sends a header of its own', async () => {
    const head = await request(mounted()).head(WELL_KNOWN);
    expect([head.status, head.text ?? '']).toEqual([200, '']);
    const preflight = await request(mounted()).options(WELL_KNOWN).set({
      origin: 'https://app.example.com',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'mcp-protocol-version',
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': '*',
    });
  });

  it('takes no other method', async () => {
    const answer = await request(mounted()).post(WELL_KNOWN);
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect((answer.body as { code: string }).code).toBe('method_not_allowed');
  });

  it.each([
    `${WELL_KNOWN}/other`,
    `${WELL_KNOWN}/Orders`,
    `${WELL_KNOWN}/orders/`,
    WELL_KNOWN,
    '/orders/.well-known/oauth-protected-resource',
    '/.well-known/oauth-authorization-server',
  ])('of one resource is not at %s, which is the host’s', async (path) => {
    const app = mounted({ api: { audience: `${ORIGIN}/orders` } });
    expect((await request(app).get(path)).status).toBe(404);
    expect((await request(app).get(`${WELL_KNOWN}/orders`)).status).toBe(200);
  });

  it('of two relying parties with a resource each stand side by side', async () => {
    const [staff, customers] = ['/staff', '/customers'].map((basePath) =>
      relyingParty({ basePath, api: { audience: ORIGIN + basePath } }),
    );
    const app = express().use(staff!.resourceMetadata, customers!.resourceMetadata);
    for (const path of ['/staff', '/customers']) {
      const { body } = await request(app).get(WELL_KNOWN + path);
      expect(body).toMatchObject({ resource: ORIGIN + path });
    }
  });

  it.each([{}, { api: { audience: `${ORIGIN}/orders` } }])(
    'is served by rp.routes at the root, as before (%j)',
    async (options) => {
      const made = relyingParty(options);
      const app = hostOf(made, (host) => host.use(made.routes));
      const address = addressIn(await challengeOf(app, '/me'));
      expect((await request(app).get(new URL(address).pathname)).status).toBe(200);
    },
  );

  it('is no longer below basePath', async () => {
    const made = relyingParty({ basePath: '/auth' });
    const app = hostOf(made, (host) => host.use('/auth', made.routes));
    expect((await request(app).get(`/auth${WELL_KNOWN}`)).status).toBe(404);
  });
});

describe('a challenge that names an address nobody answers', () => {
  const bare = (options: Partial<RelyingPartyOptions> = { basePath: '/auth' }) => {
    const made = relyingParty(options);
    const told: { url: string; detail: string }[] = [];
    made.events.on('resource_metadata.unmounted', (event) => told.push(event));
    return { made, told };
  };

  it('tells the line to write, once', async () => {
    const { made, told } = bare();
    const app = hostOf(made, (host) => host.use('/auth', made.routes));
    expect(told).toEqual([]);
    for (const path of ['/me', '/orders', '/page']) await request(app).get(path);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ url: ORIGIN + WELL_KNOWN });
    expect(told[0]?.detail).toContain('app.use(rp.resourceMetadata)');
  });

  it('tells it once for each relying party', async () => {
    const [first, second] = [bare(), bare()];
    for (const { made } of [first, second]) {
      await request(hostOf(made, () => undefined)).get('/me');
    }
    expect([first.told.length, second.told.length]).toEqual([1, 1]);
  });

  it('tells it also of a bad token, and where not even rp.routes is mounted', async () => {
    const { made, told } = bare({});
    const app = hostOf(made, () => undefined);
    await request(app).get('/me').set('authorization', 'Bearer of.no.use');
    expect(told).toHaveLength(1);
  });

  it('tells it when it is mounted below a path, where no client looks', async () => {
    const { made, told } = bare();
    const app = hostOf(made, (host) => host.use('/auth', made.routes, made.resourceMetadata));
    expect((await request(app).get(`/auth${WELL_KNOWN}`)).status).toBe(404);
    await request(app).get('/me');
    expect(told).toHaveLength(1);
  });

  const mounts: [string, (rp: RelyingParty) => Express][] = [
    ['before the routes', (rp) => hostOf(rp, (app) => app.use(rp.resourceMetadata))],
    ['behind the routes', (rp) => hostOf(rp, () => undefined).use(rp.resourceMetadata)],
    [
      'in a router',
      (rp) => hostOf(rp, () => undefined).use(express.Router().use(rp.resourceMetadata)),
    ],
    [
      'in the app around this one',
      (rp) =>
        express()
          .use(
            '/below',
            hostOf(rp, () => undefined),
          )
          .use(rp.resourceMetadata),
    ],
  ];
  const seenOnly: [string, (rp: RelyingParty) => Express][] = [
    [
      'as a route of its address',
      (rp) => hostOf(rp, () => undefined).get(WELL_KNOWN, rp.resourceMetadata),
    ],
    [
      'as one for every method',
      (rp) => hostOf(rp, () => undefined).all(`${WELL_KNOWN}{/*any}`, rp.resourceMetadata),
    ],
    [
      'in the same app at the root of another',
      (rp) => {
        const inner = hostOf(rp, (app) => app.use(rp.resourceMetadata));
        return express().use(inner);
      },
    ],
    [
      'in a function that a request has been through',
      (rp) => hostOf(rp, (app) => app.use((req, res, next) => rp.resourceMetadata(req, res, next))),
    ],
  ];
  it.each([...mounts, ...seenOnly])('is silent when it is mounted %s', async (_name, build) => {
    const { made, told } = bare();
    const app = build(made);
    await request(app).get('/me');
    const below = await request(app).get('/below/me');
    expect(told).toEqual([]);
    expect([401, 404]).toContain(below.status);
    expect((await request(app).get(WELL_KNOWN)).status).toBe(200);
  });

  it('is silent when rp.routes, which answers at the root, is mounted behind the routes', async () => {
    const { made, told } = bare({});
    const app = hostOf(made, () => undefined).use(made.routes);
    expect((await request(app).get('/me')).status).toBe(401);
    expect(told).toEqual([]);
  });

  it('is looked for as Express 4 keeps it, whose app.router throws', async () => {
    const { made, told } = bare();
    const app = express();
    app.get('/old', (req, res, next) => {
      const deprecated = (): never => {
        throw new Error("'app.router' is deprecated!");
      };
      const old = Object.create(app, {
        router: { get: deprecated },
        _router: { value: app.router },
      }) as Express;
      Object.defineProperty(req, 'app', { value: old });
      void made.requireApiAccess()(req, res, next);
    });
    app.use(made.resourceMetadata);
    expect((await request(app).get('/old')).status).toBe(401);
    expect(told).toEqual([]);
  });

  it.each([
    ['another path', '/.well-known/openid-configuration'],
    ['a path below', `${WELL_KNOWN}/orders`],
  ])('tells it when it is a route of %s', async (_name, path) => {
    const { made, told } = bare();
    const app = hostOf(made, (host) => host.get(path, made.resourceMetadata));
    await request(app).get('/me');
    expect(told).toHaveLength(1);
  });

  it('is told when another relying party answers at the same address', async () => {
    const first = bare({ basePath: '/staff', issuer: 'https://a.example.com' });
    const second = bare({ basePath: '/customers', issuer: 'https://b.example.com' });
    const app = hostOf(second.made, (host) => {
      host.use(first.made.resourceMetadata, second.made.resourceMetadata);
      host.get('/staff-only', first.made.requireApiAccess(), (_req, res) => void res.end());
    });
    expect((await request(app).get('/staff-only')).status).toBe(401);
    expect((await request(app).get('/me')).status).toBe(401);
    expect(first.told).toEqual([]);
    expect(second.told).toHaveLength(1);
    expect(second.told[0]!.detail).toContain('another relying party');
    expect(second.told[0]!.detail).toContain('api.audience');
  });

  it('is a warning of the process where nobody listens', async () => {
    const made = relyingParty({ basePath: '/auth' });
    const warning = once(process, 'warning');
    await request(hostOf(made, () => undefined)).get('/me');
    const [told] = (await warning) as [Error & { code?: string }];
    expect(told.message).toContain('app.use(rp.resourceMetadata)');
    expect(told.code).toBe('LIFEGUARD_RESOURCE_METADATA_UNMOUNTED');
  });

  it('is never so in the program', async () => {
    const world = await startWorld();
    const answer = await fetch(`${world.app.url}/api/me`);
    const address = addressIn(answer.headers.get('www-authenticate') ?? '');
    expect((await fetch(address)).status).toBe(200);
    expect(world.app.log.filter((line) => line.includes('resource_metadata.unmounted'))).toEqual(
      [],
    );
    await world.stop();
  });
});
