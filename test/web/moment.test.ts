import { expect, it } from 'vitest';
import { moment } from '../../src/web/pages/moment.js';

const now = Date.UTC(2026, 10, 25, 19, 4, 11);
const minute = 60_000;

it.each([
  [40_000, 'in 40 seconds'],
  [-12_000, '12 seconds ago'],
  [0, 'just now'],
  [-4000, 'just now'],
  [43.9 * minute, 'in 43 minutes'],
  [90 * minute, 'in 90 minutes'],
  [7.9 * 60 * minute, 'in 7 hours'],
  [-3 * 24 * 60 * minute, '3 days ago'],
])('%d ms from now is "%s"', (offset, words) => {
  expect(moment(now + offset, now).words).toBe(words);
});

it('says the exact time in UTC, wherever the server is', () => {
  expect(moment(now, now)).toMatchObject({
    utc: '25 November 2026 at 19:04:11 UTC',
    iso: '2026-11-25T19:04:11.000Z',
  });
});
