import { afterEach, expect, it } from 'vitest';
import { readSettings } from '../../src/config/from-environment.js';
import { diagnose, type Diagnosis } from '../../src/doctor/diagnose.js';
import { openUserPools } from '../../src/doctor/user-pools.js';
import { type Patient, startPatient } from './patient.js';

let patient: Patient | undefined;
afterEach(() => patient?.stop());

const DAY_MS = 86_400_000;

/** The same set-up on a later day, by our clock and by that of the issuer's host. */
async function afterDays(days: number): Promise<Diagnosis> {
  patient = await startPatient();
  const { environment, pools } = patient;
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

it('the age of the client secret is a note, and after two years a warning', async () => {
  const { checks, findings } = await afterDays(400);
  expect(findings).toEqual([]);
  expect(checks.find(({ name }) => name === 'master-pool')?.detail).toContain(
    'secret 400 days old',
  );
  await patient?.stop();
  const later = await afterDays(800);
  expect(later.findings).toMatchObject([{ code: 'client_secret_old', severity: 'warning' }]);
});
