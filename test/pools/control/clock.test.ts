import { expect, it } from 'vitest';
import { startPools } from '../../../src/pools/index.js';
import { unverifiedJwt } from '../../support/jwt.js';
import { seed } from '../seed.js';
import { userInfo } from '../token-endpoint.js';
import { useWorld } from '../world.js';

const fixedNow = Date.UTC(2026, 0, 1);
const world = useWorld({ now: () => fixedNow });

it('is the clock it was given', () => {
  expect(world.pools.clock.now()).toBe(fixedNow);
});

it.each<[number | string, number]>([
  [1500, 1500],
  ['5s', 5000],
  ['61m', 3_660_000],
  ['2h', 7_200_000],
  ['8d', 691_200_000],
])('moves on by %s', (by, milliseconds) => {
  world.pools.clock.advance(by);
  world.pools.clock.advance(0);
  expect(world.pools.clock.now()).toBe(fixedNow + milliseconds);
});

it.each(['soon', '5 weeks', '', '-5m', Number.NaN])('refuses to move by %j', (by) => {
  expect(() => world.pools.clock.advance(by)).toThrow();
  expect(world.pools.clock.now()).toBe(fixedNow);
});

it('stamps tokens, and decides when they have expired', async () => {
  world.pools.clock.advance('8d');
  const { idToken, accessToken } = await world.members.tokens('alice', {
    client: 'site',
    scope: 'openid',
  });
  const issuedAt = (fixedNow + 691_200_000) / 1000;
  expect(unverifiedJwt(idToken).claims).toMatchObject({
    iat: issuedAt,
    auth_time: issuedAt,
    exp: issuedAt + 3600,
  });
  expect((await userInfo(world.members, accessToken)).status).toBe(200);
  world.pools.clock.advance('1h');
  world.pools.clock.advance('1s');
  expect((await userInfo(world.members, accessToken)).status).toBe(401);
});

it('goes back to where it was on reset', () => {
  world.pools.clock.advance('1h');
  world.pools.reset();
  expect(world.pools.clock.now()).toBe(fixedNow);
});

it("is the computer's own when none is given", async () => {
  await using pools = await startPools({ seed, keys: 'fixed' });
  const before = Date.now();
  const now = pools.clock.now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});
