import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConnected } from '../../support/open-connected.js';
import type { SessionStore } from '../../../src/sessions/session-store.js';
import { signedIn } from '../../../src/testing/index.js';
import { startApp, type RunningApp } from '../../support/app.js';
import type { Browser } from '../../support/browser.js';
import { redisProgram, startRedis, type RedisProcess } from '../../support/redis.js';
import { environmentFor, startWorld, type World } from '../../support/world.js';

const HOUR_MS = 3_600_000;

describe.skipIf(redisProgram === undefined)(
  'a sign-out that meets a replica which cannot read the session',
  () => {
    let world: World;
    let replica: RunningApp | undefined;
    let browser: Browser;
    let cookie: string;
    let redis: RedisProcess;
    let store: SessionStore;
    let ofReplica: SessionStore | undefined;
    beforeEach(async () => {
      redis = await startRedis();
      store = await openConnected(`redis://127.0.0.1:${redis.port}`, { now: Date.now });
      world = await startWorld({ store: () => store });
      browser = world.browser();
      await world.signIn(browser);
      cookie = sessionCookie();
    });
    const sessionCookie = (): string =>
      browser
        .cookies(world.app.url)
        .find(({ key }) => key === 'lifeguard')!
        .cookieString();
    afterEach(async () => {
      await replica?.stop();
      await ofReplica?.close();
      await world.stop();
      await store.close();
      await redis.stop();
    });

    async function startReplica(
      environment: Record<string, string>,
      now = () => world.pools.clock.now(),
    ): Promise<RunningApp> {
      ofReplica = await openConnected(`redis://127.0.0.1:${redis.port}`, { now });
      replica = await startApp(
        { ...environmentFor(world.pools), BASE_URL: world.app.url, ...environment },
        { store: ofReplica, now },
      );
      // It has seen the provider before anybody signs out there.
      await fetch(`${replica.url}/login`, { redirect: 'manual' });
      return replica;
    }

    const statusOf = async (): Promise<number> =>
      (await fetch(`${world.app.url}/api/me`, { headers: { cookie } })).status;

    async function signOutAt({ url }: RunningApp): Promise<{ chain: string; cleared: boolean }> {
      const answer = await fetch(`${url}/logout`, {
        method: 'POST',
        headers: { cookie, accept: 'text/html', origin: world.app.url },
        redirect: 'manual',
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('refresh')).toContain(`${world.master.domain}/logout`);
      const lines = answer.headers.getSetCookie();
      return {
        cleared: lines.some((line) => /^lifeguard=;.*Max-Age=0/.test(line)),
        chain: lines.find((line) => line.startsWith('lg-logout='))!.split(';')[0]!,
      };
    }

    async function told(app: RunningApp, chain: string): Promise<string> {
      const headers = { cookie: chain, accept: 'text/html' };
      return (await fetch(`${app.url}/signed-out`, { headers })).text();
    }

    it('because its clock is ahead: ends it for everybody, and revokes the refresh token', async () => {
      const ahead = await startReplica({}, () => world.pools.clock.now() + 9 * HOUR_MS);
      expect(await statusOf()).toBe(200);
      expect((await signOutAt(ahead)).cleared).toBe(true);
      expect(await statusOf()).toBe(401);
      const [revocation] = world.pools.requests('oidc-pool-1', '/oauth2/revoke');
      expect(world.master.isRefreshTokenActive(revocation!.body['token']!)).toBe(false);
    });

    const replicas = [
      ['its clock is ahead', {}, 9 * HOUR_MS],
      ['it has another secret', { SESSION_SECRET: 'another secret - more than 32 bytes long' }, 0],
    ] as const;

    it.each(replicas)(
      'because %s: an operator ends it there for everybody, and is told how many there were',
      async (_why, environment, ahead) => {
        const app = await startReplica(environment, () => world.pools.clock.now() + ahead);
        const { sub } = world.master.users()[0]!;
        expect(await statusOf()).toBe(200);
        expect(await app.relyingParty.endSessionsOf(sub)).toBe(1);
        expect(await statusOf()).toBe(401);
        expect(await app.relyingParty.endSessionsOf(sub)).toBe(0);
      },
    );

    it.each(replicas)(
      'because %s: its user ends it from there, by name or with all others',
      async (_why, environment, ahead) => {
        const app = await startReplica(environment, () => world.pools.clock.now() + ahead);
        const { sub } = world.master.users()[0]!;
        const there = await signedIn(app.relyingParty, { claims: { sub } });
        const post = (path: string): Promise<Response> =>
          fetch(app.url + path, {
            method: 'POST',
            headers: { ...there.headers, accept: 'text/html' },
            redirect: 'manual',
          });
        const key = createHash('sha256').update(cookie.split('=')[1]!).digest('base64url');
        expect((await post(`/sessions/${key}/end`)).status).toBe(303);
        expect(await statusOf()).toBe(401);

        browser.clearCookies();
        await world.signIn(browser);
        cookie = sessionCookie();
        expect(await statusOf()).toBe(200);
        expect((await post('/sessions/end-others')).status).toBe(303);
        expect(await statusOf()).toBe(401);
        const mine = await fetch(`${app.url}/api/me`, { headers: { cookie: there.cookie } });
        expect(mine.status).toBe(200);
      },
    );

    it('because its clock is ahead: a sign-in and a look there leave it where it can be found', async () => {
      const app = await startReplica({}, () => world.pools.clock.now() + 9 * HOUR_MS);
      const { sub } = world.master.users()[0]!;
      const there = await signedIn(app.relyingParty, { claims: { sub } });
      const headers = { cookie: there.cookie, accept: 'text/html' };
      expect((await fetch(`${app.url}/sessions`, { headers })).status).toBe(200);
      expect(await world.app.relyingParty.endSessionsOf(sub)).toBe(2);
      expect(await statusOf()).toBe(401);
    });

    it('because it has another secret: ends it for everybody, and says that access lasts', async () => {
      const stranger = await startReplica({
        SESSION_SECRET: 'another secret - more than 32 bytes long',
      });
      expect(await statusOf()).toBe(200);
      const { chain, cleared } = await signOutAt(stranger);
      expect(cleared).toBe(true);
      expect(await statusOf()).toBe(401);
      expect(world.pools.requests('oidc-pool-1', '/oauth2/revoke')).toEqual([]);
      expect((await told(stranger, chain)).replaceAll(/<[^>]+>|\s+/g, ' ')).toMatch(
        /This site +Done +Access given to this site +Did not work +It ends by itself when it expires/,
      );
    });
  },
);
