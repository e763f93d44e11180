import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { signedIn } from 'lifeguard/testing';
import request from 'supertest';
import { app, pools, rp } from './app.js';

after(async () => {
  await rp.close();
  await pools.close();
});

test('orders are for people who are signed in', async () => {
  const alice = await signedIn(rp, { claims: { name: 'Alice' } });
  const page = await request(app).get('/orders').set(alice.headers);
  assert.equal(page.text, 'Orders of Alice');
  assert.equal((await request(app).get('/orders')).status, 401);
});
