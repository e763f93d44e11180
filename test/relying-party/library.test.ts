import compression from 'compression';
import express, { type Express, type RequestHandler } from 'express';
import session from 'express-session';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelyingParty, type RelyingParty } from '../../src/index.js';
import type { PoolsSeed } from '../../src/pools/index.js';
import { MemoryStore } from '../../src/sessions/stores/memory-store.js';
import { relyingPartyOptions, signedIn, startPools } from '../../src/testing/index.js';
import { createBrowser } from '../support/browser.js';
import { startHost, type Host } from '../support/host.js';
import { finishSignIn } from '../support/world.js';

/** The two federated pools, for a relying party below a path. */
const below =
  (basePath: string) =>
  ({ pools }: PoolsSeed): PoolsSeed => ({
    pools: pools.map((pool) => ({
      ...pool,
      clients: pool.clients?.map((client) => ({
        ...client,
        callbackUrls: client.callbackUrls?.map((url) =>
          typeof url === 'string' ? url.replace('/callback', `${basePath}/callback`) : url,
        ),
        logoutUrls: client.logoutUrls?.map((url) => url.replace('/logout', `${basePath}/logout`)),
      })),
    })),
  });

describe('an app that mounts the relying party below a path', () => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost(
      (app, rp) => {
        app.use(rp.resourceMetadata);
        app.use('/auth', rp.routes);
        app.get('/account', rp.requireSession(), (req, res) => {
          res.send(`<h1>${req.auth?.name}</h1>`);
        });
        app.get('/api', rp.requireApiAccess(), (_req, res) => {
          res.json({});
        });
        app.get(
          ['/auth/login/devices', '/auth/callback/paypal', '/logout/all'],
          rp.requireSession(),
          (req, res) => void res.send(req.path),
        );
        app.get('/login', (_req, res) => {
          res.send("the host's own login");
        });
      },
      { options: { basePath: '/auth' }, seed: below('/auth') },
    );
  });
  afterAll(() => host.stop());

  it('has the whole journey there: in, to my sessions, and out everywhere', async () => {
    const browser = createBrowser();
    const account = await finishSignIn(browser, await browser.get(`${host.url}/account`));
    expect(account.url).toBe(`${host.url}/account`);
    expect(account.text()).toContain('Alice Example');

    const sessions = await browser.get(`${host.url}/auth/sessions`);
    expect(sessions.status).toBe(200);
    const out = await browser.click(sessions, 'Sign out');
    expect(out.url).toBe(`${host.url}/auth/signed-out`);
    expect(out.text()).toContain('You are signed out');
    const ours = browser.history.map(({ url }) => url).filter((url) => url.startsWith(host.url));
    const strays = ours.filter((url) => !/\/(?:auth\/|account)/.test(url));
    expect(strays).toEqual([]);

    const again = await browser.get(`${host.url}/account`);
    expect(again.html).toContain('type="password"');
  });

  it('has pages all of whose links and assets are there', async () => {
    const browser = createBrowser();
    await finishSignIn(browser, await browser.get(`${host.url}/account`));
    const stranger = createBrowser();
    for (const [visitor, path] of [
      [browser, '/auth/sessions'],
      [browser, '/auth/logout'],
      [stranger, '/auth/callback?state=x&code=y'],
    ] as const) {
      const { html } = await visitor.get(host.url + path);
      const links = [...html.matchAll(/(?:href|src|action)="(\/[^"]*)"/g)].map(([, link]) => link!);
      expect(links.length).toBeGreaterThan(3);
      expect(links.filter((link) => link !== '/' && !link.startsWith('/auth/'))).toEqual([]);
      for (const link of links.filter((each) => each.includes('/assets/'))) {
        expect((await fetch(host.url + link)).status).toBe(200);
      }
    }
  });

  it('is not led in a circle by a return_to of its own', async () => {
    const browser = createBrowser();
    await finishSignIn(browser, await browser.get(`${host.url}/account`));
    const page = await browser.get(`${host.url}/auth/login?return_to=%2Fauth%2Flogin`, {
      follow: false,
    });
    expect(page.headers['location']).toBe('/');
  });

  it('is come back to at pages of its own below addresses of ours', async () => {
    for (const path of ['/auth/login/devices', '/auth/callback/paypal', '/logout/all']) {
      const browser = createBrowser();
      const page = await finishSignIn(browser, await browser.get(host.url + path));
      expect([page.url, page.html]).toEqual([host.url + path, path]);
    }
  });

  it('keeps its own /login', async () => {
    expect(await (await fetch(`${host.url}/login`)).text()).toBe("the host's own login");
  });

  it('names its metadata where clients look for it, at the root', async () => {
    const headers = { authorization: 'Bearer of.no.use' };
    const answer = await fetch(`${host.url}/api`, { headers });
    const challenge = answer.headers.get('www-authenticate') ?? '';
    const [, url = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? [];
    expect(url).toBe(`${host.url}/.well-known/oauth-protected-resource`);
    expect((await fetch(url)).status).toBe(200);
  });
});

