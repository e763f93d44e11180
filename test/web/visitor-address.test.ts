import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visitorAddress } from '../../src/web/request/visitor-address.js';
import { startWorld, type World } from '../support/world.js';

describe('a visitor’s address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:50123', '203.0.113.7'],
    ['[2001:db8::7]:50123', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['2001:db8::7', '2001:db8::7'],
    ['2001:db8::7:5012', '2001:db8::7:5012'],
    ['::ffff:203.0.113.7', '::ffff:203.0.113.7'],
    ['[::ffff:203.0.113.7]:1', '::ffff:203.0.113.7'],
    ['[2001:db8::1]:40000', '2001:db8::1'],
    ['[2001:DB8::A]:40000', '2001:DB8::A'],
    ['2001:DB8::A', '2001:DB8::A'],
    ['[fe80::1%eth0]:40000', 'fe80::1%eth0'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['', ''],
    ['unknown', 'unknown'],
    ['_hidden:80', '_hidden:80'],
    ['999.0.0.1:80', '999.0.0.1:80'],
    ['[not an address]:80', '[not an address]:80'],
  ])('is of %j the part %j', (forwarded, address) => {
    expect(visitorAddress(forwarded)).toBe(address);
  });
});

describe('the rate limit behind a proxy that names a port too, as Azure’s', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ environment: { TRUST_PROXY: '1', RATE_LIMIT_PER_MINUTE: '3' } });
  });
  afterAll(() => world.stop());

  it.each([
    ['IPv4', (port: number) => `203.0.113.7:${port}`, '203.0.113.7'],
    ['IPv6', (port: number) => `[2001:db8::7]:${port}`, '2001:db8::7'],
    ['IPv6 in capitals', (port: number) => `[2001:DB8:8::A]:${port}`, '2001:db8:8:0:0:0:0:a'],
    ['IPv6 with a zone', (port: number) => `[fe80::1%eth0]:${port}`, 'fe80::1%eth0'],
  ])('counts a visitor, not each of its connections: %s', async (_name, from, alone) => {
    const statusOf = async (forwarded: string): Promise<number> => {
      const headers = { 'x-forwarded-for': forwarded };
      const answer = await fetch(`${world.app.url}/login`, { headers, redirect: 'manual' });
      return answer.status;
    };
    const statuses: number[] = [];
    for (const port of [50_001, 50_002, 50_003, 50_004]) statuses.push(await statusOf(from(port)));
    expect(statuses).toEqual([302, 302, 302, 429]);
    expect(await statusOf(alone)).toBe(429);
  });
});

describe('behind two proxies of which the inner one names the outer one with a port', () => {
  it.each(['127.0.0.1, 10.0.0.0/8', 'loopback, 10.0.0.5', '2', '127.0.0.1, 10.0.0.0/8, fd00::/8'])(
    'TRUST_PROXY=%s counts the visitors, and believes nothing further',
    async (trusted) => {
      const environment = { TRUST_PROXY: trusted, RATE_LIMIT_PER_MINUTE: '3' };
      const world = await startWorld({ environment });
      const statusOf = async (forwarded: string): Promise<number> => {
        const headers = { 'x-forwarded-for': forwarded };
        const answer = await fetch(`${world.app.url}/login`, { headers, redirect: 'manual' });
        return answer.status;
      };
      const through = (visitor: string, turn: number): string =>
        `198.51.100.${turn}, ${visitor}, 10.0.0.5:4${turn}21`;
      const statuses: number[] = [];
      for (const turn of [1, 2, 3, 4]) statuses.push(await statusOf(through('203.0.113.7', turn)));
      expect(statuses).toEqual([302, 302, 302, 429]);
      expect(await statusOf(through('203.0.113.8', 5))).toBe(302);
      await world.stop();
    },
  );
});
