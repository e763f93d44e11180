import { expect, it } from 'vitest';
import { nearMiss } from '../../../src/program/doctor/findings/near-miss.js';
import { readDiscovery } from '../../../src/program/doctor/visits/discovery-document.js';

const NOW = Date.UTC(2026, 0, 1, 12);
const at = (seconds: number): string => new Date(NOW + seconds * 1000).toUTCString();

it.each<[string, Record<string, string>, number | undefined]>([
  ['says nothing without a date', {}, undefined],
  ['says nothing with a date that is none', { date: 'yesterday' }, undefined],
  ['is told from the date, in whole seconds', { date: at(-600) }, 600],
  ['may be behind', { date: at(600) }, -600],
  ['takes off how long a cache has kept the answer', { date: at(-600), age: '590' }, 10],
  ['does without an age that is none', { date: at(-600), age: 'old' }, 600],
])('how far our clock is ahead of an issuer’s %s', async (_what, headers, ahead) => {
  const fetch = async (): Promise<Response> => new Response('{}', { headers });
  const read = await readDiscovery('https://op.example', fetch, () => NOW);
  expect(read).toEqual({ document: {}, aheadSeconds: ahead });
});

it.each([
  [['https://a.example/b/'], 'It has https://a.example/b/, which differs by the slash at the end.'],
  [['https://a.example/B'], 'It has https://a.example/B, which differs by upper and lower case.'],
  [['http://a.example/b'], 'It has http://a.example/b, which differs by http and https.'],
  [['no URL', 'https://c.example/b'], 'It has https://c.example/b, which differs by its origin.'],
  [['no URL', 'https://a.example/b', 'https://c.example/d'], ''],
])('of %j the one that was meant is named', (registered, words) => {
  expect(nearMiss(registered, 'https://a.example/b').trim()).toBe(words);
});
