import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type RunningApp } from './support/app.js';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  startHostileProvider,
  type HostileProvider,
} from './security/support/hostile-provider.js';
import { signIn, visit } from './security/support/visitor.js';

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

  /** How often the OP is asked for tokens when a page is opened every so many seconds, the sign-in included. */
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
