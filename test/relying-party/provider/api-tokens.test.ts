import express, { type Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createRelyingParty,
  type AccessTokenClaims,
  type RelyingParty,
  type RelyingPartyOptions,
} from '../../../src/index.js';
import type { PoolsSeed } from '../../../src/pools/index.js';
import { createSeenTokens } from '../../../src/tokens/access/seen-tokens.js';
import {
  bearer,
  relyingPartyOptions,
  signedIn,
  startPools,
  type Pools,
} from '../../../src/testing/index.js';
import { MemoryStore } from '../../../src/sessions/stores/memory-store.js';
import { storeUnavailable } from '../../../src/sessions/store-errors.js';
import { startBareProvider } from '../../support/bare-provider.js';

const seed: PoolsSeed = {
  pools: ['one', 'two'].map((name) => ({
    name,
    resourceServers: [{ identifier: 'orders', scopes: [{ name: 'read', description: 'r' }] }],
    clients: [
      { name: 'site', callbackUrls: ['http://localhost:3000/callback'], flows: ['code'] },
      { name: 'machine', flows: ['client_credentials'], scopes: ['orders/read'] },
    ],
    users: [{ username: 'bob', password: 'Bob-Is-Here-2' }],
  })),
};

let pools: Pools;
const running: RelyingParty[] = [];
beforeAll(async () => {
  pools = await startPools({ keys: 'fixed', seed });
});
beforeEach(() => pools.reset());
afterAll(async () => {
  await Promise.all(running.map((each) => each.close()));
  await pools.close();
});

function startApi(options: Partial<RelyingPartyOptions> = {}): { rp: RelyingParty; api: Express } {
  const rp = createRelyingParty(relyingPartyOptions(pools, { pool: 'one', ...options }));
  running.push(rp);
  const api = express();
  api.get('/me', rp.requireApiAccess(), (req, res) => {
    res.json({ issuer: req.auth?.issuer, sub: req.auth?.subject });
  });
  return { rp, api };
}

const ask = async (api: Express, headers: Record<string, string>): Promise<string | undefined> => {
  const { status, body } = await request(api).get('/me').set(headers);
  return status === 200 ? undefined : (body as { code: string }).code;
};
const machineOf = (pool: string): Promise<Record<string, string>> =>
  bearer(pools.pool(pool), { client: 'machine' });
const clientOf = (pool: string): string => pools.pool(pool).client('machine').id;

describe('an API that trusts several issuers', () => {
  const trusting = () =>
    startApi({
      api: {
        clientIds: [clientOf('one')],
        issuers: [{ issuer: pools.pool('two').issuer, clientIds: [clientOf('two')] }],
      },
    });

  it('takes tokens of each, and says which', async () => {
    const { api } = trusting();
    for (const name of ['one', 'two']) {
      const answer = await request(api)
        .get('/me')
        .set(await machineOf(name));
      expect(answer.body).toMatchObject({ issuer: pools.pool(name).issuer });
    }
  });

  it('takes of each issuer only the clients it is trusted for', async () => {
    const { api } = trusting();
    const user = await bearer(pools.pool('two'), { user: 'bob', client: 'site' });
    expect(await ask(api, user)).toBe('access_token_client_refused');
  });

  it("refuses a token that one issuer signed in the other's name", async () => {
    const { api } = trusting();
    const [one, two] = [pools.pool('one'), pools.pool('two')];
    const claims = { iss: two.issuer, client_id: clientOf('two') };
    const lie = await bearer(one, { user: 'bob', client: 'site', claims });
    expect(await ask(api, lie)).toBe('access_token_key_unknown');
  });

  it('asks an issuer for its keys when its first token comes, and survives that it is down', async () => {
    const { api } = trusting();
    expect(await ask(api, await machineOf('one'))).toBeUndefined();
    expect(pools.requests('two')).toEqual([]);
    pools.faults.always('two', 'jwks', { status: 500 });
    expect(await ask(api, await machineOf('two'))).toBe('provider_unavailable');
    expect(await ask(api, await machineOf('one'))).toBeUndefined();
    pools.faults.clear();
    expect(await ask(api, await machineOf('two'))).toBeUndefined();
  });

  it('needs the session store for its own users alone', async () => {
    const { session } = relyingPartyOptions(pools, { pool: 'one' });
    const store = new MemoryStore({ now: Date.now });
    store.read = async () => Promise.reject(storeUnavailable(new Error('down')));
    const { api } = startApi({
      session: { ...session, store },
      api: {
        clientIds: [clientOf('one')],
        issuers: [
          {
            issuer: pools.pool('two').issuer,
            clientIds: [clientOf('two'), pools.pool('two').client('site').id],
            audience: null,
          },
        ],
      },
    });
    expect(await ask(api, await machineOf('one'))).toBeUndefined();
    expect(await ask(api, await machineOf('two'))).toBeUndefined();
    const userOf = (pool: string): Promise<Record<string, string>> =>
      bearer(pools.pool(pool), { user: 'bob', client: 'site' });
    expect(await ask(api, await userOf('two'))).toBeUndefined();
    expect(await ask(api, await userOf('one'))).toBe('session_store_unavailable');
    await store.close();
  });

  it('refuses the other issuer without being told to trust it', async () => {
    const { api } = startApi();
    expect(await ask(api, await machineOf('two'))).toBe('access_token_key_unknown');
  });

  it('takes an issuer that names nothing but its keys', async () => {
    const provider = await startBareProvider();
    const { api } = startApi({
      now: Date.now,
      api: { issuers: [{ issuer: provider.issuer, clientIds: ['their-client'] }] },
    });
    const token = await provider.sign(
      {
        iss: provider.issuer,
        sub: 'x',
        aud: 'http://localhost:3000',
        client_id: 'their-client',
        exp: Math.floor(Date.now() / 1000) + 60,
      },
      { typ: 'at+jwt' },
    );
    expect(await ask(api, { authorization: `Bearer ${token}` })).toBeUndefined();
    await provider.stop();
  });
});