describe('an app with two relying parties', () => {
  it('keeps them apart: cookies, sessions, routes', async () => {
    await using pools = await startPools({ keys: 'fixed' });
    const options = relyingPartyOptions(pools);
    const staff = createRelyingParty({ ...options, basePath: '/staff' });
    const customers = createRelyingParty({ ...options, basePath: '/customers' });
    const app = express();
    app.use('/staff', staff.routes);
    app.use('/customers', customers.routes);
    expect([staff, customers].map(({ sessionCookieName }) => sessionCookieName)).toEqual([
      'lifeguard.staff',
      'lifeguard.customers',
    ]);
    const say: RequestHandler = (req, res) => {
      res.send(req.auth?.name);
    };
    app.get('/s', staff.requireSession(), say);
    app.get('/c', customers.requireSession(), say);

    const sam = await signedIn(staff, { claims: { name: 'Sam' } });
    const cleo = await signedIn(customers, { claims: { name: 'Cleo' } });
    const both = { cookie: `${sam.cookie}; ${cleo.cookie}`, accept: 'text/html' };
    expect((await request(app).get('/s').set(both)).text).toBe('Sam');
    expect((await request(app).get('/c').set(both)).text).toBe('Cleo');

    const stranger = await request(app)
      .get('/c')
      .set({ ...both, cookie: sam.cookie });
    expect(stranger.headers['location']).toBe('/customers/login?return_to=%2Fc');

    // One store and one secret: a session id under the other's cookie name must still not open.
    const [, id = ''] = sam.cookie.split('=');
    const [name = ''] = cleo.cookie.split('=');
    expect((await request(app).get('/c').set('cookie', `${name}=${id}`)).status).toBe(401);
    await Promise.all([staff.close(), customers.close()]);
  });
});

describe('an app with its own ways', () => {
  it('goes on in them: view engine, session, body parsers, a wrapper around answers', async () => {
    const host = await startHost((app, rp) => {
      app.engine('host', (_path, _options, done) => done(null, 'the host view'));
      app.set('view engine', 'host');
      app.set('views', new URL('../support', import.meta.url).pathname);
      app.set('query parser', 'extended');
      app.use(compression({ threshold: 0 }));
      app.use(express.json(), express.urlencoded({ extended: true }), express.text());
      app.use(session({ secret: 'the host', resave: false, saveUninitialized: true }));
      app.use(rp.routes);
      app.get('/count', rp.requireSession(), (req, res) => {
        const mine = req.session as unknown as { count?: number };
        mine.count = (mine.count ?? 0) + 1;
        res.send(`${req.auth?.name} ${mine.count}`);
      });
      app.get('/fails', rp.requireSession(), () => {
        throw new Error("the host's own failure");
      });
      app.use(((error, _req, res, _next) => {
        res.status(500).send(`host: ${(error as Error).message}`);
      }) as express.ErrorRequestHandler);
    });
    const browser = createBrowser();
    const first = await finishSignIn(browser, await browser.get(`${host.url}/count`));
    expect(first.html).toBe('Alice Example 1');
    expect((await browser.get(`${host.url}/count`)).html).toBe('Alice Example 2');
    expect((await browser.get(`${host.url}/logout`)).html).toContain('Sign out?');
    expect((await browser.get(`${host.url}/logout`)).html).not.toContain('the host view');
    expect((await browser.get(`${host.url}/fails`)).html).toBe("host: the host's own failure");
    const cookies = browser.cookies(host.url).map(({ key }) => key);
    expect(cookies).toEqual(expect.arrayContaining(['connect.sid', 'lifeguard']));
    await host.stop();
  });

  it('has every page its own where it wants: by function, by folder, ours else', async () => {
    await using pools = await startPools({ keys: 'fixed' });
    const rp = createRelyingParty({
      ...relyingPartyOptions(pools),
      viewsFolder: new URL('../support/views/', import.meta.url),
      render: {
        'signed-out': ({ isComplete, page }) => `<p>out: ${isComplete} ${page.title}</p>`,
        error: ({ code, next }) => `<p>${code} ${next.href}</p>`,
      },
    });
    const app = express().use(rp.routes);
    const open = async (path: string): Promise<string> =>
      (await request(app).get(path).set('accept', 'text/html')).text;
    expect(await open('/signed-out')).toBe('<p>out: true Signed out</p>');
    expect(await open('/callback?state=a&code=b')).toBe('<p>login_transaction_missing /login</p>');
    expect(await open('/logout')).toContain('this is the host asking');
    await rp.close();
  });

  it.each([
    ['a promise', async () => '<p>host</p>'],
    ['no text', () => null],
  ])(
    'shows ours for an error page of the host that is %s, and tells of it',
    async (_what, page) => {
      await using pools = await startPools({ keys: 'fixed' });
      const error = page as unknown as () => string;
      const rp = createRelyingParty({ ...relyingPartyOptions(pools), render: { error } });
      const told: string[] = [];
      rp.events.on('request.failed', ({ err }) => told.push(String(err)));
      const answer = await request(express().use(rp.routes))
        .get('/callback?state=a&code=b')
        .set('accept', 'text/html');
      expect(answer.status).toBe(400);
      expect(answer.text).toContain('login_transaction_missing');
      expect(told).toEqual(['TypeError: render.error returned no text']);
      await rp.close();
    },
  );
});

