import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  startHostileProvider,
  type HostileProvider,
} from './security/support/hostile-provider.js';
import { signIn, visit } from './security/support/visitor.js';
import { freePort } from './support/free-port.js';
import { startApp, type RunningApp } from './support/app.js';

const DISCOVERY = '/.well-known/openid-configuration';

let provider: HostileProvider;
let site: RunningApp;
let ahead = 0;
beforeEach(async () => {
  ahead = 0;
  provider = await startHostileProvider();
  site = await startApp(
    { ISSUER: provider.issuer, CLIENT_ID, CLIENT_SECRET },
    { now: () => Date.now() + ahead },
  );
});
afterEach(async () => {
  await site.stop();
  await provider.stop();
});

const timesAsked = (name: string): number => provider.asked.get(name) ?? 0;

/** Lets a path hang; `held` are the requests that still wait there, the site not having given them up. */
function hang(path: string): { readonly held: Set<IncomingMessage> } {
  const held = new Set<IncomingMessage>();
  provider.answers.set(path, (req: IncomingMessage, res: ServerResponse) => {
    held.add(req);
    res.once('close', () => held.delete(req));
  });
  return { held };
}

/** The time limit of a request has ended it; the connection's end takes a moment to get here. */
const givenUp = async (held: Set<IncomingMessage>): Promise<void> => {
  await expect.poll(() => held.size).toBe(0);
};

describe('an OP whose discovery hangs', () => {
  it('is waited for by one visitor; the next is told at once, while the request to it goes on', async () => {
    const { held } = hang(DISCOVERY);
    const [first, second] = await Promise.all([
      visit(`${site.url}/login`),
      visit(`${site.url}/login`),
    ]);
    expect([first.code, second.code]).toEqual(['provider_unavailable', 'provider_unavailable']);
    expect(timesAsked(`GET ${DISCOVERY}`)).toBe(1);
    await givenUp(held);

    const third = await visit(`${site.url}/login`);
    expect(third.code).toBe('provider_unavailable');
    expect(held.size).toBe(1);
  });

  it('is signed in at again as soon as it answers', async () => {
    hang(DISCOVERY);
    await visit(`${site.url}/login`);
    provider.answers.delete(DISCOVERY);
    expect((await signIn(site.url)).status).toBe(302);
  });

  it('an hour after it was read, keeps nobody: what is known serves while the request to it goes on', async () => {
    expect((await signIn(site.url)).status).toBe(302);
    const { held } = hang(DISCOVERY);
    ahead = 3_600_000;
    expect((await visit(`${site.url}/login`)).status).toBe(302);
    expect(held.size).toBe(1);
  });
});

describe('an OP whose key set hangs', () => {
  it('is waited for by one caller of the API; the next is told at once', async () => {
    const { held } = hang('/jwks');
    const iat = Math.floor(Date.now() / 1000);
    const token = await provider.sign({ iss: provider.issuer, sub: 'alice', iat, exp: iat + 300 });
    const headers = { authorization: `Bearer ${token}` };
    expect((await visit(`${site.url}/api/me`, { headers })).code).toBe('provider_unavailable');
    await givenUp(held);
    expect((await visit(`${site.url}/api/me`, { headers })).code).toBe('provider_unavailable');
    expect(held.size).toBe(1);
  });
});

describe('an OP that accepts connections and says nothing', () => {
  it('is looked for once; the next visitor is sent to it without a look', async () => {
    await signIn(site.url);
    ahead = 2000;
    const { held } = hang('/');
    expect((await visit(`${site.url}/login`)).status).toBe(302);
    await givenUp(held);
    expect((await visit(`${site.url}/login`)).status).toBe(302);
    expect(held.size).toBe(1);
  });

  it('nor reads the metadata again, keeps a visitor for one of the two and not for both', async () => {
    expect((await signIn(site.url)).status).toBe(302);
    const discovery = hang(DISCOVERY);
    const { held } = hang('/');
    ahead = 3_600_000;
    expect((await visit(`${site.url}/login`)).status).toBe(302);
    await expect.poll(() => held.size).toBe(1);
    expect(discovery.held.size).toBe(1);
  });
});

describe('an endpoint that was wrong, or has moved', () => {
  const moved = (changes: Record<string, unknown>): void => {
    provider.answers.set(DISCOVERY, () => ({ ...provider.metadata, ...changes }));
  };

  it.each([
    ['nobody listens', async () => `http://127.0.0.1:${await freePort()}/token`],
    ['there is no such page', async () => `${provider.issuer}/not-here`],
  ])('the token endpoint, where %s, is read again for the next sign-in', async (_what, wrong) => {
    // Only the path may be wrong at the time of the login, or the look before it would tell.
    await signIn(site.url);
    moved({ token_endpoint: await wrong() });
    ahead = 3_600_000;
    await signIn(site.url);
    provider.answers.delete(DISCOVERY);
    const exp = Math.floor((Date.now() + ahead) / 1000) + 300;
    provider.answers.set('/token', (_req, _res, body) =>
      provider.tokens(body, { claims: { exp } }),
    );
    expect((await signIn(site.url)).status).toBe(302);
  });

  it.each([
    [404, 1],
    [405, 1],
    [410, 1],
    [421, 1],
    [400, 0],
    [403, 0],
    [500, 0],
    [503, 0],
  ])(
    'the token endpoint, where %i is answered, has the discovery document read %i times',
    async (status, reads) => {
      await signIn(site.url);
      provider.asked.clear();
      provider.answers.set('/token', (_req, res) => void res.writeHead(status).end());
      await signIn(site.url);
      await visit(`${site.url}/login`);
      expect(timesAsked(`GET ${DISCOVERY}`)).toBe(reads);
    },
  );

  it('the token endpoint that moved while nobody asked is found by the look before the next sign-in', async () => {
    moved({ token_endpoint: `http://127.0.0.1:${await freePort()}/token` });
    expect((await visit(`${site.url}/login`)).code).toBe('provider_unavailable');
    provider.answers.delete(DISCOVERY);
    expect((await signIn(site.url)).status).toBe(302);
  });

  it('the key set is read where discovery says now, in the same sign-in', async () => {
    moved({ jwks_uri: `${provider.issuer}/old-keys` });
    expect((await visit(`${site.url}/login`)).status).toBe(302);
    provider.answers.delete(DISCOVERY);
    expect((await signIn(site.url)).status).toBe(302);
    expect([timesAsked('GET /old-keys'), timesAsked('GET /jwks')]).toEqual([1, 1]);
  });

  it('costs one read of the discovery document for each failure, and none while that fails too', async () => {
    await signIn(site.url);
    moved({ token_endpoint: `${provider.issuer}/not-here` });
    ahead = 3_600_000;
    await signIn(site.url);
    provider.asked.clear();
    provider.answers.set(DISCOVERY, (_req, res) => void res.writeHead(500).end());
    for (let n = 0; n < 5; n += 1) await signIn(site.url);
    expect(timesAsked(`GET ${DISCOVERY}`)).toBe(1);
  });
});
