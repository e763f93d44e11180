import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { CognitoJwtVerifier } from 'aws-jwt-verify';
import { describe, expect, it } from 'vitest';
import { type Pools, startPools } from '../../src/pools/index.js';
import { freePort } from '../support/free-port.js';
import { STEP_LIMIT_MS } from '../support/limits.js';
import { openBrowser, signIn, signInThroughUpstream } from './journeys.js';
import { alice, callback, seed, uma } from './seed.js';
import { signInForTokens } from './token-endpoint.js';

const start = async (options: Parameters<typeof startPools>[0] = {}): Promise<Pools> =>
  startPools({ seed, keys: 'fixed', ...options });

const isReachable = async (pools: Pools): Promise<boolean> =>
  fetch(`${pools.pool('members').issuer}/.well-known/jwks.json`).then(
    () => true,
    () => false,
  );

describe('the address', () => {
  it('is a free port of the loopback interface unless chosen, and every URL is made of it', async () => {
    await using pools = await start();
    expect(pools.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(Number(new URL(pools.url).port)).toBeGreaterThan(1023);
    const { id, issuer, domain } = pools.pool('members');
    expect(issuer).toBe(`${pools.url}/${id}`);
    expect(domain).toBe(`${pools.url}/members`);
  });

  it('differs for two servers that run at once, which know nothing of each other', async () => {
    await using first = await start();
    await using second = await start();
    expect(first.url).not.toBe(second.url);
    first.pool('members').deleteUser('alice');
    const page = await signIn(openBrowser(), second.pool('members'), 'site', alice);
    expect(page.query.has('code')).toBe(true);
  });

  it('answers whoever asks while it still makes its keys', async () => {
    const port = await freePort();
    const starting = start({ port, keys: 'generated' });
    const ask = async (): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/health`, {
        signal: AbortSignal.timeout(STEP_LIMIT_MS),
      }).catch(async (error: unknown) => {
        if (!String((error as Error).cause).includes('ECONNREFUSED')) throw error;
        await setImmediate();
        return ask();
      });
    expect((await ask()).status).toBe(200);
    await (await starting).close();
  });

  it('is refused with the port in the message when somebody else has it', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    try {
      await expect(start({ port })).rejects.toThrow(String(port));
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });

  it('is free again after close, also while a request hangs', async () => {
    const pools = await start();
    const port = Number(new URL(pools.url).port);
    pools.faults.always('members', 'discovery', { hang: true });
    const hanging = fetch(`${pools.pool('members').issuer}/.well-known/openid-configuration`);
    const outcome = hanging.then(
      () => 'answered',
      () => 'cut off',
    );
    expect(await isReachable(pools)).toBe(true);
    await pools.close();
    expect(await outcome).toBe('cut off');
    expect(await isReachable(pools)).toBe(false);
    await using again = await start({ port });
    expect(await isReachable(again)).toBe(true);
  });

  it('is free again when the state file turns out to be of no use', async () => {
    const place = mkdtempSync(join(tmpdir(), 'lifeguard-pools-'));
    const persist = join(place, 'state.json');
    writeFileSync(persist, 'not a state');
    const before = await start();
    const port = Number(new URL(before.url).port);
    await before.close();
    await expect(start({ port, persist })).rejects.toThrow(persist);
    await using again = await start({ port });
    expect(await isReachable(again)).toBe(true);
    rmSync(place, { recursive: true });
  });

  it.each(['0.0.0.0', '::'])('has an address that can be opened also on %s', async (host) => {
    await using pools = await startPools({ seed, host });
    expect(pools.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${pools.url}/health`)).status).toBe(200);
  });

  it('may be closed twice', async () => {
    const pools = await start();
    await pools.close();
    await expect(pools.close()).resolves.toBeUndefined();
  });
});

describe('keys shipped for tests', () => {
  it.each(['0.0.0.0', '::'])('are refused on %s: anybody has them', async (host) => {
    await expect(start({ host })).rejects.toThrow(/fixed/);
  });

  it.each(['127.0.0.1', 'localhost'])('are allowed on %s', async (host) => {
    await using pools = await start({ host });
    expect(await isReachable(pools)).toBe(true);
    expect(new URL(pools.url).hostname).toBe(host);
  });
});

describe('the issuer of AWS', () => {
  it('is in the tokens, which the official verifier accepts as they are', async () => {
    await using pools = await start({ issuer: 'aws' });
    const pool = pools.pool('members');
    const clientId = pool.client('site').id;
    const tokens = await signInForTokens(pool, 'site', alice);
    const jwks = await (await fetch(`${pools.url}/${pool.id}/.well-known/jwks.json`)).json();

    const idTokens = CognitoJwtVerifier.create({ userPoolId: pool.id, tokenUse: 'id', clientId });
    const accessTokens = CognitoJwtVerifier.create({
      userPoolId: pool.id,
      tokenUse: 'access',
      clientId,
      scope: 'email',
      groups: 'admins',
    });
    idTokens.cacheJwks(jwks);
    accessTokens.cacheJwks(jwks);

    const id = await idTokens.verify(tokens.id_token);
    const access = await accessTokens.verify(tokens.access_token);
    expect(id.iss).toBe(`https://cognito-idp.eu-west-1.amazonaws.com/${pool.id}`);
    expect(id['email']).toBe('alice@example.com');
    expect(access.username).toBe('alice');
    await expect(idTokens.verify(tokens.access_token)).rejects.toThrow();
  });

  it('is not the issuer otherwise, and the verifier says so', async () => {
    await using pools = await start();
    const pool = pools.pool('members');
    const clientId = pool.client('site').id;
    const { idToken } = await pool.tokens('alice', { client: 'site' });
    const verifier = CognitoJwtVerifier.create({ userPoolId: pool.id, tokenUse: 'id', clientId });
    verifier.cacheJwks(await (await fetch(`${pool.issuer}/.well-known/jwks.json`)).json());
    await expect(verifier.verify(idToken)).rejects.toThrow(/[Ii]ssuer/);
  });

  it('still lets one pool federate to the other', async () => {
    await using pools = await start({ issuer: 'aws' });
    const page = await signInThroughUpstream(openBrowser(), pools.pool('oidc-pool-1'), 'site', uma);
    expect(page.url).toMatch(`${callback}?code=`);
  });
});
