import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { createRelyingParty, type RelyingPartyOptions } from '../../../src/index.js';
import { internalsOf } from '../../../src/relying-party/internals.js';
import type { Session } from '../../../src/sessions/session.js';
import { MemoryStore } from '../../../src/sessions/stores/memory-store.js';
import type { SessionStore } from '../../../src/sessions/session-store.js';
import { storeUnavailable } from '../../../src/sessions/store-errors.js';
import { reservePort, urlOf } from '../../support/app.js';
import { createBrowser } from '../../support/browser.js';
import { startHost } from '../../support/host.js';
import { startOtherProvider } from '../../support/other-provider.js';
import { finishSignIn, startWorld } from '../../support/world.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

describe('signing in again in the same browser', () => {
  it('at a user pool revokes the refresh token of the sign-in before, and only that', async () => {
    const host = await startHost((app, relyingParty) => {
      app.use(relyingParty.routes);
      app.get('/page', relyingParty.requireSession(), (_req, res) => void res.send('page'));
    });
    stops.push(() => host.stop());
    const master = host.pools.pool('oidc-pool-1');
    const { sessions, issuer, revokedSignIns } = internalsOf(host.relyingParty);
    const isMarked = (session: Session): Promise<boolean> =>
      revokedSignIns.has({ ...session, issuedAt: session.createdAt });
    const browser = createBrowser();
    const current = async (): Promise<[Session, string]> => {
      const [session, ...others] = await sessions.ofSubject(issuer, master.users()[0]!.sub);
      expect(others).toEqual([]);
      return [session!, (await sessions.tokens(session!))!.refreshToken!];
    };

    // Begun in another tab, and finished later.
    const tab = await browser.get(`${host.url}/page`);
    await finishSignIn(browser, await browser.get(`${host.url}/page`));
    const [before, old] = await current();
    await finishSignIn(browser, tab);
    const [after, mine] = await current();
    expect(after.key).not.toBe(before.key);
    await expect.poll(() => master.isRefreshTokenActive(old)).toBe(false);
    expect(master.isRefreshTokenActive(mine)).toBe(true);
    await expect.poll(() => isMarked(before)).toBe(true);
    expect(await isMarked(after)).toBe(false);
  });

  it('while the store takes no more sessions leaves the one before, and gives back what came for the new one', async () => {
    let isFull = false;
    let store!: SessionStore;
    const world = await startWorld({
      store: (now) => {
        store = new MemoryStore({ now });
        return new Proxy(store, {
          get(target, name: keyof SessionStore) {
            if (name === 'create' && isFull) return () => Promise.reject(storeUnavailable('full'));
            return (target[name] as () => unknown).bind(target);
          },
        });
      },
    });
    stops.push(() => world.stop());
    const browser = world.browser();
    await world.signIn(browser);
    const issued = (): number => world.pools.requests('oidc-pool-1', '/oauth2/token').length;
    const before = issued();

    isFull = true;
    const failed = await browser.get(`${world.app.url}/login?provider=oidc-pool-2`);
    expect(issued()).toBe(before + 1);
    expect(failed.status).toBe(503);
    expect(failed.text()).toContain('You could not be signed in');
    expect(failed.text()).not.toContain('You are not signed out');
    expect(failed.text()).toContain('Alice Example');
    const revocations = () => world.pools.requests('oidc-pool-1', '/oauth2/revoke');
    await expect.poll(() => revocations().map(({ status }) => status)).toEqual([200]);
    expect((await browser.get(`${world.app.url}/profile`)).text()).toContain('Alice Example');

    // What was given back is not what the session has: it is refreshed.
    for (let minutes = 0; minutes < 80; minutes += 20) {
      world.pools.clock.advance('20m');
      expect((await browser.get(`${world.app.url}/profile`)).text()).toContain('Alice Example');
    }
    expect(issued()).toBe(before + 2);
  });

  it('at an OP that reuses the grant leaves the new sign-in its refresh token and access tokens', async () => {
    const site = await startAtOtherProvider({});
    const { before, after } = await site.signInTwice();
    // The very case: one browser session at the OP, one grant.
    expect(after.session.sid).toBe(before.session.sid);
    expect(await site.refreshes(after.refreshToken)).toBe(true);
    expect(await site.isRevoked(after.session)).toBe(false);
  });

  it('there too ends both when it is told to, and then the new one goes with the old one', async () => {
    const site = await startAtOtherProvider({ revokeReplaced: true });
    const { before, after } = await site.signInTwice();
    await expect.poll(() => site.refreshes(before.refreshToken)).toBe(false);
    // That is this OP's way, and why it is no default.
    expect(await site.refreshes(after.refreshToken)).toBe(false);
    expect(await site.isRevoked(after.session)).toBe(false);
  });
});

async function startAtOtherProvider(more: Partial<RelyingPartyOptions>) {
  const server = await reservePort();
  const url = urlOf(server);
  const provider = await startOtherProvider(url);
  stops.push(() => provider.stop());
  const { issuer, clientId, clientSecret } = provider;
  const store = new MemoryStore({ now: Date.now });
  const relyingParty = createRelyingParty({
    issuer,
    clientId,
    clientSecret,
    baseUrl: url,
    session: { secrets: ['a secret for tests only - more than 32 bytes'], store },
    ...more,
  });
  const app = express();
  app.use(relyingParty.routes);
  app.get('/page', relyingParty.requireSession(), (_req, res) => void res.send('page'));
  server.on('request', app);
  stops.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await relyingParty.close();
    await store.close();
  });
  const { sessions, revokedSignIns } = internalsOf(relyingParty);
  const current = async () => {
    const [session, ...others] = await sessions.ofSubject(issuer, 'bob');
    expect(others).toEqual([]);
    return { session: session!, refreshToken: (await sessions.tokens(session!))!.refreshToken! };
  };
  return {
    async signInTwice() {
      const browser = createBrowser();
      // Begun in another tab, and finished later.
      const tab = await browser.get(`${url}/login?return_to=/page`, { follow: false });
      const loginPage = await browser.get(`${url}/page`);
      const consentPage = await browser.submit(loginPage, { login: 'bob', password: 'any' });
      expect((await browser.submit(consentPage)).text()).toBe('page');
      const before = await current();
      expect((await browser.get(tab.headers['location']!)).text()).toBe('page');
      const after = await current();
      expect(after.session.key).not.toBe(before.session.key);
      return { before, after };
    },
    async refreshes(refreshToken: string): Promise<boolean> {
      const basic = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
      const answer = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(basic).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
      });
      return answer.status === 200;
    },
    /** Of an access token that was issued with the session. */
    isRevoked: (session: Session): Promise<boolean> =>
      revokedSignIns.has({ ...session, issuedAt: Math.floor(session.createdAt / 1000) * 1000 }),
  };
}
