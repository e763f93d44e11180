import { describe, expect, it, vi } from 'vitest';
import type { Fault, FaultEndpoint, PoolsLogEvent, TokenFault } from '../../../src/pools/index.js';
import { atHash, unverifiedJwt, verifiedJwt } from '../../support/jwt.js';
import { authorizeUrl } from '../journeys.js';
import { afterLogout } from '../seed.js';
import { answerOf, refresh, tokensIn, userInfo } from '../token-endpoint.js';
import { useWorld } from '../world.js';

const events: PoolsLogEvent[] = [];
const world = useWorld({ log: (event) => events.push(event) });

const discovery = (): string => `${world.members.issuer}/.well-known/openid-configuration`;
const get = async (url: string) => answerOf(await fetch(url, { redirect: 'manual' }));

/** Tokens by way of the token endpoint, where the token faults are. */
async function refreshTokens() {
  const { refreshToken } = await world.members.tokens('alice', {
    client: 'site',
    scope: 'openid email',
  });
  return refresh(world.members, 'site', refreshToken);
}

describe('a fault', () => {
  it('happens once, or until it is cleared', async () => {
    world.pools.faults.once('members', 'discovery', { status: 500 });
    expect((await get(discovery())).status).toBe(500);
    expect((await get(discovery())).status).toBe(200);

    world.pools.faults.always('members', 'discovery', { status: 503 });
    expect((await get(discovery())).status).toBe(503);
    expect((await get(discovery())).status).toBe(503);
    world.pools.faults.clear();
    expect((await get(discovery())).status).toBe(200);
  });

  it('happens in the order it was asked for, the passing ones before the lasting one', async () => {
    world.pools.faults.always('members', 'discovery', { status: 503 });
    world.pools.faults.once('members', 'discovery', { status: 500 });
    world.pools.faults.once('members', 'discovery', { status: 429 });
    const statuses = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await get(discovery())).status);
    expect(statuses).toEqual([500, 429, 503]);
  });

  it('is gone after a reset', async () => {
    world.pools.faults.always('members', 'discovery', { status: 503 });
    world.pools.reset();
    expect((await get(discovery())).status).toBe(200);
  });

  it('hits one endpoint of one pool', async () => {
    world.pools.faults.always('members', 'discovery', { status: 503 });
    expect((await get(`${world.master.issuer}/.well-known/openid-configuration`)).status).toBe(200);
    expect((await get(`${world.members.issuer}/.well-known/jwks.json`)).status).toBe(200);
  });

  it('is written to the log, so that nobody debugs a fault that was injected', async () => {
    events.length = 0;
    await get(discovery());
    const usual = JSON.stringify(events);
    events.length = 0;
    world.pools.faults.once('members', 'discovery', { status: 500 });
    await get(discovery());
    expect(usual).not.toMatch(/fault/i);
    expect(JSON.stringify(events)).toMatch(/fault/i);
  });

  it('is refused for a pool that is not there', () => {
    expect(() => world.pools.faults.once('nobody', 'token', { status: 500 })).toThrow('nobody');
  });

  it.each<[FaultEndpoint, () => Promise<{ status: number }>]>([
    ['discovery', async () => get(discovery())],
    ['jwks', async () => get(`${world.members.issuer}/.well-known/jwks.json`)],
    ['authorize', async () => get(authorizeUrl(world.members, 'site'))],
    ['login', async () => get(authorizeUrl(world.members, 'site', {}, '/login'))],
    ['token', async () => refreshTokens()],
    ['userInfo', async () => userInfo(world.members, 'x')],
    [
      'revoke',
      async () =>
        answerOf(await fetch(`${world.members.domain}/oauth2/revoke`, { method: 'POST' })),
    ],
    ['idpresponse', async () => get(`${world.members.domain}/oauth2/idpresponse?code=x&state=y`)],
    [
      'logout',
      async () =>
        get(
          `${world.members.domain}/logout?client_id=${world.members.client('site').id}&logout_uri=${afterLogout}`,
        ),
    ],
  ])('can be at %s', async (endpoint, ask) => {
    expect((await ask()).status).not.toBe(418);
    world.pools.faults.once('members', endpoint, { status: 418 });
    expect((await ask()).status).toBe(418);
  });
});

