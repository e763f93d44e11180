import { describe, expect, it } from 'vitest';
import type { Settings } from '../../../src/program/config/options/settings.js';
import { secrets } from '../../../src/program/doctor/checks/secrets.js';
import type { DoctorContext } from '../../../src/program/doctor/context/context.js';

async function findingsFor(...sessionSecrets: string[]): Promise<string[]> {
  const settings = {
    sessionSecrets,
    clientSecrets: [] as readonly string[],
  } as Partial<Settings> as Settings;
  const context: DoctorContext = { settings, now: Date.now, fetch, userPools: undefined };
  const result = await secrets.run(context);
  return 'skipped' in result ? [] : result.findings.map(({ what }) => what);
}

describe('the strength of SESSION_SECRET', () => {
  it.each([
    ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'has only 1 different characters'],
    ['aabbaababbabababbabaababbabbababababababb', 'has only 2 different characters'],
    ['gk3vq8zt1wgk3vq8zt1wgk3vq8zt1wgk3vq8zt1w', 'repeats itself'],
    ['please-change-me-before-you-go-to-production', 'contains words or rows'],
    ['K9x01234567890123456789qLmZvT4wB8pYs', 'contains words or rows'],
    ['qqqq1qqqq2qqqq3qqqq4qqqq5qqqq6qqqq7qqqq8qqqq9', 'is hardly random'],
  ])('is not enough in %s', async (secret, weakness) => {
    expect(await findingsFor(secret)).toEqual([expect.stringContaining(weakness)]);
  });

  it.each([
    'q8vT2mZx91LrKwYbNc73HsdPfGjE5uAo',
    // openssl rand -base64 32, openssl rand -hex 32
    'Yb0lqf5fW8m3kq2x7n4JtRz6vB1sQeHc9uPgDoXiMaE=',
    '7f3a9c01e4b85d2660f7c9a8134e5b7d92ac6e0f1b3d4857a6c2e9f08d17b354',
  ])('is enough in %s', async (secret) => {
    expect(await findingsFor(secret)).toEqual([]);
  });

  it('counts for each of several', async () => {
    const [finding] = await findingsFor('q8vT2mZx91LrKwYbNc73HsdPfGjE5uAo', 'x'.repeat(40));
    expect(finding).toContain('its number 2');
  });
});
