import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createRelyingParty } from 'lifeguard';
import { bearer, relyingPartyOptions, startPools } from 'lifeguard/testing';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createApi } from './app.js';

let pools, master, relyingParty, api;
beforeAll(async () => {
  pools = await startPools({ keys: 'fixed' });
  master = pools.pool('oidc-pool-1');
  const clientIds = [master.client('machine').id];
  relyingParty = createRelyingParty(relyingPartyOptions(pools, { api: { clientIds } }));
  api = createApi(relyingParty);
});
beforeEach(() => pools.reset());
afterAll(async () => {
  await relyingParty.close();
  await pools.close();
});

test('a token with the scope opens the orders', async () => {
  const machine = await bearer(master, { client: 'machine', scope: 'orders/read' });
  const { body } = await request(api).get('/orders').set(machine);
  expect(body.orders).toEqual(['A-1001', 'A-1002']);
});

test('without one the answer says what is missing', async () => {
  const answer = await request(api).get('/orders');
  expect(answer.status).toBe(401);
  expect(answer.headers['www-authenticate']).toBe(
    'Bearer scope="orders/read", resource_metadata="http://localhost:3000/.well-known/oauth-protected-resource"',
  );
});

test('a token that was good this morning is not now', async () => {
  const machine = await bearer(master, { client: 'machine', scope: 'orders/read' });
  pools.clock.advance('62m');
  const { body } = await request(api).get('/orders').set(machine);
  expect(body.code).toBe('access_token_expired');
});

test('the pool changing its keys is survived', async () => {
  await master.rotateKeys();
  const machine = await bearer(master, { client: 'machine', scope: 'orders/read' });
  expect((await request(api).get('/orders').set(machine)).status).toBe(200);
});

test('curl.sh prints what it should', async () => {
  const server = api.listen(0);
  const { id, secret } = master.client('machine');
  const env = {
    PATH: process.env.PATH,
    API_URL: `http://localhost:${server.address().port}`,
    TOKEN_URL: `${master.domain}/oauth2/token`,
    CLIENT: `${id}:${secret}`,
  };
  const { stdout } = await promisify(execFile)('sh', ['curl.sh'], {
    cwd: import.meta.dirname,
    env,
  });
  server.close();
  expect(stdout).toBe(`With the token:
{"caller":"${id}","orders":["A-1001","A-1002"]}
Without:
401
With the token, where a group is needed:
403
`);
});
