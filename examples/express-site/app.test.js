import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRelyingParty } from 'lifeguard';
import { relyingPartyOptions, signedIn, startPools } from 'lifeguard/testing';
import { createShop } from './app.js';

let pools, relyingParty, server, url;
before(async () => {
  pools = await startPools({ keys: 'fixed' });
  relyingParty = createRelyingParty(relyingPartyOptions(pools, { basePath: '/account' }));
  server = createShop(relyingParty).listen(0);
  url = `http://localhost:${server.address().port}`;
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await relyingParty.close();
  await pools.close();
});

test('orders are for people who are signed in', async () => {
  const alice = await signedIn(relyingParty, { claims: { 'cognito:username': 'alice' } });
  const page = await fetch(`${url}/orders`, { headers: alice.headers });
  assert.match(await page.text(), /alice has 0 in the basket/);
});

test('others are sent to sign in, and will come back', async () => {
  const headers = { accept: 'text/html', 'sec-fetch-mode': 'navigate' };
  const answer = await navigate('/orders', headers);
  assert.equal(answer.status, 302);
  assert.equal(answer.location, '/account/login?return_to=%2Forders');
});

test('the basket is still where it was, in the session of the shop', async () => {
  const post = await fetch(`${url}/basket`, { method: 'POST', redirect: 'manual' });
  const [basket] = post.headers.getSetCookie()[0].split(';');
  const alice = await signedIn(relyingParty, { claims: { 'cognito:username': 'alice' } });
  const cookie = `${basket}; ${alice.cookie}`;
  const page = await fetch(`${url}/orders`, { headers: { cookie } });
  assert.match(await page.text(), /alice has 1 in the basket/);
});

/** fetch always says it is a script; a browser's tab is not. */
async function navigate(path, headers) {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    request(url + path, { headers }, (res) => {
      res.resume();
      resolve({ status: res.statusCode, location: res.headers.location });
    })
      .on('error', reject)
      .end();
  });
}
