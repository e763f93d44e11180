import { createRelyingParty } from 'lifeguard';
import { relyingPartyOptions, startPools } from 'lifeguard/testing';
import { createApi } from './api.js';
import { createReport } from './report.js';

let pools, relyingParty, server, report;
beforeAll(async () => {
  pools = await startPools({ keys: 'fixed' });
  const master = pools.pool('oidc-pool-1');
  const { id, secret } = master.client('machine');
  relyingParty = createRelyingParty(relyingPartyOptions(pools, { api: { clientIds: [id] } }));
  server = createApi(relyingParty).listen(0);
  report = (scope = 'orders/read') =>
    createReport({
      tokenUrl: `${master.domain}/oauth2/token`,
      clientId: id,
      clientSecret: secret,
      scope,
      apiUrl: `http://localhost:${server.address().port}`,
      now: () => pools.clock.now(),
    });
});
beforeEach(() => pools.reset());
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await relyingParty.close();
  await pools.close();
});

const tokenRequests = () => pools.requests('oidc-pool-1', '/oauth2/token');

test('reports, with a token of its own', async () => {
  expect(await report()()).toBe('2 orders');
  expect(tokenRequests()[0].body.grant_type).toBe('client_credentials');
});

test('asks for a token once an hour, not once a call', async () => {
  const hourly = report();
  await hourly();
  await hourly();
  expect(tokenRequests()).toHaveLength(1);
  pools.clock.advance('61m');
  expect(await hourly()).toBe('2 orders');
  expect(tokenRequests()).toHaveLength(2);
});

test('says so when the pool is down', async () => {
  pools.faults.once('oidc-pool-1', 'token', { status: 500 });
  await expect(report()()).rejects.toThrow('500');
});

test('says so when it asks for a scope it may not have', async () => {
  await expect(report('orders/delete')()).rejects.toThrow('The token endpoint answered 400');
});

test('says so when it asked for the wrong one', async () => {
  await expect(report('orders/write')()).rejects.toThrow('The API answered 403');
});
