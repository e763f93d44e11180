import { once } from 'node:events';
import express from 'express';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRelyingParty, type RelyingParty } from '../../src/index.js';
import { relyingPartyOptions, signedIn, startPools, type Pools } from '../../src/testing/index.js';

const SECRET = 'what a listener has no business to say';

describe('a listener of the host’s that fails', () => {
  let pools: Pools;
  let rp: RelyingParty;
  const warnings: (Error & { code?: string })[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  beforeAll(async () => {
    pools = await startPools({ keys: 'fixed' });
    process.on('warning', note);
  });
  beforeEach(() => {
    warnings.length = 0;
    rp = createRelyingParty(relyingPartyOptions(pools));
  });
  afterEach(() => rp.close());
  afterAll(async () => {
    process.off('warning', note);
    await pools.close();
  });

  it.each<[string, () => unknown]>([
    [
      'by throwing',
      () => {
        throw new TypeError(SECRET);
      },
    ],
    ['by rejecting', async () => Promise.reject(new TypeError(SECRET))],
    ['with what is no error', async () => Promise.reject(SECRET)],
  ])('%s, signs nobody out of a sign-out, and is told of', async (_how, listener) => {
    let heard = 0;
    rp.events.on('session.ended', listener);
    rp.events.on('session.ended', () => (heard += 1));
    const app = express().use(rp.routes).use(rp.requireSession());
    const user = await signedIn(rp);
    const warned = once(process, 'warning');
    const answer = await request(app).post('/logout').set(user.headers).set('accept', 'text/html');
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toContainEqual(
      expect.stringMatching(new RegExp(`^${rp.sessionCookieName}=;`)),
    );
    expect((await request(app).get('/').set(user.headers)).status).toBe(401);
    expect(heard).toBe(1);
    await warned;
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).toContain('session.ended');
    expect(warnings[0]?.code).toBe('LIFEGUARD_LISTENER_FAILED');
  });

  it.each(['on', 'once', 'addListener', 'prependListener', 'prependOnceListener', 'off'] as const)(
    'is refused by %s for an event that there is not',
    (method) => {
      const { events } = rp;
      const listen = events[method].bind(events) as (name: string, listener: () => void) => unknown;
      expect(() => listen('login.faild', () => undefined)).toThrow(TypeError);
      expect(() => listen('login.faild', () => undefined)).toThrow(/write login\.failed$/);
      expect(() => listen('x', () => undefined)).toThrow(/there are login\.started, .+unmounted$/);
      expect(listen('login.failed', () => undefined)).toBe(events);
      expect(events.rawListeners('login.faild' as 'login.failed')).toEqual([]);
    },
  );

  it('is called once when it asked for once, and says whether anybody listens', () => {
    let calls = 0;
    rp.events.once('secrets.mismatch', () => (calls += 1));
    expect(rp.events.emit('secrets.mismatch', {})).toBe(true);
    expect(rp.events.emit('secrets.mismatch', {})).toBe(false);
    expect(calls).toBe(1);
  });
});
