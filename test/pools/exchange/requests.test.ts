import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { PoolsLogEvent } from '../../../src/pools/index.js';
import { authorizeUrl, codeIn, openBrowser, signIn, signInThroughUpstream } from '../journeys.js';
import { alice, callback, uma } from '../seed.js';
import { exchangeCode, tokensIn, userInfo } from '../token-endpoint.js';
import { useWorld } from '../world.js';

const events: PoolsLogEvent[] = [];
const world = useWorld({ log: (event) => events.push(event) });

it('refuses a path that no pool has, or has under another name', () => {
  for (const path of ['/nope', 'oauth2/token', '/oauth2/Token', '']) {
    expect(() => world.pools.requests('members', path)).toThrow(TypeError);
    expect(() => world.pools.requests('members', path)).toThrow(
      /^pools\.requests: path is none of its values; write \/ or .+\/oauth2\/token/,
    );
  }
  expect(() => world.pools.requests('nobody', '/oauth2/token')).toThrow(TypeError);
  expect(world.pools.requests('members', '/oauth2/revoke')).toEqual([]);
});

it('shows what a client really sent, oldest first', async () => {
  const verifier = randomBytes(32).toString('base64url');
  const page = await signIn(openBrowser(), world.members, 'site', alice, {
    nonce: 'n-1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const code = codeIn(page);
  await exchangeCode(world.members, 'site', code, { code_verifier: verifier });
  await exchangeCode(world.members, 'site', code);

  const [first, second] = world.pools.requests('members', '/oauth2/token');
  expect(first).toMatchObject({
    method: 'POST',
    path: '/oauth2/token',
    query: {},
    headers: {
      authorization: expect.stringMatching(/^Basic /),
      'content-type': expect.stringContaining('application/x-www-form-urlencoded'),
    },
    body: {
      grant_type: 'authorization_code',
      code,
      redirect_uri: callback,
      code_verifier: verifier,
    },
    status: 200,
  });
  expect(second?.status).toBe(400);
  const [authorize] = world.pools.requests('members', '/oauth2/authorize');
  expect(authorize).toMatchObject({
    method: 'GET',
    query: { nonce: 'n-1', redirect_uri: callback },
    body: {},
    status: 302,
  });
});

it('lists every request of one pool, and none of another', async () => {
  await openBrowser().get(authorizeUrl(world.members, 'site'));
  await fetch(`${world.members.issuer}/.well-known/jwks.json`);
  const requests = world.pools.requests('members').map(({ method, path }) => `${method} ${path}`);
  expect(requests).toEqual(['GET /oauth2/authorize', 'GET /login', 'GET /.well-known/jwks.json']);
  expect(world.pools.requests('oidc-pool-1')).toEqual([]);
});

it('forgets them on reset', async () => {
  await openBrowser().get(authorizeUrl(world.members, 'site'));
  world.pools.reset();
  expect(world.pools.requests('members')).toEqual([]);
});

it('logs every request without a password, code, token, state or secret', async () => {
  events.length = 0;
  const browser = openBrowser();
  const page = await signInThroughUpstream(browser, world.master, 'site', uma, {
    state: 'state-to-hide',
    nonce: 'nonce-to-hide',
  });
  const code = codeIn(page);
  const tokens = tokensIn(await exchangeCode(world.master, 'site', code));
  await userInfo(world.master, tokens.access_token);

  const log = JSON.stringify(events);
  expect(events.length).toBeGreaterThanOrEqual(browser.history.length);
  for (const path of ['/oauth2/authorize', '/oauth2/idpresponse', '/oauth2/token', '/login']) {
    expect(log).toContain(path);
  }
  const cookies = browser.cookies(`${world.master.domain}/`).map(({ value }) => value);
  const secrets = [
    uma.password,
    code,
    'state-to-hide',
    tokens.id_token,
    tokens.access_token,
    tokens.refresh_token,
    world.master.client('site').secret,
    world.upstream.client('master-pool').secret,
    ...cookies,
  ];
  for (const secret of secrets) {
    expect(secret).toBeTruthy();
    expect(log).not.toContain(secret);
  }
});
