import { afterEach, describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../../src/program/doctor/diagnose.js';
import { describeDiagnosis } from '../../../src/program/doctor/report.js';
import type { FindingCode } from '../../../src/program/doctor/findings/catalogue.js';
import { type Misconfiguration, misconfigurations } from './misconfigurations.js';
import { inSite, type Patient, startPatient } from './patient.js';

const codes = ({ findings }: Diagnosis): FindingCode[] => findings.map(({ code }) => code);

let patient: Patient | undefined;
afterEach(async () => {
  await patient?.stop();
  patient = undefined;
});

async function spoilt({ seed, spoil }: Misconfiguration): Promise<Patient> {
  patient = await startPatient(seed);
  await spoil?.(patient);
  return patient;
}

/** Makes the change the first finding proposes, or else the one the case knows. */
async function mend(
  spoiltPatient: Patient,
  { mend: mendByHand }: Misconfiguration,
  { findings: [first] }: Diagnosis,
): Promise<void> {
  if (mendByHand !== undefined) return mendByHand(spoiltPatient);
  // From outside the pool's id may not be known; the change is the same one that is found inside.
  const change =
    first?.fix.change ?? (await spoiltPatient.examine('inside')).findings[0]?.fix.change;
  expect(change).toBeDefined();
  await spoiltPatient.apply(change!);
}

/**
 * Lines of the report that a terminal would break. An address or JSON value is one word, and never
 * broken by us.
 */
const tooLong = (text: string): string[] =>
  text.split('\n').filter((line) => line.length > 80 && !/["=/:]\S{20,}/.test(line));

describe('doctor', () => {
  it.each(['outside', 'inside'] as const)(
    'finds nothing in a healthy set-up, from %s',
    async (look) => {
      patient = await startPatient();
      const diagnosis = await patient.examine(look);
      expect(codes(diagnosis)).toEqual([]);
      const skipped = diagnosis.checks.filter(({ outcome }) => outcome === 'skipped').length;
      expect(skipped).toBe(look === 'inside' ? 0 : 2);
    },
  );

  const cases = Object.entries(misconfigurations).flatMap(([name, each]) =>
    (['outside', 'inside'] as const).flatMap((look) => {
      const first = look === 'outside' ? each.outside : (each.inside ?? each.outside);
      return first === undefined ? [] : [{ name, look, first, each }];
    }),
  );

  it.each(cases)(
    '$name: names $first first from $look, and is content after the fix',
    async (row) => {
      const { look, first, each } = row;
      const ill = await spoilt(each);
      const diagnosis = await ill.examine(look);
      expect(codes(diagnosis)[0]).toBe(first);
      if (each.about !== undefined) expect(diagnosis.findings[0]?.about).toBe(each.about);
      const text = describeDiagnosis(diagnosis, { colours: false, columns: 80 });
      expect(tooLong(text)).toEqual([]);
      expect(text).not.toContain('\n\n\n');
      await mend(ill, each, diagnosis);
      let after = await ill.examine(look);
      if (each.next !== undefined && look === 'inside') {
        expect(codes(after)[0]).toBe(each.next);
        await ill.apply(after.findings[0]!.fix.change!);
        after = await ill.examine(look);
      }
      if (each.next === undefined || look === 'inside') expect(codes(after)).toEqual([]);
      else expect(codes(after)).not.toContain(first);
    },
  );

  it('puts the gravest first when there are several, whoever found them', async () => {
    const rotating = {
      refreshTokenRotation: { graceSeconds: 0 },
      callbackUrls: [],
      scopes: ['openid'],
    };
    patient = await startPatient(inSite(rotating));
    Object.assign(patient.environment, {
      SESSION_SECRET: 'abcabcabcabcabcabcabcabcabcabcabcabc',
      SESSION_STOER: 'memory:',
      TRUST_PROXY: 'true',
    });
    patient.pools.faults.always('oidc-pool-1', 'token', { status: 500 });
    expect(codes(await patient.examine('inside'))).toEqual([
      'callback_not_registered',
      'scope_not_allowed',
      'session_secret_weak',
      'check_failed',
      'trust_proxy_everyone',
      'rotation_without_grace',
      'setting_unknown',
    ]);
  });

  it('covers at least twenty-five mistakes', () => {
    expect(Object.keys(misconfigurations).length).toBeGreaterThan(25);
  });
});
