import { once } from 'node:events';
import { createServer, request as send, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import express from 'express';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRelyingParty, type RelyingParty } from '../../src/index.js';
import { MemoryStore } from '../../src/sessions/stores/memory-store.js';
import type { SessionStore } from '../../src/sessions/session-store.js';
import { storeUnavailable } from '../../src/sessions/store-errors.js';
import { relyingPartyOptions, signedIn, startPools, type Pools } from '../../src/testing/index.js';
import { startBareProvider, type BareProvider } from '../support/bare-provider.js';
import { createBrowser } from '../support/browser.js';

const BASE_URL = 'http://localhost:3000';

let pools: Pools;
let provider: BareProvider;
let memory: MemoryStore;
let relyingParty: RelyingParty;
let server: Server;
/** Calls of the store, and ends of paths at the provider, that are held back. */
let held: readonly string[] = [];
let release: (() => void)[] = [];
/** Calls that the store refuses. */
let refused: readonly string[] = [];
let answers: ServerResponse[] = [];
let told: string[] = [];

beforeAll(async () => {
  const callbackUrls = [`${BASE_URL}/callback`];
  const clients = [{ name: 'site', callbackUrls, flows: ['code' as const] }];
  const users = [{ username: 'bob', password: 'Bob-Is-Here-2' }];
  const seed = { pools: [{ name: 'oidc-pool-1', clients, users }] };
  pools = await startPools({ keys: 'fixed', seed });
  provider = await startBareProvider();
});

beforeEach(async () => {
  memory = new MemoryStore({ now: () => pools.clock.now() });
  await serve({});
});

afterEach(async () => {
  letGo();
  refused = [];
  server.closeAllConnections();
  server.close();
  await relyingParty.close();
  await memory.close();
  pools.faults.clear();
});

afterAll(async () => {
  await provider.stop();
  await pools.close();
});

/** A host, with another provider than the pool or none. */
async function serve(other: { issuer?: string }): Promise<void> {
  const options = relyingPartyOptions(pools);
  relyingParty = createRelyingParty({
    ...options,
    ...other,
    session: { ...options.session, store: gatedStore() },
    fetch: async (...given) => {
      await unheld(new URL(given[0] as string).pathname);
      return fetch(...given);
    },
  });
  told = [];
  for (const name of ['login.succeeded', 'logout.backchannel', 'logout.dropped'] as const) {
    relyingParty.events.on(name, () => void told.push(name));
  }
  const app = express();
  app.use((_req, res, next) => {
    answers.push(res);
    next();
  });
  app.use(relyingParty.routes);
  for (const fresh of [true, false]) {
    app.get(`/page/${fresh}`, relyingParty.requireSession({ fresh }), (_req, res) => {
      res.send('page');
    });
  }
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
}

function gatedStore(): SessionStore {
  return new Proxy<SessionStore>(memory, {
    get(target, name: keyof SessionStore) {
      const method = target[name] as (...given: unknown[]) => Promise<unknown>;
      return async (...given: unknown[]) => {
        await unheld(name);
        if (refused.includes(name)) throw storeUnavailable(new Error('the disk is full'));
        return method.apply(target, given);
      };
    },
  });
}

async function unheld(name: string): Promise<void> {
  if (held.some((each) => name.endsWith(each)))
    await new Promise<void>((resolve) => release.push(resolve));
}

function letGo(): void {
  held = [];
  for (const go of release.splice(0)) go();
}

