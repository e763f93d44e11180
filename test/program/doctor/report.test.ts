import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { describeDiagnosis } from '../../../src/program/doctor/report.js';
import { misconfigurations } from './misconfigurations.js';
import { type Patient, startPatient } from './patient.js';

const plain = { colours: false, columns: 80 };

let patient: Patient | undefined;
afterEach(async () => {
  await patient?.stop();
  patient = undefined;
});

describe('the report for people', () => {
  it('says what, why and the fix, with console path and commands', async () => {
    const { seed } = misconfigurations['the callback URL has a slash at the end']!;
    patient = await startPatient(seed);
    // As for AWS itself: where the embedded pools are, each command says so.
    const text = describeDiagnosis(await patient.examine('inside'), plain)
      .replaceAll(/ --endpoint-url [\w.:/]+(?= [|\\])/g, '')
      .replaceAll(/\n +\\(?=\n)/g, '');
    expect(text).toContain(`1. problem  callback_not_registered
   What     http://localhost:2/callback is not among the callback URLs of the
            app client 3oeleo5uptr6vfrb1kvvg9hh9b. It has
            http://localhost:2/callback/, which differs by the slash at the end.
   Why      The user pool shows an error page of its own and never sends anybody
            back.
   Fix      Add it, to the letter. If users see the site at another origin,
            correct BASE_URL instead.
   Console  Amazon Cognito › User pools › the master pool › App clients › the
            client › Login pages › Edit › Allowed callback URLs

     client=$(aws cognito-idp describe-user-pool-client --region eu-west-1 \\
       --user-pool-id eu-west-1_Master001 \\
       --client-id 3oeleo5uptr6vfrb1kvvg9hh9b --query UserPoolClient \\
       --output json |
       jq '.CallbackURLs |= (. + ["http://localhost:2/callback"] | unique)
         | del(.ClientSecret, .ClientType)
         | del(.CreationDate, .LastModifiedDate)') &&
     aws cognito-idp update-user-pool-client --region eu-west-1 \\
       --query UserPoolClient.LastModifiedDate \\
       --cli-input-json "$client"

1 problem. Begin with the first.`);
  });

  it('ends with how many of each kind there are', async () => {
    patient = await startPatient();
    const lastLine = async (): Promise<string | undefined> =>
      describeDiagnosis(await patient!.examine('outside'), plain)
        .trimEnd()
        .split('\n')
        .at(-1);
    expect(await lastLine()).toBe('All is well.');
    patient.environment['TRUST_PROXY'] = 'true';
    expect(await lastLine()).toBe('1 warning. Begin with the first.');
    patient.environment['SESSION_STOER'] = 'memory:';
    expect(await lastLine()).toBe('2 warnings. Begin with the first.');
    patient.environment['CLIENT_SECRET'] = 'x'.repeat(51);
    expect(await lastLine()).toBe('1 problem, 2 warnings. Begin with the first.');
    patient.environment['BASE_URL'] = 'http://www.example.com';
    patient.environment['SESSION_SECRET'] = 'short';
    expect(await lastLine()).toMatch(/^\d problems\b/);
  });

  it('has colours where they are wanted, and nowhere else', async () => {
    patient = await startPatient();
    patient.environment['TRUST_PROXY'] = 'true';
    const diagnosis = await patient.examine('outside');
    const text = describeDiagnosis(diagnosis, plain);
    const coloured = describeDiagnosis(diagnosis, { ...plain, colours: true });
    expect(text).not.toContain('\u001B');
    expect(coloured).toContain('\u001B');
    expect(stripVTControlCharacters(coloured)).toBe(text);
  });

  it('never has a secret in it, nor does the one for programs', async () => {
    patient = await startPatient();
    const { environment, pools } = patient;
    const wrong = 'hunter2-is-not-the-secret-of-this-client-at-all-0000';
    Object.assign(environment, { CLIENT_SECRET: wrong, TRUST_PROXY: 'true' });
    const upstream = pools.pool('oidc-pool-2').client('master-pool');
    const secrets = [
      wrong,
      environment['SESSION_SECRET']!,
      pools.pool('oidc-pool-1').client('site').secret!,
      upstream.secret!,
    ];
    const diagnosis = await patient.examine('inside');
    const said = JSON.stringify(diagnosis) + describeDiagnosis(diagnosis, plain);
    expect(said).toContain('client_secret_wrong');
    expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
  });

  it('lets nothing from the network steer the terminal', async () => {
    patient = await startPatient();
    const { domain } = patient.pools.pool('oidc-pool-1');
    const body = JSON.stringify({
      issuer: 'https://evil.example\u001B[2J\u202E',
      authorization_endpoint: `${domain}/oauth2/authorize`,
      token_endpoint: `${domain}/oauth2/token`,
      jwks_uri: `${domain}/jwks`,
    });
    const contentType = 'application/json';
    patient.pools.faults.always('oidc-pool-1', 'discovery', { status: 200, body, contentType });
    const text = describeDiagnosis(await patient.examine('outside'), plain);
    expect(text).toContain('https://evil.example');
    expect(['\u001B', '\u202E'].filter((each) => text.includes(each))).toEqual([]);
  });
});