describe('the answer itself', () => {
  it('is late', async () => {
    world.pools.faults.once('members', 'discovery', { delayMs: 60 });
    const before = performance.now();
    const answer = await get(discovery());
    expect(performance.now() - before).toBeGreaterThan(50);
    expect(answer.json['issuer']).toBe(world.members.issuer);
  });

  it('never comes', async () => {
    world.pools.faults.once('members', 'discovery', { hang: true });
    const over = new AbortController();
    const answered = vi.fn();
    const answer = fetch(discovery(), { signal: over.signal }).then(answered);
    const isAsked = (): boolean =>
      world.pools
        .requests('members', '/.well-known/openid-configuration')
        .some(({ status }) => status === 0);
    await expect.poll(isAsked).toBe(true);
    over.abort();
    await expect(answer).rejects.toThrow(/aborted/);
    expect(answered).not.toHaveBeenCalled();
  });

  it('is a closed connection', async () => {
    world.pools.faults.once('members', 'discovery', { reset: true });
    await expect(fetch(discovery())).rejects.toThrow('fetch failed');
  });

  it('has the status, body and type asked for', async () => {
    const page = '<h1>Bad gateway</h1>';
    world.pools.faults.once('members', 'token', {
      status: 502,
      body: page,
      contentType: 'text/html',
    });
    const answer = await refreshTokens();
    expect([answer.status, answer.text]).toEqual([502, page]);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
  });

  it('is JSON with an error when only a status is asked for', async () => {
    world.pools.faults.once('members', 'token', { status: 429 });
    const answer = await refreshTokens();
    expect(answer.status).toBe(429);
    expect(answer.headers.get('content-type')).toContain('json');
    expect(Object.keys(answer.json)).not.toEqual([]);
  });

  it('is cut in half', async () => {
    world.pools.faults.once('members', 'discovery', { truncate: true });
    const half = await (await fetch(discovery())).text().catch(() => 'cut on the wire');
    const whole = await (await fetch(discovery())).text();
    expect(half).not.toBe(whole);
    expect(half === 'cut on the wire' || whole.startsWith(half)).toBe(true);
  });

  it('is a JWKS without keys', async () => {
    world.pools.faults.once('members', 'jwks', { emptyJwks: true });
    const answer = await get(`${world.members.issuer}/.well-known/jwks.json`);
    expect(answer.json).toEqual({ keys: [] });
  });

  it.each(['id_token', 'access_token', 'token_type', 'expires_in'] as const)(
    'leaves out %s',
    async (member) => {
      world.pools.faults.once('members', 'token', { omit: [member] });
      const answer = await refreshTokens();
      expect(answer.status).toBe(200);
      expect(answer.json).not.toHaveProperty([member]);
      expect(Object.keys(answer.json)).toHaveLength(3);
    },
  );
});

describe.each(['idToken', 'accessToken'] as const)('a fault in the %s', (kind) => {
  const member = kind === 'idToken' ? 'id_token' : 'access_token';

  async function faultyToken(fault: TokenFault): Promise<string> {
    const onToken: Fault = kind === 'idToken' ? { idToken: fault } : { accessToken: fault };
    world.pools.faults.once('members', 'token', onToken);
    return tokensIn(await refreshTokens())[member];
  }

  it('overrides, adds and deletes claims under a good signature', async () => {
    const token = await faultyToken({
      claims: { iss: 'https://evil.example', extra: [1], token_use: null },
    });
    const { claims } = await verifiedJwt(token, world.members.issuer);
    expect(claims).toMatchObject({ iss: 'https://evil.example', extra: [1] });
    expect(claims).not.toHaveProperty('token_use');
  });

  it('signs with a foreign key under the right kid', async () => {
    const good = tokensIn(await refreshTokens())[member];
    const token = await faultyToken({ signature: 'foreign-key' });
    expect(unverifiedJwt(token).headerText).toBe(unverifiedJwt(good).headerText);
    await expect(verifiedJwt(token, world.members.issuer)).rejects.toThrow(/signature/);
  });

  it('corrupts the signature', async () => {
    const token = await faultyToken({ signature: 'corrupt' });
    expect(token.split('.')[2]).toHaveLength(342);
    await expect(verifiedJwt(token, world.members.issuer)).rejects.toThrow(/signature/);
  });

  it('leaves the signature out under alg none', async () => {
    const token = await faultyToken({ signature: 'none' });
    expect(unverifiedJwt(token).header['alg']).toBe('none');
    expect(token.split('.')[2]).toBe('');
  });

  it('signs under an unknown kid', async () => {
    const token = await faultyToken({ kid: 'unknown=' });
    expect(unverifiedJwt(token).header).toMatchObject({ kid: 'unknown=', alg: 'RS256' });
    await expect(verifiedJwt(token, world.members.issuer)).rejects.toThrow();
  });

  it('is over with the next answer', async () => {
    await faultyToken({ signature: 'corrupt' });
    const { id_token: idToken, access_token: accessToken } = tokensIn(await refreshTokens());
    await expect(verifiedJwt(idToken, world.members.issuer)).resolves.toBeDefined();
    await expect(verifiedJwt(accessToken, world.members.issuer)).resolves.toBeDefined();
  });
});

it('keeps at_hash right for the access token that is really sent', async () => {
  world.pools.faults.once('members', 'token', { accessToken: { claims: { scope: 'openid' } } });
  const tokens = tokensIn(await refreshTokens());
  expect(unverifiedJwt(tokens.id_token).claims['at_hash']).toBe(atHash(tokens.access_token));
});
