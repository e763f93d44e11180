import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSettings } from '../../../src/program/config/from-environment.js';
import { diagnose, type Diagnosed } from '../../../src/program/doctor/diagnose.js';
import { openUserPools } from '../../../src/program/doctor/context/user-pools.js';
import { freePort } from '../../support/free-port.js';
import { type Patient, startPatient } from './patient.js';

let patient: Patient;
let nowhere: string;
beforeEach(async () => {
  patient = await startPatient();
  nowhere = `http://127.0.0.1:${await freePort()}`;
});
afterEach(() => {
  vi.unstubAllEnvs();
  return patient.stop();
});

async function find(code: string, document?: object): Promise<Diagnosed> {
  if (document !== undefined) {
    const { issuer } = patient.pools.pool('oidc-pool-1');
    const answer = await fetch(`${issuer}/.well-known/openid-configuration`);
    const body = JSON.stringify({ ...((await answer.json()) as object), ...document });
    const contentType = 'application/json';
    patient.pools.faults.always('oidc-pool-1', 'discovery', { status: 200, body, contentType });
  }
  const { findings } = await patient.examine('outside');
  return findings.find((each) => each.code === code)!;
}

describe('doctor says of what it cannot reach which address, why and whose setting', () => {
  it('ISSUER, without https where it is http', async () => {
    patient.environment['ISSUER'] = `${nowhere}/eu-west-1_Master001`;
    const { what, fix } = await find('issuer_unreachable');
    expect(what).toContain(`${nowhere}/eu-west-1_Master001/.well-known/openid-configuration`);
    expect(what).toContain('ECONNREFUSED');
    expect(fix.text).toContain(
      `Correct ISSUER, or see that this machine reaches ${nowhere.slice(7)}`,
    );
    expect(fix.text).not.toContain('https (');
  });

  it.each([
    ['jwks_unusable', 'jwks_uri', 'ISSUER'],
    ['check_failed', 'token_endpoint', 'ISSUER'],
    ['authorization_refused', 'authorization_endpoint', 'ISSUER'],
    ['sign_out_unreachable', 'end_session_endpoint', 'ISSUER'],
  ])('%s, by the %s of the discovery document', async (code, member, setting) => {
    const { what, fix } = await find(code, { [member]: `${nowhere}/there` });
    expect(what).toContain(`${nowhere}/there`);
    expect(what).toContain('ECONNREFUSED');
    expect(fix.text).toContain(setting);
    expect(fix.text).toContain('HTTPS_PROXY');
  });

  it('the API of the user pools, at --endpoint-url and at AWS', async () => {
    const at = async (
      endpointUrl: string | undefined,
      region?: typeof fetch,
    ): Promise<Diagnosed> => {
      const userPools = await openUserPools({ endpointUrl, proxiedFetch: region });
      try {
        const settings = readSettings(patient.environment);
        const { findings } = await diagnose(settings, { now: Date.now, fetch, userPools });
        return findings.find(({ code }) => code === 'aws_unavailable')!;
      } finally {
        userPools.close();
      }
    };
    const here = await at(nowhere);
    expect(here.what).toContain(`${nowhere}, could not be asked: ECONNREFUSED`);
    expect(here.fix.text).toContain(`answers at ${nowhere}, or correct --endpoint-url`);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'any');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'any');
    const refused = Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' });
    const aws = await at(undefined, () => Promise.reject(refused));
    expect(aws.what).toContain('https://cognito-idp.eu-west-1.amazonaws.com, could not be asked');
    expect(aws.what).toContain('EHOSTUNREACH');
    expect(aws.fix.text).toContain('HTTPS_PROXY');
  });
});
