import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSessionStore } from '../../src/sessions/stores/open-session-store.js';
import type { SessionStore } from '../../src/sessions/session-store.js';
import { startApp, type RunningApp } from '../support/app.js';
import { establish } from '../support/establish.js';

const OLD = 'the old secret - more than thirty-two bytes';
const NEW = 'the new secret - more than thirty-two bytes';

/**
 * A secret is rotated in two steps, so that at no moment a process meets a session it cannot open.
 */
describe('changing SESSION_SECRET and restarting, one process after the other', () => {
  const file = `file:${join(mkdtempSync(join(tmpdir(), 'lifeguard-rolling-')), 'sessions')}`;
  let store: SessionStore;
  beforeAll(async () => {
    store = await openSessionStore(file, { now: Date.now });
  });
  afterAll(() => store.close());

  const start = async (secrets: string): Promise<RunningApp> =>
    startApp(
      {
        ISSUER: 'http://127.0.0.1:9/eu-west-1_Nowhere01',
        CLIENT_ID: 'site',
        CLIENT_SECRET: 'secret',
        SESSION_SECRET: secrets,
      },
      { store },
    );
  const isSignedIn = async (app: RunningApp, cookie: string): Promise<boolean> =>
    (await fetch(`${app.url}/api/me`, { headers: { cookie } })).status === 200;

  it.each([
    ['to opening the new one too', OLD, `${OLD},${NEW}`],
    ['to sealing with the new one', `${OLD},${NEW}`, `${NEW},${OLD}`],
    ['to the new one alone, once the old sessions have run out', `${NEW},${OLD}`, NEW],
  ])('%s: sessions of either process are known to both', async (_name, before, after) => {
    const [older, newer] = [await start(before), await start(after)];
    for (const process of [older, newer]) {
      const { cookie } = await establish({ ...process, store });
      expect(await isSignedIn(older, cookie)).toBe(true);
      expect(await isSignedIn(newer, cookie)).toBe(true);
    }
    await older.stop();
    await newer.stop();
  });

  it('without an overlap signs people out, cleanly', async () => {
    const older = await start(OLD);
    const { cookie } = await establish({ ...older, store });
    await older.stop();
    const newer = await start(NEW);
    const answer = await fetch(`${newer.url}/api/me`, { headers: { cookie } });
    expect(answer.status).toBe(401);
    // The cookie stays: another process may still know it.
    expect(answer.headers.get('set-cookie')).toBeNull();
    await newer.stop();
  });
});
