import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { operations } from '../../src/pools/api/operations.js';
import { startPools } from '../../src/pools/index.js';
import { parseSeed } from '../../src/pools/seed/schema.js';
import { authorizeUrl, submitCredentials } from '../pools/journeys.js';
import { createBrowser } from '../support/browser.js';
import { blocksOf, repositoryFile } from './documents.js';

const DOCUMENT = 'docs/embedded-pools.md';

it('shows a seed whose user signs in at its client', async () => {
  const [yaml = ''] = blocksOf(DOCUMENT, 'yaml');
  const seed = parseSeed(parse(yaml));
  await using pools = await startPools({ seed, keys: 'fixed' });
  const callback = 'http://localhost:8000/callback';
  const browser = createBrowser({ stopAt: callback });
  const url = authorizeUrl(pools.pool('customers'), 'site', { redirect_uri: callback });
  const credentials = { username: 'alice', password: 'Correct-Horse-7-Battery' };
  const end = await submitCredentials(browser, await browser.get(url), credentials);
  expect(end.url.startsWith(callback)).toBe(true);
  expect(end.query.get('code')).not.toBeNull();
});

it('counts the operations of the API', () => {
  const [, count] = /(\d+) operations of the AWS API/.exec(repositoryFile(DOCUMENT)) ?? [];
  expect(Number(count)).toBe(Object.keys(operations).length);
});
