import express from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRelyingParty, type RelyingParty } from '../../src/index.js';
import {
  federatedPoolsSeed,
  bearer,
  relyingPartyOptions,
  signedIn,
  signIn,
  startPools,
  upstreamProvider,
  type Fault,
  type FaultEndpoint,
  type Pools,
  type PoolsSeed,
} from '../../src/testing/index.js';
import { codeWords, tableOf } from '../readme-tables.js';
import { reservePort, urlOf } from '../support/app.js';

const MASTER = 'oidc-pool-1';
const json = (body: object, status = 200): Fault => ({
  status,
  body: JSON.stringify(body),
  contentType: 'application/json',
});
const html: Fault = { status: 200, body: '<html>', contentType: 'text/html' };

type Row = [endpoint: FaultEndpoint, name: string, fault: Fault, code: string];

/**
 * What a sign-in ends as while an endpoint of the master pool misbehaves. `ISSUER` stands for the
 * pool's own.
 */
const signInFaults: Row[] = [
  ['discovery', 'answers 500', { status: 500 }, 'provider_unavailable'],
  ['discovery', 'answers 429', { status: 429 }, 'provider_unavailable'],
  ['discovery', 'cuts the connection', { reset: true }, 'provider_unavailable'],
  ['discovery', 'answers a page', html, 'provider_unavailable'],
  ['discovery', 'answers half', { truncate: true }, 'provider_unavailable'],
  [
    'discovery',
    'names another issuer',
    json({ issuer: 'https://evil.example' }),
    'provider_metadata_invalid',
  ],
  ['discovery', 'names no endpoints', json({ issuer: 'ISSUER' }), 'provider_metadata_invalid'],
  ['jwks', 'answers 500', { status: 500 }, 'provider_unavailable'],
  ['jwks', 'cuts the connection', { reset: true }, 'provider_unavailable'],
  ['jwks', 'answers a page', html, 'provider_unavailable'],
  ['jwks', 'answers half', { truncate: true }, 'provider_unavailable'],
  ['jwks', 'answers a list', json([]), 'provider_unavailable'],
  ['jwks', 'is empty', { emptyJwks: true }, 'provider_unavailable'],
  ['token', 'answers 500', { status: 500 }, 'provider_unavailable'],
  ['token', 'answers 429', { status: 429 }, 'provider_unavailable'],
  ['token', 'cuts the connection', { reset: true }, 'provider_unavailable'],
  ['token', 'never answers', { hang: true }, 'provider_unavailable'],
  ['token', 'answers a page', html, 'code_exchange_failed'],
  ['token', 'answers half', { truncate: true }, 'code_exchange_failed'],
  ['token', 'knows no such code', json({ error: 'invalid_grant' }, 400), 'code_refused'],
  ['token', 'knows no such client', json({ error: 'invalid_client' }, 400), 'code_exchange_failed'],
  ['token', 'gives no ID token', { omit: ['id_token'] }, 'id_token_missing'],
  ['token', 'gives no access token', { omit: ['access_token'] }, 'code_exchange_failed'],
  ['token', 'gives no token type', { omit: ['token_type'] }, 'code_exchange_failed'],
  [
    'token',
    'signs with another key',
    id({ signature: 'foreign-key' }),
    'id_token_signature_invalid',
  ],
  ['token', 'damages the signature', id({ signature: 'corrupt' }), 'id_token_signature_invalid'],
  ['token', 'does not sign', id({ signature: 'none' }), 'id_token_algorithm_refused'],
  ['token', 'names an unknown key', id({ kid: 'unknown' }), 'id_token_key_unknown'],
  ['token', 'is another issuer', claims({ iss: 'https://x.example' }), 'id_token_issuer_mismatch'],
  ['token', 'means another client', claims({ aud: 'another' }), 'id_token_audience_mismatch'],
  ['token', 'has another nonce', claims({ nonce: 'x' }), 'id_token_nonce_mismatch'],
  ['token', 'gives an expired token', claims({ exp: 1 }), 'id_token_expired'],
  ['token', 'gives one of tomorrow', claims({ iat: 4e9 }), 'id_token_issued_in_future'],
  ['token', 'gives one of nobody', claims({ sub: '' }), 'id_token_subject_invalid'],
  ['token', 'gives an access token', claims({ token_use: 'access' }), 'id_token_use_wrong'],
  ['token', 'mixes two answers', claims({ at_hash: 'x' }), 'id_token_access_token_mismatch'],
];

function id(idToken: NonNullable<Fault['idToken']>): Fault {
  return { idToken };
}

function claims(changed: Record<string, unknown>): Fault {
  return { idToken: { claims: changed } };
}