interface Sent {
  readonly method?: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

function ask(path: string, { method = 'GET', headers, body }: Sent): ReturnType<typeof send> {
  const { port } = server.address() as AddressInfo;
  const request = send({ host: '127.0.0.1', port, path, method, headers });
  request.on('error', () => {});
  return request.end(body);
}

/** The answer's status and what it sets. */
async function visit(path: string, sent: Sent): Promise<{ status: number; cookie: string }> {
  const [answer] = await once(ask(path, sent), 'response');
  answer.resume();
  const set: string[] = answer.headers['set-cookie'] ?? [];
  return { status: answer.statusCode, cookie: kept(set) };
}

const kept = (set: readonly string[]): string =>
  set
    .map((each) => each.split(';')[0]!)
    .filter((pair) => !pair.endsWith('='))
    .join('; ');

/** Sends a request, and hangs up once the call it needs is under way. */
async function leave(path: string, sent: Sent): Promise<void> {
  answers = [];
  const request = ask(path, sent);
  await expect.poll(() => release.length).toBeGreaterThan(0);
  const [answer] = answers;
  const hungUp = once(answer!, 'close');
  request.destroy();
  await hungUp;
}

/** Lets go of what is held only after the relying party was told to close. */
async function close(): Promise<boolean> {
  const closed = relyingParty.close();
  for (let turn = 0; turn < 50; turn += 1) await nextTurn();
  letGo();
  return closed;
}

const bob = async () => {
  const tokens = await pools.pool('oidc-pool-1').tokens('bob', { client: 'site' });
  return { ...(await signedIn(relyingParty, { tokens })), ...tokens };
};
type Bob = Awaited<ReturnType<typeof bob>>;

/** Everything that ends with a sign-in, as it is now. */
async function whatIsLeft({ session, refreshToken, accessToken }: Bob): Promise<object> {
  const isSession = (await memory.read(session.key)) !== undefined;
  const isRefreshToken = pools.pool('oidc-pool-1').isRefreshTokenActive(refreshToken);
  const isAccessToken = await relyingParty.verifyAccessToken(accessToken).then(
    () => true,
    () => false,
  );
  return { isSession, isRefreshToken, isAccessToken };
}
const NOTHING = { isSession: false, isRefreshToken: false, isAccessToken: false };

describe('close waits for what was begun for a visitor who has gone', () => {
  it.each([
    ['while the session is deleted', ['destroy']],
    ['while the sign-in is noted as ended', ['create']],
    ['while the refresh token is revoked', ['/oauth2/revoke']],
  ])('signing out, %s', async (_when, calls) => {
    const user = await bob();
    held = calls;
    await leave('/logout', { method: 'POST', headers: user.headers });
    expect(await close()).toBe(true);
    expect(await whatIsLeft(user)).toEqual(NOTHING);
  });

  it('a mark that the store takes after the sign-out was answered', async () => {
    const user = await bob();
    held = ['create'];
    expect((await visit('/logout', { method: 'POST', headers: user.headers })).status).toBe(200);
    expect(await close()).toBe(true);
    expect(await whatIsLeft(user)).toEqual(NOTHING);
  });

  it('a session that an earlier request could not end, at a page of the host', async () => {
    const user = await bob();
    const chain = await signedOutWithoutStore(user);
    held = ['destroy'];
    await leave('/page/false', { headers: { cookie: chain } });
    expect(await close()).toBe(true);
    expect(await whatIsLeft(user)).toEqual(NOTHING);
  });

  it('a session that the provider has ended, at a page that asks it', async () => {
    const user = await bob();
    pools.faults.always('oidc-pool-1', 'userInfo', { status: 401 });
    held = ['destroy'];
    await leave('/page/true', { headers: user.headers });
    expect(await close()).toBe(true);
    expect(await whatIsLeft(user)).toEqual(NOTHING);
  });

  it.each(['find', 'destroy'])(
    'ending one’s other sessions, while the store does %s',
    async (call) => {
      const [user, other] = [await bob(), await bob()];
      held = [call];
      await leave('/sessions/end-others', { method: 'POST', headers: user.headers });
      expect(await close()).toBe(true);
      expect(await whatIsLeft(other)).toEqual(NOTHING);
    },
  );

  it('ending the sessions of a user, for an operator who does not wait', async () => {
    const user = await bob();
    held = ['find'];
    void relyingParty.endSessionsOf(user.session.subject);
    expect(await close()).toBe(true);
    expect(await whatIsLeft(user)).toEqual(NOTHING);
  });

  it.each([
    ['while the code is exchanged', '/oauth2/token'],
    ['while the session is made', 'create'],
  ])('a sign-in, %s: what came is in a session', async (_when, call) => {
    const { path, cookie } = await backFromThePool();
    held = [call];
    await leave(path, { headers: { cookie } });
    expect(await close()).toBe(true);
    expect(told).toEqual(['login.succeeded']);
  });

  it('a sign-in that takes the place of another, which ends', async () => {
    const user = await bob();
    const { path, cookie } = await backFromThePool();
    held = ['destroy'];
    await leave(path, { headers: { cookie: `${cookie}; ${user.cookie}` } });
    expect(await close()).toBe(true);
    expect(told).toEqual(['login.succeeded']);
    expect(await memory.read(user.session.key)).toBeUndefined();
  });

  it.each(['find', 'destroy', 'create'])(
    'a logout token, while the store does %s: it is carried out, and counts once',
    async (call) => {
      await relyingParty.close();
      server.close();
      await serve({ issuer: provider.issuer });
      const { session } = await signedIn(relyingParty, { claims: { sub: 'carol' } });
      const body = `logout_token=${await logoutToken('carol')}`;
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      held = [call];
      await leave('/backchannel-logout', { method: 'POST', headers, body });
      expect(await close()).toBe(true);
      expect(told).toEqual(['logout.backchannel']);
      expect(await memory.read(session.key)).toBeUndefined();
      const again = await visit('/backchannel-logout', { method: 'POST', headers, body });
      expect(again.status).toBe(400);
    },
  );
});

describe('close says no when something was dropped', () => {
  it('that the store refused a visitor who has gone', async () => {
    const user = await bob();
    held = ['destroy'];
    await leave('/logout', { method: 'POST', headers: user.headers });
    refused = ['destroy'];
    expect(await close()).toBe(false);
    expect(told).toEqual(['logout.dropped']);
  });
});

/**
 * What a browser has that signed out while the store refused to delete its session; that process is
 * gone.
 */
async function signedOutWithoutStore({ headers }: Bob): Promise<string> {
  refused = ['destroy'];
  const { cookie } = await visit('/logout', { method: 'POST', headers });
  await relyingParty.close();
  server.close();
  refused = [];
  await serve({});
  return `${cookie}; ${headers.cookie}`;
}

/** The address a browser comes back to from the pool, and what it has of us. */
async function backFromThePool(): Promise<{ path: string; cookie: string }> {
  const [answer] = await once(
    ask('/login', { headers: { accept: 'text/html', host: new URL(BASE_URL).host } }),
    'response',
  );
  answer.resume();
  const browser = createBrowser({ stopAt: `${BASE_URL}/callback` });
  const page = await browser.get(answer.headers.location);
  const { url } = await browser.submit(page, { username: 'bob', password: 'Bob-Is-Here-2' });
  const set: string[] = answer.headers['set-cookie'];
  return {
    path: url.slice(BASE_URL.length),
    cookie: kept(set),
  };
}

const logoutToken = (sub: string): Promise<string> => {
  const iat = Math.floor(pools.clock.now() / 1000);
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const aud = relyingPartyOptions(pools).clientId;
  return provider.sign({ iss: provider.issuer, aud, iat, exp: iat + 120, jti: 'j', sub, events });
};