describe('the clock tolerance', () => {
  it.each([
    [undefined, 59, undefined],
    [undefined, 61, 'access_token_expired'],
    [0, 1, 'access_token_expired'],
    [300, 299, undefined],
    [300, 301, 'access_token_expired'],
  ])(
    'of %s seconds lets a token that expired %i seconds ago end as %s',
    async (tolerance, age, code) => {
      const at = pools.clock.now();
      const { api } = startApi({ now: () => at, api: { clockToleranceSeconds: tolerance } });
      const exp = Math.floor(at / 1000) - age;
      const late = await bearer(pools.pool('one'), {
        user: 'bob',
        client: 'site',
        claims: { exp },
      });
      expect(await ask(api, late)).toBe(code);
    },
  );
});

describe('a token that was verified before', () => {
  const bob = () => bearer(pools.pool('one'), { user: 'bob', client: 'site' });

  it('is not verified again: the keys are not even needed', async () => {
    const { api } = startApi();
    const headers = await bob();
    expect(await ask(api, headers)).toBeUndefined();
    await pools.pool('one').rotateKeys();
    pools.faults.always('one', 'jwks', { status: 500 });
    pools.clock.advance('9m');
    expect(await ask(api, headers)).toBeUndefined();
  });

  it('does not outlive a key that was withdrawn by more than ten minutes', async () => {
    const { api } = startApi();
    const headers = await bob();
    expect(await ask(api, headers)).toBeUndefined();
    await pools.pool('one').rotateKeys();
    pools.clock.advance('11m');
    expect(await ask(api, headers)).toBe('access_token_key_unknown');
  });

  it('is refused once it has expired', async () => {
    const { api } = startApi();
    const exp = Math.floor(pools.clock.now() / 1000) + 120;
    const headers = await bearer(pools.pool('one'), {
      user: 'bob',
      client: 'site',
      claims: { exp },
    });
    expect(await ask(api, headers)).toBeUndefined();
    pools.clock.advance('3m');
    expect(await ask(api, headers)).not.toBeUndefined();
    pools.clock.advance('1s');
    expect(await ask(api, headers)).toBe('access_token_expired');
  });

  it('is not taken for another that differs in one letter', async () => {
    const { api } = startApi();
    const { authorization } = await bob();
    expect(await ask(api, { authorization })).toBeUndefined();
    const other =
      authorization.slice(0, -2) +
      (authorization.at(-2) === 'A' ? 'B' : 'A') +
      authorization.slice(-1);
    expect(await ask(api, { authorization: other })).toBe('access_token_signature_invalid');
  });

  it('is forgotten when others have come since, the longest unused first', async () => {
    const verified: string[] = [];
    const verify = async (token: string): Promise<AccessTokenClaims> => {
      verified.push(token);
      return { expiresAt: 1000 } as AccessTokenClaims;
    };
    const seen = createSeenTokens({ verify, now: () => 0, clockToleranceSeconds: 0, max: 2 });
    for (const token of ['a', 'b', 'a', 'c', 'a', 'c', 'b']) await seen.take(token);
    expect(verified).toEqual(['a', 'b', 'c', 'b']);
  });
});