describe('a relying party of a pool that misbehaves', () => {
  let pools: Pools;
  let url: string;
  let rp: RelyingParty;
  let stop: () => Promise<void>;
  let restart: () => void;
  const used: RelyingParty[] = [];

  beforeAll(async () => {
    const server = await reservePort();
    url = urlOf(server);
    pools = await startPools({ keys: 'fixed', seed: seedFor(url) });
    let app = express();
    server.on('request', (req, res) => app(req, res));
    // A new one knows nothing yet of the pool, as after a start.
    restart = () => {
      pools.reset();
      const identityProviders = [upstreamProvider(pools)];
      rp = createRelyingParty(relyingPartyOptions(pools, { baseUrl: url, identityProviders }));
      used.push(rp);
      app = express();
      app.use(rp.routes);
      app.get('/account', rp.requireSession(), (req, res) => {
        res.send(`hello ${req.auth?.name}`);
      });
      app.get('/payments', rp.requireSession({ fresh: true }), (_req, res) => {
        res.send('paid');
      });
      app.get('/api', rp.requireApiAccess(), (_req, res) => {
        res.json({});
      });
    };
    restart();
    stop = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
  });
  afterEach(() => restart());
  afterAll(async () => {
    await stop();
    await Promise.all(used.map((each) => each.close()));
    await pools.close();
  });

  const alice = { username: 'alice', password: 'Welcome-2-Lifeguard!' };
  const ask = async (path: string, headers: Record<string, string>): Promise<string> => {
    const answer = await fetch(url + path, { headers });
    return answer.ok ? 'fine' : ((await answer.json()) as { code: string }).code;
  };
  const documented = tableOf('README.md', 'Error codes').map(([code = '', status]) => [
    codeWords(code)[0],
    Number(status),
  ]);

  it.each(signInFaults)('whose %s endpoint %s says so', async (endpoint, _name, fault, code) => {
    const text = JSON.stringify(fault).replace('ISSUER', pools.pool(MASTER).issuer);
    const failures: string[] = [];
    rp.events.on('login.failed', (event) => failures.push(event.code));
    pools.faults.always(MASTER, endpoint, JSON.parse(text) as Fault);
    const ended = await signIn(`${url}/account`, alice);
    expect(ended.url.startsWith(url)).toBe(true);
    expect(ended.html).toContain(`<code>${code}</code>`);
    expect(documented).toContainEqual([code, ended.status]);
    expect(failures).toEqual([code]);

    pools.faults.clear();
    // A key nobody knew is asked for again after half a minute only.
    pools.clock.advance('31s');
    expect((await signIn(`${url}/account`, alice)).html).toBe('hello Alice Example');
  });

  it('that is only slow signs in all the same', async () => {
    for (const endpoint of ['discovery', 'jwks', 'authorize', 'token', 'login'] as const) {
      pools.faults.always(MASTER, endpoint, { delayMs: 30 });
    }
    expect((await signIn(`${url}/account`, alice)).html).toBe('hello Alice Example');
  });

  it.each<[string, Fault, string]>([
    ['answers 500', { status: 500 }, 'provider_unavailable'],
    ['cuts the connection', { reset: true }, 'provider_unavailable'],
    ['answers a page', html, 'provider_unavailable'],
    ['knows the user no more', json({ error: 'invalid_token' }, 401), 'session_ended'],
  ])('whose userInfo %s decides about a route that must be fresh', async (_name, fault, code) => {
    const { headers } = await signedIn(rp);
    pools.faults.always(MASTER, 'userInfo', fault);
    expect(await ask('/payments', headers)).toBe(code);
    expect(await ask('/account', headers)).toBe(
      code === 'session_ended' ? 'access_token_missing' : 'fine',
    );
  });

  it.each<[string, Fault, string]>([
    ['answers 500', { status: 500 }, 'fine'],
    ['cuts the connection', { reset: true }, 'fine'],
    ['answers half', { truncate: true }, 'fine'],
    ['gives a forged ID token', { idToken: { signature: 'foreign-key' } }, 'fine'],
    ['refuses', json({ error: 'invalid_grant' }, 400), 'session_ended'],
  ])('whose refresh %s leaves the session as it should', async (_name, fault, outcome) => {
    await signIn(`${url}/account`, alice);
    const { username } = pools.pool(MASTER).users()[0]!;
    const tokens = await pools.pool(MASTER).tokens(username, { client: 'site' });
    const user = await signedIn(rp, { tokens });
    await user.expireTokens();
    pools.faults.always(MASTER, 'token', fault);
    expect(await ask('/account', user.headers)).toBe(outcome);
    pools.faults.clear();
    expect(await ask('/account', user.headers)).toBe(
      outcome === 'fine' ? 'fine' : 'access_token_missing',
    );
  });

  it.each<[string, FaultEndpoint, Fault, string]>([
    ['discovery answers 500', 'discovery', { status: 500 }, 'provider_unavailable'],
    ['JWKS answers 500', 'jwks', { status: 500 }, 'provider_unavailable'],
    ['JWKS answers half', 'jwks', { truncate: true }, 'provider_unavailable'],
    ['JWKS is empty', 'jwks', { emptyJwks: true }, 'provider_unavailable'],
  ])('whose %s lets no bearer token through', async (_name, endpoint, fault, code) => {
    pools.faults.always(MASTER, endpoint, fault);
    expect(
      await ask('/api', { ...(await bearer(pools.pool(MASTER), { client: 'machine' })) }),
    ).toBe(code);
  });
});

/** The two federated pools, with a password that is not temporary. */
function seedFor(baseUrl: string): PoolsSeed {
  const { pools } = federatedPoolsSeed({ baseUrl });
  return {
    pools: pools.map((pool) => ({
      ...pool,
      ...(pool.users && { users: pool.users.map((user) => ({ ...user, status: 'CONFIRMED' })) }),
    })),
  };
}