describe('endSessionsOf', () => {
  it('ends all sessions of a user, with their tokens, before it says how many', async () => {
    await using pools = await startPools({
      keys: 'fixed',
      seed: {
        pools: [
          {
            name: 'one',
            users: [
              { username: 'ann', password: 'Here-I-Am-2026' },
              { username: 'bob', password: 'Here-I-Am-2026' },
            ],
            clients: [
              {
                name: 'site',
                callbackUrls: ['http://localhost:3000/callback'],
                flows: ['code'],
                scopes: ['openid'],
              },
            ],
          },
        ],
      },
    });
    const pool = pools.pool('one');
    const rp = createRelyingParty(relyingPartyOptions(pools, { pool: 'one' }));
    const signInAs = async (name: string) => {
      const tokens = await pool.tokens(name, { client: 'site' });
      return { tokens, ...(await signedIn(rp, { tokens })) };
    };
    const [first, second, other] = [
      await signInAs('ann'),
      await signInAs('ann'),
      await signInAs('bob'),
    ];
    expect(await rp.endSessionsOf(first.session.subject)).toBe(2);
    const isActive = [first, second, other].map(({ tokens }) =>
      pool.isRefreshTokenActive(tokens.refreshToken),
    );
    expect(isActive).toEqual([false, false, true]);
    const app = express().get('/', rp.requireSession(), (_req, res) => void res.send('in'));
    const statuses = [];
    for (const { headers } of [first, second, other]) {
      statuses.push((await request(app).get('/').set(headers)).status);
    }
    expect(statuses).toEqual([401, 401, 200]);
    expect(await rp.endSessionsOf(first.session.subject)).toBe(0);
    await rp.close();
  });
});