describe('a bearer token of a sign-in that ended here', () => {
  async function signedInBob(rp: RelyingParty) {
    const tokens = await pools.pool('one').tokens('bob', { client: 'site' });
    const user = await signedIn(rp, { tokens });
    return { user, headers: { authorization: `Bearer ${tokens.accessToken}` } };
  }

  it('is refused at once, also when it was seen before', async () => {
    const { rp, api } = startApi();
    const { user, headers } = await signedInBob(rp);
    expect(await ask(api, headers)).toBeUndefined();
    await user.signOutElsewhere();
    expect(await ask(api, headers)).toBe('access_token_revoked');
    const answer = await request(api).get('/me').set(headers);
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
  });

  it('is refused at once, also when the sign-in ended while the store was being asked', async () => {
    const options = relyingPartyOptions(pools, { pool: 'one' });
    const { store } = options.session;
    let meanwhile: (() => Promise<void>) | undefined;
    const read: typeof store.read = async (key) => {
      const answer = await store.read(key);
      const happens = meanwhile;
      meanwhile = undefined;
      await happens?.();
      return answer;
    };
    const slow = new Proxy(store, {
      get: (target, name) => (name === 'read' ? read : Reflect.get(target, name).bind(target)),
    });
    const { rp, api } = startApi({ session: { ...options.session, store: slow } });
    const { user, headers } = await signedInBob(rp);
    meanwhile = async () => {
      await user.signOutElsewhere();
      pools.clock.advance(1);
    };
    await ask(api, headers);
    expect(await ask(api, headers)).toBe('access_token_revoked');
  });

  it('is refused by another process on the same store within a second', async () => {
    const options = relyingPartyOptions(pools, { pool: 'one' });
    const here = startApi({ session: options.session });
    const there = startApi({ session: options.session });
    const { user, headers } = await signedInBob(here.rp);
    expect(await ask(there.api, headers)).toBeUndefined();
    await user.signOutElsewhere();
    pools.clock.advance(1000);
    expect(await ask(there.api, headers)).toBe('access_token_revoked');
  });

  it('does not take other sign-ins of the same user with it', async () => {
    const { rp, api } = startApi();
    const first = await signedInBob(rp);
    const second = await signedInBob(rp);
    await first.user.signOutElsewhere();
    expect(await ask(api, second.headers)).toBeUndefined();
  });

  it('is refused after the pool has refused its refresh, too', async () => {
    const { rp, api } = startApi();
    const { user, headers } = await signedInBob(rp);
    await user.expireTokens();
    pools.pool('one').globalSignOut('bob');
    await request(api).get('/me').set(user.headers);
    const stillThere = await bearer(pools.pool('one'), { user: 'bob', client: 'site' });
    expect(await ask(api, stillThere)).toBeUndefined();
    expect(await ask(api, headers)).toBe('access_token_revoked');
  });

  it("is decided by the store, and without it refused as unavailable; a client's own token needs none", async () => {
    const options = relyingPartyOptions(pools, { pool: 'one' });
    const { store } = options.session;
    let isDown = false;
    const read: typeof store.read = (key) =>
      isDown ? Promise.reject(new Error('down')) : store.read(key);
    const failing = new Proxy(store, {
      get: (target, name) => (name === 'read' ? read : Reflect.get(target, name).bind(target)),
    });
    const { api } = startApi({
      session: { ...options.session, store: failing },
      api: { clientIds: [clientOf('one')] },
    });
    isDown = true;
    expect(await ask(api, await machineOf('one'))).toBeUndefined();
    const bob = await bearer(pools.pool('one'), { user: 'bob', client: 'site' });
    expect((await request(api).get('/me').set(bob)).status).toBe(500);
  });
});
