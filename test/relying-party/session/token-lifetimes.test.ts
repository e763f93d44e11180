import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRelyingParty } from '../../../src/index.js';
import { internalsOf } from '../../../src/relying-party/internals.js';
import { createRevokedSignIns } from '../../../src/relying-party/session/revoked-sign-ins.js';
import { MemoryStore } from '../../../src/sessions/stores/memory-store.js';
import { startApp, type RunningApp } from '../../support/app.js';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  startHostileProvider,
  type HostileProvider,
} from '../../security/support/hostile-provider.js';
import { signIn, visit } from '../../security/support/visitor.js';

const HOUR_MS = 3_600_000;

/** `expires_in` says when to refresh; it must not make every page ask the OP for tokens. */
describe('tokens whose expires_in', () => {
  let provider: HostileProvider;
  let site: RunningApp;
  let time = 0;
  beforeAll(async () => {
    provider = await startHostileProvider();
  });
  beforeEach(async () => {
    provider.behave();
    time = Date.now();
    site = await startApp(
      { ISSUER: provider.issuer, CLIENT_ID, CLIENT_SECRET },
      { now: () => time },
    );
  });
  afterEach(() => site.stop());
  afterAll(() => provider.stop());

  /**
   * How often the OP is asked for tokens when a page is opened every so many seconds, the sign-in
   * included.
   */
  async function timesAsked(expiresIn: unknown, everySeconds: number): Promise<number> {
    provider.answers.set('/token', (_req, _res, body) =>
      provider.tokens(body, { members: { expires_in: expiresIn } }),
    );
    const { cookie } = await signIn(site.url);
    for (let page = 0; page < 5; page += 1) {
      time += everySeconds * 1000;
      expect((await visit(`${site.url}/api/me`, { cookie })).status).toBe(200);
    }
    return provider.asked.get('POST /token') ?? 0;
  }

  it.each([0, '0', undefined])('is %s count for five minutes', async (expiresIn) => {
    expect(await timesAsked(expiresIn, 20)).toBe(1);
  });

  it.each([0, '0', undefined])('is %s are refreshed when these are over', async (expiresIn) => {
    expect(await timesAsked(expiresIn, 100)).toBe(2);
  });

  it.each([0.001, 1, '1'])('is %s count for five seconds', async (expiresIn) => {
    expect(await timesAsked(expiresIn, 0.7)).toBe(1);
  });

  it.each([6, '6', '6 seconds'])(
    'is %j, and no less than that, are refreshed as it says',
    async (expiresIn) => {
      expect(await timesAsked(expiresIn, 6.1)).toBeGreaterThan(2);
    },
  );

  it.each([-1, '-1', '', 'soon', null, true, [], {}])('is %j sign nobody in', async (expiresIn) => {
    provider.answers.set('/token', (_req, _res, body) =>
      provider.tokens(body, { members: { expires_in: expiresIn } }),
    );
    const { status, code } = await signIn(site.url);
    expect([status, code]).toEqual([502, 'code_exchange_failed']);
  });
});

/**
 * Our mark of an ended sign-in must outlive its access tokens, whatever the OP says of their life
 * and whatever its clock.
 */
