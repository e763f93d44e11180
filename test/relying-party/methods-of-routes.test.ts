import express from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelyingParty, type RelyingParty } from '../../src/index.js';
import { relyingPartyOptions, startPools, type Pools } from '../../src/testing/index.js';

/** Every address of ours, and what may be asked of it (RFC 9110 sections 10.2.1 and 15.5.6). */
const routes: [string, string][] = [
  ['/login', 'GET'],
  ['/callback', 'GET'],
  ['/logout', 'GET, POST'],
  ['/logout/continue', 'GET'],
  ['/signed-out', 'GET'],
  ['/sessions', 'GET'],
  ['/sessions/end-others', 'POST'],
  ['/sessions/some-session/end', 'POST'],
  ['/backchannel-logout', 'POST'],
];
const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

describe.each(['', '/auth'])('an address of ours under "%s"', (basePath) => {
  let pools: Pools;
  let relyingParty: RelyingParty;
  const app = express();
  beforeAll(async () => {
    pools = await startPools({ keys: 'fixed' });
    relyingParty = createRelyingParty({ ...relyingPartyOptions(pools), basePath });
    app.use(basePath === '' ? '/' : basePath, relyingParty.routes);
    app.use((_req, res) => void res.status(404).send('the host'));
  });
  afterAll(async () => {
    await relyingParty.close();
    await pools.close();
  });

  it.each(routes)('%s answers 405 to whatever is not %s', async (path, allow) => {
    const refused = methods.filter((method) => !allow.split(', ').includes(method.toUpperCase()));
    expect(refused.length).toBeGreaterThan(2);
    for (const method of refused) {
      const answer = await request(app)[method](basePath + path);
      expect([method, answer.status, answer.headers['allow']]).toEqual([method, 405, allow]);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.body).toMatchObject({ code: 'method_not_allowed' });
    }
  });

  it('leaves to the host what is beside it', async () => {
    for (const path of ['/login/x', '/backchannel-logout/x', '/sessions/x', '/sessions/x/end/y']) {
      expect((await request(app).post(basePath + path)).text).toBe('the host');
    }
  });

  it('still says to OPTIONS what it takes', async () => {
    const answer = await request(app).options(`${basePath}/backchannel-logout`);
    expect(answer.headers['allow']).toContain('POST');
  });
});
