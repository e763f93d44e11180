import { afterEach, describe, expect, it } from 'vitest';
import type { Diagnosed } from '../../../src/program/doctor/diagnose.js';
import type { PoolsSeed } from '../../../src/pools/index.js';
import { inMasterClient, inProvider, inSite, type Patient, startPatient } from './patient.js';

let patient: Patient | undefined;
afterEach(() => patient?.stop());

const ADDED = 'a'.repeat(51);
const UNKNOWN = 'x'.repeat(51);
const hidden = { secret: null, addedSecrets: [ADDED] };

async function firstFinding(
  seed: (seed: PoolsSeed) => PoolsSeed,
  look: 'outside' | 'inside',
  secret?: string,
): Promise<Diagnosed> {
  patient = await startPatient(seed);
  if (secret !== undefined) patient.environment['CLIENT_SECRET'] = secret;
  return (await patient.examine(look)).findings[0]!;
}

describe('doctor, about a secret that AWS shows to nobody', () => {
  it.each([
    ['client_secret_wrong', UNKNOWN],
    ['client_secret_missing', 'none'],
  ])('has a new one made: %s', async (code, secret) => {
    const finding = await firstFinding(inSite(hidden), 'inside', secret);
    expect(finding.code).toBe(code);
    expect(finding.fix.command).toContain('aws cognito-idp add-user-pool-client-secret');
    expect(finding.fix.text).toContain('lifeguard rotate-secret');
  });

  it('says from outside what it means that none is shown', async () => {
    const { fix } = await firstFinding(inSite(hidden), 'outside', UNKNOWN);
    expect(fix.command).toContain('describe-user-pool-client');
    expect(fix.text).toContain('None');
  });

  it('copies one that is shown, also beside an added one', async () => {
    const { fix } = await firstFinding(inSite({ addedSecrets: [ADDED] }), 'inside', UNKNOWN);
    expect(fix.command).toContain('describe-user-pool-client');
    expect(fix.command).not.toContain('add-user-pool-client-secret');
  });

  it.each([
    ['none of them shown', hidden, 'add-user-pool-client-secret', 'Make a new secret'],
    [
      'two, the older one shown',
      { addedSecrets: [ADDED] },
      'list-user-pool-client-secrets',
      'Delete the one that nobody uses',
    ],
  ])('never has the older one written at the second pool: %s', async (_, client, command, text) => {
    const wrong = { client: { id: '44odouzlyz4yokn8h2xdzqehtz', secret: UNKNOWN } };
    const seed = (each: PoolsSeed): PoolsSeed => inMasterClient(client)(inProvider(wrong)(each));
    const { code, fix } = await firstFinding(seed, 'inside');
    expect(code).toBe('upstream_client_secret_wrong');
    expect(fix.command).toContain(command);
    expect(fix.command).not.toContain('describe-user-pool-client');
    expect(fix.text).toContain(text);
  });
});