describe('access tokens of a sign-in that ended', () => {
  let provider: HostileProvider;
  let site: RunningApp;
  let time = 0;
  beforeAll(async () => {
    provider = await startHostileProvider();
  });
  beforeEach(async () => {
    provider.behave();
    time = Date.now();
    site = await startApp(
      { ISSUER: provider.issuer, CLIENT_ID, CLIENT_SECRET, API_CLIENT_IDS: 'another-client' },
      { now: () => time },
    );
  });
  afterEach(() => site.stop());
  afterAll(() => provider.stop());

  const seconds = (): number => Math.floor(time / 1000);
  let count = 0;
  const accessToken = (claims: Record<string, unknown> = {}): Promise<string> =>
    provider.sign(
      {
        iss: provider.issuer,
        sub: 'alice',
        aud: site.url,
        client_id: CLIENT_ID,
        scope: 'openid',
        sid: 'sid-1',
        iat: seconds() - 5,
        exp: seconds() + 3600,
        jti: String((count += 1)),
        ...claims,
      },
      { typ: 'at+jwt' },
    );

  /** Signs in under this access token. @returns what signs out again */
  async function signInWith(
    access_token: string,
    members: Record<string, unknown> = {},
    claims: Record<string, unknown> = {},
  ): Promise<() => Promise<void>> {
    const all = { sid: 'sid-1', iat: seconds(), exp: seconds() + 300, ...claims };
    provider.answers.set('/token', (_req, _res, body) =>
      provider.tokens(body, { claims: all, members: { access_token, ...members } }),
    );
    const { cookie } = await signIn(site.url);
    const headers = { origin: site.url };
    return async () => {
      const answer = await visit(`${site.url}/logout`, { method: 'POST', cookie, headers });
      expect(answer.status).toBe(200);
    };
  }

  async function callApi(token: string): Promise<string> {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await visit(`${site.url}/api/me`, { headers });
    return answer.status === 200 ? 'taken' : String(answer.code);
  }

  it.each([undefined, 0, 60])(
    'are refused for as long as they live, whatever expires_in says (%s)',
    async (expires_in) => {
      const token = await accessToken();
      const signOut = await signInWith(token, { expires_in });
      expect(await callApi(token)).toBe('taken');
      await signOut();
      expect(await callApi(token)).toBe('access_token_revoked');
      time += 7 * 60_000;
      expect(await callApi(token)).toBe('access_token_revoked');
    },
  );

  it('are refused for as long as they live where they live for longer than a day', async () => {
    const token = await accessToken({ exp: seconds() + 30 * 3600 });
    const signOut = await signInWith(token);
    await signOut();
    time += 29 * HOUR_MS;
    expect(await callApi(token)).toBe('access_token_revoked');
  });

  it('are refused for a day where another client got them, whose tokens live longer than ours', async () => {
    const token = await accessToken({ client_id: 'another-client', exp: seconds() + 86_000 });
    const signOut = await signInWith('an-opaque-token');
    expect(await callApi(token)).toBe('taken');
    await signOut();
    time += 23 * HOUR_MS;
    expect(await callApi(token)).toBe('access_token_revoked');
  });

  it('are refused for as long as they live also when a shorter sign-in under the same sid ends', async () => {
    const long = await accessToken({ exp: seconds() + 30 * 3600 });
    await (
      await signInWith(long)
    )();
    time += 10_000;
    await (
      await signInWith(await accessToken())
    )();
    time += 29 * HOUR_MS;
    expect(await callApi(long)).toBe('access_token_revoked');
  });

  it('are remembered for no longer than a lifetime that can be believed', async () => {
    const expiries: number[] = [];
    const create = site.store.create.bind(site.store);
    site.store.create = async (key, session) => {
      expiries.push(session.expiresAt);
      await create(key, session);
    };
    const signOut = await signInWith(await accessToken({ exp: 1e300 }));
    await signOut();
    expect(Math.max(...expiries)).toBe(time + 400 * 24 * HOUR_MS);
  });

  it.each([5, 30])('are refused where the clock of the OP is %s s ahead', async (ahead) => {
    const token = await accessToken({ iat: seconds() + ahead });
    const signOut = await signInWith(token, {}, { iat: seconds() + ahead });
    expect(await callApi(token)).toBe('taken');
    await signOut();
    expect(await callApi(token)).toBe('access_token_revoked');
    time += 2000;
    expect(await callApi(token)).toBe('access_token_revoked');
  });

  it('are refused where the clock is ahead that only the ID token tells of', async () => {
    const token = await accessToken({ iat: seconds() + 30, client_id: 'another-client' });
    const signOut = await signInWith('an-opaque-token', {}, { iat: seconds() + 30 });
    await signOut();
    expect(await callApi(token)).toBe('access_token_revoked');
  });

  it.each([-30, 0, 30])(
    'keep out none of the next sign-in under the same sid, by a clock %s s ahead',
    async (ahead) => {
      const old = await accessToken({ iat: seconds() + ahead });
      await (
        await signInWith(old, {}, { iat: seconds() + ahead })
      )();
      time += 2000;
      const next = await accessToken({ iat: seconds() + ahead });
      await signInWith(next, {}, { iat: seconds() + ahead });
      expect(await callApi(next)).toBe('taken');
      expect(await callApi(old)).toBe('access_token_revoked');
    },
  );

  it('are all refused when two sessions of one sid end at once, whichever was issued last or lives longest', async () => {
    const first = await accessToken({ iat: seconds() + 30, exp: seconds() + 30 * 3600 });
    await signInWith(first, {}, { iat: seconds() + 30 });
    const second = await accessToken();
    await signInWith(second);
    expect(await site.relyingParty.endSessionsOf('alice')).toBe(2);
    expect(await callApi(first)).toBe('access_token_revoked');
    time += 29 * HOUR_MS;
    expect(await callApi(first)).toBe('access_token_revoked');
  });

  it('are refused for as long as the API takes them after they have expired', async () => {
    const store = new MemoryStore({ now: () => time });
    const { revokedSignIns } = internalsOf(
      createRelyingParty({
        issuer: provider.issuer,
        clientId: CLIENT_ID,
        clientSecret: CLIENT_SECRET,
        baseUrl: site.url,
        now: () => time,
        session: { secrets: ['a secret for tests only - more than 32 bytes'], store },
        api: { clockToleranceSeconds: 600 },
      }),
    );
    const names = { issuer: provider.issuer, originJti: 'origin-1', sid: undefined };
    await revokedSignIns.add({ ...names, accessTokenExpiresAt: time + 30 * HOUR_MS });
    time += 30 * HOUR_MS + 599_000;
    expect(await revokedSignIns.has({ ...names, issuedAt: time })).toBe(true);
    time += 1000;
    expect(await revokedSignIns.has({ ...names, issuedAt: time })).toBe(false);
    await store.close();
  });

  it('keep out none of the next sign-in under the same sid while the store takes no mark', async () => {
    const store = new MemoryStore({ now: () => time });
    store.create = () => Promise.reject(new Error('full'));
    const revokedSignIns = createRevokedSignIns({ store, now: () => time });
    const names = { issuer: provider.issuer, originJti: undefined, sid: 'sid-1' };
    const ended = { ...names, accessTokenExpiresAt: time };
    await expect(revokedSignIns.add(ended)).rejects.toThrow('full');
    await revokedSignIns.resume(names, seconds() - 20);
    const issued = (at: number): Promise<boolean> =>
      revokedSignIns.has({ ...names, issuedAt: at * 1000 });
    expect(await issued(seconds() - 20)).toBe(false);
    expect(await issued(seconds() - 30)).toBe(true);
    await store.close();
  });
});