describe('a relying party', () => {
  it.each([
    ['/elsewhere', undefined],
    ['/', '/auth'],
  ])('mounted at %s with the basePath %s says so at the first request', async (path, basePath) => {
    await using pools = await startPools({ keys: 'fixed' });
    const rp = createRelyingParty({ ...relyingPartyOptions(pools), basePath });
    const failures: unknown[] = [];
    const app: Express = express().use(path, rp.routes);
    app.use(((error, _req, res, _next) => {
      failures.push(error);
      res.status(500).end();
    }) as express.ErrorRequestHandler);
    rp.events.on('request.failed', ({ err }) => failures.push(err));
    const login = path === '/' ? '/login' : `${path}/login`;
    expect((await request(app).get(login)).status).toBe(500);
    expect(failures[0]).toBeInstanceOf(TypeError);
    expect(String(failures[0])).toContain('basePath');
    await rp.close();
  });

  describe('is not made', () => {
    const partner = { issuer: 'https://partner.example.com', clientIds: ['a'] };
    const good = (): Parameters<typeof createRelyingParty>[0] => ({
      issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC123xyz',
      clientId: 'client',
      clientSecret: null,
      baseUrl: 'https://www.example.com',
      session: { secrets: ['x'.repeat(32)], store: new MemoryStore({ now: Date.now }) },
    });

    it('unless everything is right, which this is', async () => {
      const rp: RelyingParty = createRelyingParty(good());
      await rp.close();
    });

    it.each<[string, object]>([
      ['issuer', { issuer: undefined }],
      ['issuer', { issuer: 'eu-west-1_AbC123xyz' }],
      ['issuer', { issuer: 'http://issuer.example.com' }],
      ['clientId', { clientId: '' }],
      ['clientSecret', { clientSecret: undefined }],
      ['clientSecret', { clientSecret: '' }],
      ['baseUrl', { baseUrl: 'www.example.com' }],
      ['baseUrl', { baseUrl: 'https://www.example.com/shop' }],
      ['baseUrl', { baseUrl: 'http://www.example.com' }],
      ['basePath', { basePath: 'auth' }],
      ['basePath', { basePath: '/auth/' }],
      ['basePath', { basePath: '/:tenant' }],
      ['cookieNamespace', { cookieNamespace: 'a b' }],
      ['scope', { scope: 'email' }],
      ['loginSeconds', { loginSeconds: 0 }],
      ['session.secrets', { session: { ...good().session, secrets: [] } }],
      ['session.secrets', { session: { ...good().session, secrets: ['short'] } }],
      ['session.secrets', { session: { ...good().session, secrets: 'x'.repeat(40) } }],
      ['session', { session: undefined }],
      ['session.store', { session: { secrets: ['x'.repeat(32)] } }],
      ['session.store', { session: { ...good().session, store: Promise.resolve() } }],
      ['session.store', { session: { ...good().session, store: withoutMethods('renewLock') } }],
      ['session.idleSeconds', { session: { ...good().session, idleSeconds: Number.NaN } }],
      ['api.clockToleranceSeconds', { api: { clockToleranceSeconds: -1 } }],
      ['api.issuers', { api: { issuers: [{ issuer: good().issuer, clientIds: ['a'] }] } }],
      ['api.audience', { api: { audience: '' } }],
      ['api.audience', { api: { audience: [] } }],
      ['api.audience', { api: { audience: ['a', undefined] } }],
      ['api.audience', { api: { audience: false } }],
      ['api.groupsClaim', { api: { groupsClaim: '' } }],
      ...['audience', 'scopes', 'groups', 'claims', 'groupsClaim'].map((name): [string, object] => [
        `api.issuers[0].${name}`,
        { api: { issuers: [{ ...partner, [name]: 7 }] } },
      ]),
      ['api.issuers[0].claims[0]', { api: { issuers: [{ ...partner, claims: ['scope'] }] } }],
      [
        'api.issuers[0].claims[0]',
        { api: { issuers: [{ ...partner, claims: ['cognito:groups'] }] } },
      ],
      ['api.issuers[0].group', { api: { issuers: [{ ...partner, group: 'x' }] } }],
      ['clientID', { clientID: 'x' }],
      ['apiClientIds', { apiClientIds: [] }],
    ])('with a wrong %s, and names it and the fix', (option, wrong) => {
      const make = () => createRelyingParty({ ...good(), ...wrong });
      expect(make).toThrow(TypeError);
      expect(make).toThrow(
        new RegExp(`^createRelyingParty: ${option.replaceAll(/[[\]]/g, '\\$&')} .+; .+`),
      );
    });

    it.each([['renewLock'], ['readTokens', 'update', 'ping'], ['create'], ['find', 'unlock']])(
      'with a store that lacks %s, and names what is missing',
      (...missing) => {
        const store = withoutMethods(...missing);
        expect(() =>
          createRelyingParty({ ...good(), session: { ...good().session, store } }),
        ).toThrow(`session.store lacks ${missing.join(', ')}; use await openSessionStore(…)`);
      },
    );
  });
});

/** A store as a program without types may write it. */
function withoutMethods(...names: readonly string[]): MemoryStore {
  const store = new MemoryStore({ now: Date.now });
  for (const name of names) Object.defineProperty(store, name, { value: undefined });
  return store;
}
