import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../src/program/config/from-environment.js';
import type { Settings } from '../../src/program/config/options/settings.js';
import {
  federatedPoolsSeed,
  startPools,
  type Pools,
  type PoolsSeed,
} from '../../src/pools/index.js';
import { openConnected } from '../support/open-connected.js';
import type { SessionStore } from '../../src/sessions/session-store.js';
import { endCommands, lifeguard } from '../program/cli/command.js';
import { freePort } from '../support/free-port.js';
import { createBrowser } from '../support/browser.js';
import { establish } from '../support/establish.js';
import { redisProgram, startRedis, type RedisProcess } from '../support/redis.js';
import { articleEnvironment, finishSignIn } from '../support/world.js';

const SESSION_SECRET = 'a secret for tests only - more than 32 bytes';

describe.each(['sqlite', 'redis'])('two processes that share sessions in %s', (kind) => {
  let redis: RedisProcess | undefined;
  let pools: Pools;
  let settings: Settings;
  let store: SessionStore;
  let urls: string[];

  beforeAll(async () => {
    if (kind === 'redis' && redisProgram === undefined) return;
    redis = kind === 'redis' ? await startRedis() : undefined;
    const ports = [await freePort(), await freePort()];
    const baseUrl = `http://localhost:${ports[0]}`;
    pools = await startPools({
      seed: withRotation(federatedPoolsSeed({ baseUrl })),
      keys: 'fixed',
    });
    const environment = {
      ...articleEnvironment(pools),
      BASE_URL: baseUrl,
      SESSION_SECRET,
      SESSION_STORE:
        redis === undefined
          ? `file:${join(mkdtempSync(join(tmpdir(), 'lifeguard-two-')), 'sessions')}`
          : `redis://127.0.0.1:${redis.port}`,
      RATE_LIMIT_PER_MINUTE: '0',
    };
    const read = readSettings(environment);
    if ('problems' in read) throw new Error(JSON.stringify(read.problems));
    settings = read.settings;
    store = await openConnected(settings.sessionStore, { now: Date.now });
    const processes = ports.map((port) => lifeguard('serve', { ...environment, PORT: `${port}` }));
    await Promise.all(processes.map((each) => each.says('listening')));
    urls = ports.map((port) => `http://127.0.0.1:${port}`);
  });
  afterAll(async () => {
    endCommands();
    await store?.close();
    await pools?.close();
    await redis?.stop();
  });

  /**
   * A session as a login would have left it an hour ago: its access token has expired, its refresh
   * token is good.
   */
  async function expiredSession(): Promise<{ cookie: string; sessionKey: string }> {
    const master = pools.pool('oidc-pool-1');
    if (master.users().length === 0) await signInOnce(pools, settings.baseUrl);
    const [user] = master.users();
    const tokens = await master.tokens(user?.username ?? '', { client: 'site', scope: 'openid' });
    const anHourAgo = Date.now() - 3_600_000;
    const { cookie, session } = await establish(
      { settings, store },
      { subject: user?.sub ?? '' },
      { ...tokens, accessTokenExpiresAt: anHourAgo, refreshDueAt: anHourAgo },
    );
    return { cookie, sessionKey: session.key };
  }

  const refreshCalls = () =>
    pools
      .requests('oidc-pool-1', '/oauth2/token')
      .filter(({ body }) => body['grant_type'] === 'refresh_token');

  const revocations = () => pools.requests('oidc-pool-1', '/oauth2/revoke');

  const getMe = (cookie: string, request: number): Promise<Response> =>
    fetch(`${urls[request % urls.length]}/api/me`, { headers: { cookie } });

  it.skipIf(kind === 'redis' && redisProgram === undefined)(
    'refresh an expired session by one call, however many requests come at once, without grace for the old token',
    async () => {
      const { cookie } = await expiredSession();
      const before = refreshCalls().length;
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, request) => getMe(cookie, request)),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(refreshCalls().length - before).toBe(1);
      expect((await getMe(cookie, 0)).status).toBe(200);
      expect((await getMe(cookie, 1)).status).toBe(200);
    },
  );

  it.skipIf(kind === 'redis' && redisProgram === undefined)(
    'drop a refresh that outlives the sign-out in the other process, and revoke what it brought',
    async () => {
      const { cookie, sessionKey } = await expiredSession();
      const [asked, revoked] = [refreshCalls().length, revocations().length];
      pools.faults.once('oidc-pool-1', 'token', { delayMs: 500 });
      const late = getMe(cookie, 0);
      // The call has arrived: the lock alone would not tell, which is taken before the tokens are
      // read.
      await expect.poll(() => refreshCalls().length - asked).toBe(1);
      await store.destroy(sessionKey);

      // The one that began it waits for a second at most, and then may have been served still.
      expect([200, 401]).toContain((await late).status);
      expect(refreshCalls().length - asked).toBe(1);
      for (const request of [0, 1]) expect((await getMe(cookie, request)).status).toBe(401);
      await expect.poll(() => revocations().length - revoked).toBe(1);
      const token = revocations().at(-1)?.body['token'] ?? '';
      expect(pools.pool('oidc-pool-1').isRefreshTokenActive(token)).toBe(false);
    },
  );

  it.skipIf(kind === 'redis' && redisProgram === undefined)(
    'see a sign-out in the one at the next request to the other',
    async () => {
      const { cookie, sessionKey } = await expiredSession();
      expect((await getMe(cookie, 1)).status).toBe(200);
      await store.destroy(sessionKey);
      expect((await getMe(cookie, 0)).status).toBe(401);
      expect((await getMe(cookie, 1)).status).toBe(401);
    },
  );
});

function withRotation(seed: PoolsSeed): PoolsSeed {
  const copy = structuredClone(seed);
  const client = copy.pools[0]?.clients?.find(({ name }) => name === 'site');
  Object.assign(client ?? {}, { refreshTokenRotation: { graceSeconds: 0 } });
  return copy;
}

/** Brings alice into the master pool, as her first sign-in would. */
async function signInOnce(pools: Pools, baseUrl: string): Promise<void> {
  const master = pools.pool('oidc-pool-1');
  const site = master.client('site');
  const url = new URL(`${master.domain}/oauth2/authorize`);
  url.search = new URLSearchParams({
    client_id: site.id,
    response_type: 'code',
    redirect_uri: `${baseUrl}/callback`,
    identity_provider: 'oidc-pool-2',
  }).toString();
  const browser = createBrowser({ stopAt: 'http://localhost' });
  await finishSignIn(browser, await browser.get(url.href));
}
