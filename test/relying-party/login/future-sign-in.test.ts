import express, { type Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelyingParty, type RelyingParty } from '../../../src/index.js';
import {
  relyingPartyOptions,
  signedIn,
  startPools,
  type Pools,
} from '../../../src/testing/index.js';

/** A provider's word is not enough for a sign-in that is yet to come. */
describe('a sign-in dated ahead of our clock', () => {
  let pools: Pools;
  let relyingParty: RelyingParty;
  let app: Express;
  // A clock that stands: a boundary of one second would move with one that goes.
  const now = Math.floor(Date.now() / 1000) * 1000;
  beforeAll(async () => {
    pools = await startPools({ keys: 'fixed' });
    relyingParty = createRelyingParty({ ...relyingPartyOptions(pools), now: () => now });
    app = express();
    app.use(relyingParty.routes);
    const done = (_req: unknown, res: { send(text: string): void }): void => res.send('done');
    app.get('/page', relyingParty.requireSession({ maxAgeSeconds: 300 }), done);
    app.get('/api', relyingParty.requireApiAccess({ maxAgeSeconds: 300 }), done);
  });
  afterAll(async () => {
    await relyingParty.close();
    await pools.close();
  });

  const statusOf = async (path: string, secondsAhead: number): Promise<number> => {
    const authTime = now / 1000 + secondsAhead;
    const { headers } = await signedIn(relyingParty, { claims: { auth_time: authTime } });
    return (await request(app).get(path).set(headers)).status;
  };

  it.each(['/page', '/api'])('is no recent one, at %s', async (path) => {
    expect(await statusOf(path, 86_400)).not.toBe(200);
    expect(await statusOf(path, 61)).not.toBe(200);
    expect(await statusOf(path, -361)).not.toBe(200);
  });

  it.each(['/page', '/api'])('by no more than clocks may differ is one, at %s', async (path) => {
    expect(await statusOf(path, 50)).toBe(200);
    expect(await statusOf(path, -350)).toBe(200);
  });
});
