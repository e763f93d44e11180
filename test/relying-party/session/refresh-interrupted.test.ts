import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/program/config/from-environment.js';
import type { Settings } from '../../../src/program/config/options/settings.js';
import { startPools, type Pools } from '../../../src/pools/index.js';
import { openConnected } from '../../support/open-connected.js';
import { sealingSecrets } from '../../../src/sessions/sealing/sealing-secrets.js';
import type { SessionStore } from '../../../src/sessions/session-store.js';
import type { Session } from '../../../src/sessions/session.js';
import { createSessions, type Sessions } from '../../../src/sessions/sessions.js';
import { endCommands, lifeguard, type RunningCommand } from '../../program/cli/command.js';
import { freePort } from '../../support/free-port.js';
import { establish } from '../../support/establish.js';

/** Real processes, a file for the sessions, and the rotation's grace that `setup` writes. */
describe('a process that is stopped in the middle of a refresh', () => {
  let pools: Pools;
  let environment: Record<string, string>;
  let settings: Settings;
  let store: SessionStore;
  let sessions: Sessions;
  beforeAll(async () => {
    const clients = [
      {
        name: 'site',
        callbackUrls: ['http://localhost:3000/callback'],
        flows: ['code' as const],
        refreshTokenRotation: { graceSeconds: 60 },
      },
    ];
    const users = [{ username: 'bob', password: 'Bob-Is-Here-2' }];
    pools = await startPools({
      keys: 'fixed',
      seed: { pools: [{ name: 'oidc-pool-1', clients, users }] },
    });
    const master = pools.pool('oidc-pool-1');
    environment = {
      ISSUER: master.issuer,
      CLIENT_ID: master.client('site').id,
      CLIENT_SECRET: master.client('site').secret ?? 'none',
      BASE_URL: 'http://localhost:3000',
      SESSION_SECRET: 'a secret for tests only - more than 32 bytes',
      SESSION_STORE: `file:${join(mkdtempSync(join(tmpdir(), 'lifeguard-stop-')), 'sessions')}`,
      RATE_LIMIT_PER_MINUTE: '0',
      LOG_LEVEL: 'debug',
    };
    const read = readSettings(environment);
    if ('problems' in read) throw new Error(JSON.stringify(read.problems));
    settings = read.settings;
    store = await openConnected(settings.sessionStore, { now: Date.now });
    sessions = createSessions({
      clientId: settings.clientId,
      store,
      secrets: sealingSecrets(settings.sessionSecrets, { ...settings, cookieNamespace: '' }),
      idleSeconds: settings.sessionIdleSeconds,
      absoluteSeconds: settings.sessionAbsoluteSeconds,
      now: Date.now,
    });
  });
  afterAll(async () => {
    endCommands();
    await store.close();
    await pools.close();
  });

  const start = async (): Promise<{ process: RunningCommand; url: string }> => {
    const port = await freePort();
    const command = lifeguard('serve', { ...environment, PORT: `${port}` });
    await command.says('listening');
    return { process: command, url: `http://127.0.0.1:${port}` };
  };
  /** Signed in a while ago: the tokens are due, or have expired. */
  const signedIn = async (
    accessTokenExpiresAt: number,
  ): Promise<{ cookie: string; session: Session; refreshToken: string }> => {
    const master = pools.pool('oidc-pool-1');
    const tokens = await master.tokens('bob', { client: 'site', scope: 'openid' });
    const due = { accessTokenExpiresAt, refreshDueAt: Date.now() - 1000 };
    const sub = master.users()[0]!.sub;
    const who = { subject: sub, username: 'bob' };
    const established = await establish({ settings, store }, who, { ...tokens, ...due });
    return { ...established, refreshToken: tokens.refreshToken };
  };
  const status = async (url: string, cookie: string): Promise<number> =>
    (await fetch(`${url}/api/me`, { headers: { cookie } })).status;
  const refreshCalls = (): number =>
    pools
      .requests('oidc-pool-1', '/oauth2/token')
      .filter(({ body }) => body['grant_type'] === 'refresh_token').length;

  it('by SIGTERM saves the new refresh token, gives the lock back, and exits with 0', async () => {
    const { process, url } = await start();
    const { cookie, session, refreshToken } = await signedIn(Date.now() + 600_000);
    const asked = refreshCalls();
    pools.faults.once('oidc-pool-1', 'token', { delayMs: 1500 });
    expect(await status(url, cookie)).toBe(200);
    await expect.poll(() => refreshCalls() - asked).toBe(1);
    process.process.kill('SIGTERM');
    expect(await process.exit()).toBe(0);

    const kept = await sessions.tokens(session);
    expect(kept?.refreshToken).not.toBe(refreshToken);
    expect(pools.pool('oidc-pool-1').isRefreshTokenActive(kept?.refreshToken ?? '')).toBe(true);
    expect((await sessions.findByKey(session.key))?.refreshDueAt).toBeGreaterThan(Date.now());
    expect(await store.lock(`refresh:${session.key}`, 1)).toBeDefined();
  });

  it.each([
    ['while the access token is good', 600_000],
    ['when the access token has expired', -1000],
  ])('by SIGKILL %s leaves the session to the next process', async (_when, leftMs) => {
    const [killed, next] = await Promise.all([start(), start()]);
    const { cookie, session, refreshToken } = await signedIn(Date.now() + leftMs);
    const asked = refreshCalls();
    // Rotated at the pool, and never heard of again.
    pools.faults.once('oidc-pool-1', 'token', { delayMs: 800, truncate: true });
    const cut = status(killed.url, cookie).catch(() => 0);
    await expect.poll(() => refreshCalls() - asked).toBe(1);
    killed.process.process.kill('SIGKILL');
    await killed.process.exit();
    await cut;

    expect(await status(next.url, cookie)).toBe(200);
    await next.process.says('session.refreshed');
    expect(await status(next.url, cookie)).toBe(200);
    const kept = await sessions.tokens(session);
    expect(kept?.refreshToken).not.toBe(refreshToken);
    expect((await sessions.findByKey(session.key))?.refreshDueAt).toBeGreaterThan(Date.now());
  });
});
