import { afterEach, expect, it } from 'vitest';
import { readSettings } from '../../../src/program/config/from-environment.js';
import { diagnose, type Diagnosis } from '../../../src/program/doctor/diagnose.js';
import { openUserPools } from '../../../src/program/doctor/context/user-pools.js';
import type { PoolsSeed } from '../../../src/pools/index.js';
import { inSite, type Patient, startPatient } from './patient.js';

let patient: Patient | undefined;
afterEach(() => patient?.stop());

const DAY_MS = 86_400_000;

/** The same set-up on a later day, by our clock and by that of the issuer's host. */
async function afterDays(
  days: number,
  seed?: (seed: PoolsSeed) => PoolsSeed,
  secret?: string,
): Promise<Diagnosis> {
  patient = await startPatient(seed);
  const { environment, pools } = patient;
  if (secret !== undefined) environment['CLIENT_SECRET'] = secret;
  const now = (): number => Date.now() + days * DAY_MS;
  const userPools = await openUserPools({ endpointUrl: pools.url });
  const later: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    const headers = new Headers(answer.headers);
    headers.set('date', new Date(now()).toUTCString());
    const body = [204, 302, 303].includes(answer.status) ? null : await answer.text();
    return new Response(body, { status: answer.status, headers });
  };
  try {
    return await diagnose(readSettings(environment), { now, fetch: later, userPools });
  } finally {
    userPools.close();
  }
}

const detailOf = ({ checks }: Diagnosis): string | undefined =>
  checks.find(({ name }) => name === 'master-pool')?.detail;

it('the age of the client secret is a note, and after two years a warning', async () => {
  const { checks, findings } = await afterDays(400);
  expect(findings).toEqual([]);
  expect(detailOf({ checks, findings })).toContain('secret 400 days old');
  await patient?.stop();
  const later = await afterDays(800);
  expect(later.findings).toMatchObject([{ code: 'client_secret_old', severity: 'warning' }]);
});

it('the age is told also of a secret that AWS does not show, and there is none of a public client', async () => {
  const added = 'a'.repeat(51);
  const rotated = await afterDays(400, inSite({ secret: null, addedSecrets: [added] }), added);
  expect(rotated.findings).toEqual([]);
  expect(detailOf(rotated)).toContain('secret 400 days old');
  await patient?.stop();
  const without = await afterDays(800, inSite({ secret: null }), 'none');
  expect(without.findings).toEqual([]);
  expect(detailOf(without)).not.toContain('secret');
});
