import { expect, it } from 'vitest';
import { BoundedMap } from '../../../src/relying-party/session/refresh/bounded-map.js';

it('a bounded map keeps the newest ten thousand, and one that is set again stays', () => {
  const map = new BoundedMap<number>();
  for (let n = 0; n < 10_000; n++) map.set(`key ${n}`, n);
  expect(map.size).toBe(10_000);

  map.set('key 0', -1);
  expect([map.size, map.get('key 0'), map.get('key 1')]).toEqual([10_000, -1, 1]);

  map.set('one more', 1);
  expect([map.size, map.has('key 0'), map.has('key 1'), map.has('one more')]).toEqual([
    10_000,
    false,
    true,
    true,
  ]);
});
