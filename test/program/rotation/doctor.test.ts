import { afterAll, expect, it } from 'vitest';
import { federatedPoolsSeed, startPools, type PoolsSeed } from '../../../src/pools/index.js';
import { endCommands, lifeguard } from '../cli/command.js';
import { environmentFor } from '../../support/world.js';

afterAll(endCommands);

const [ORIGINAL, ADDED, UNKNOWN] = ['o', 'a', 'u'].map((letter) => letter.repeat(51)) as [
  string,
  string,
  string,
];

/** The demo's pools, whose site has these secrets. */
function withSecrets(secret: string | null, addedSecrets: readonly string[]): PoolsSeed {
  const seed = structuredClone(federatedPoolsSeed({ baseUrl: 'http://localhost:3000' }));
  const site = seed.pools[0]?.clients?.find(({ name }) => name === 'site');
  Object.assign(site ?? {}, { secret, addedSecrets });
  return seed;
}

it.each<[string, PoolsSeed, string, boolean]>([
  ['both, as while it rotates', withSecrets(ORIGINAL, [ADDED]), `${ADDED} ${ORIGINAL}`, true],
  [
    'one that AWS does not know yet, and one',
    withSecrets(ORIGINAL, []),
    `${ADDED} ${ORIGINAL}`,
    true,
  ],
  ['the added of two', withSecrets(ORIGINAL, [ADDED]), ADDED, true],
  ['the added one that is left, which AWS does not show', withSecrets(null, [ADDED]), ADDED, true],
  ['another than the one', withSecrets(ORIGINAL, []), UNKNOWN, false],
  ['another than the two', withSecrets(ORIGINAL, [ADDED]), UNKNOWN, false],
  ['two that are none', withSecrets(null, [ADDED]), `${UNKNOWN} ${ORIGINAL}`, false],
])('doctor finds a client secret right or wrong: %s', async (_, seed, CLIENT_SECRET, isRight) => {
  await using pools = await startPools({ seed, keys: 'fixed' });
  const doctor = lifeguard(`doctor --json --endpoint-url ${pools.url}`, {
    ...environmentFor(pools),
    BASE_URL: 'http://localhost:3000',
    SESSION_SECRET: 'b8f2d0c47a916e35d8f24b7c0a6e1953',
    CLIENT_SECRET,
  });
  await doctor.exit();
  const { findings } = JSON.parse(doctor.output()) as { findings: { code: string }[] };
  const about = findings.map(({ code }) => code).filter((code) => code.startsWith('client_secret'));
  expect(about).toEqual(isRight ? [] : ['client_secret_wrong']);
});
