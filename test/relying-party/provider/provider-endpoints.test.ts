import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { REQUEST_WAIT_MS } from '../../../src/sessions/time-limits.js';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  startHostileProvider,
  type HostileProvider,
} from '../../security/support/hostile-provider.js';
import { signIn, visit } from '../../security/support/visitor.js';
import { freePort } from '../../support/free-port.js';
import { startApp, type RunningApp } from '../../support/app.js';

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

/** A look at the OP is remembered for a few seconds. */
const forgetLooks = (): void => {
  ahead += 6000;
};

const timesAsked = (name: string): number => provider.asked.get(name) ?? 0;

/**
 * Lets a path hang; `held` are the requests that still wait there, the site not having given them
 * up.
 */
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

describe('an OP that fails slowly, as behind a gateway that waits for it', () => {
  it('is waited for by one visitor; the next is told without that', async () => {
    const waiting: ServerResponse[] = [];
    provider.answers.set(DISCOVERY, (_req, res) => void waiting.push(res));
    const first = visit(`${site.url}/login`);
    await expect.poll(() => waiting.length).toBe(1);
    await wait(REQUEST_WAIT_MS + 50);
    waiting[0]!.writeHead(502).end();
    expect((await first).code).toBe('provider_unavailable');

    expect((await visit(`${site.url}/login`)).code).toBe('provider_unavailable');
    expect(waiting).toHaveLength(2);
    expect(waiting[1]!.writableEnded).toBe(false);
  });
});

describe('an OP that takes pushed requests, and hangs', () => {
  it('keeps a visitor for the look at it and the push together no longer than a request waits', async () => {
    const endpoint = `${provider.issuer}/par`;
    provider.answers.set(DISCOVERY, () => ({
      ...provider.metadata,
      require_pushed_authorization_requests: true,
      pushed_authorization_request_endpoint: endpoint,
    }));
    hang('/par');
    expect((await visit(`${site.url}/login`)).code).toBe('provider_unavailable');

    // The look takes all the time there is; the push would be answered in less than that.
    const elapsed = vi.spyOn(performance, 'now');
    onTestFinished(() => {
      elapsed.mockRestore();
    });
    provider.answers.set('/', () => {
      const now = performance.now() + REQUEST_WAIT_MS;
      elapsed.mockReturnValue(now);
      return {};
    });
    let isPushed = false;
    provider.answers.set('/par', async (_req, res) => {
      isPushed = true;
      await wait(500);
      res.writeHead(201, { 'content-type': 'application/json' });
      res.end(JSON.stringify({ request_uri: 'urn:example:a-reference', expires_in: 60 }));
    });
    forgetLooks();
    expect((await visit(`${site.url}/login`)).code).toBe('provider_unavailable');
    expect(isPushed).toBe(true);
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
