import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/program/config/from-environment.js';
import type { DoctorParts } from '../../../src/program/doctor/context/context.js';
import { diagnose, type Diagnosis } from '../../../src/program/doctor/diagnose.js';
import { openUserPools, UserPoolsError } from '../../../src/program/doctor/context/user-pools.js';
import { startPools } from '../../../src/pools/index.js';
import { startBareProvider } from '../../support/bare-provider.js';
import { reservePort, startApp, urlOf } from '../../support/app.js';
import { startOtherProvider } from '../../support/other-provider.js';
import { type Patient, siteUrl, startPatient } from './patient.js';
import { whole } from './whole.js';

const codes = ({ findings }: Diagnosis): string[] => findings.map(({ code }) => code);

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

const secret = { SESSION_SECRET: 'q8vT2mZx91LrKwYbNc73HsdPfGjE5uAo' };
const store = { SESSION_STORE: 'file:./test-results/no-such-folder/sessions' };

async function examine(
  environment: Record<string, string>,
  parts: Partial<DoctorParts> = {},
): Promise<Diagnosis> {
  const settings = readSettings({ BASE_URL: siteUrl, ...secret, ...store, ...environment });
  return whole(await diagnose(settings, { now: Date.now, fetch, ...parts }));
}

describe('doctor, at an OpenID provider that is not Cognito', () => {
  async function otherProvider(url = siteUrl): Promise<Record<string, string>> {
    const provider = await startOtherProvider(url);
    endings.push(() => provider.stop());
    const { issuer, clientId, clientSecret } = provider;
    return { ISSUER: issuer, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret };
  }

  it('is content with one that is set up well', async () => {
    expect(codes(await examine(await otherProvider()))).toEqual([]);
  });

  it('names an unregistered callback and sign-out URL, a wrong secret and an unknown client', async () => {
    const environment = await otherProvider('http://localhost:3');
    expect(codes(await examine(environment))).toEqual([
      'authorization_refused',
      'logout_url_not_registered',
    ]);
    const wrong = { ...(await otherProvider()), CLIENT_SECRET: 'wrong' };
    expect(codes(await examine(wrong))).toEqual(['client_secret_wrong']);
  });

  it('says what an incomplete one lacks', async () => {
    const provider = await startBareProvider();
    endings.push(() => provider.stop());
    const found = codes(
      await examine({ ISSUER: provider.issuer, CLIENT_ID: 'any', CLIENT_SECRET: 'any' }),
    );
    expect(found).toEqual([
      'authorization_refused',
      // Nothing that its token endpoint says is about a client.
      'check_failed',
      'sign_out_endpoint_missing',
    ]);
  });

  it('says which addresses a discovery document lacks', async () => {
    const issuer = await serve((url) => JSON.stringify({ issuer: url, jwks_uri: `${url}/jwks` }));
    const { findings } = await examine({ ISSUER: issuer, CLIENT_ID: 'any', CLIENT_SECRET: 'any' });
    expect(findings[0]).toMatchObject({
      code: 'metadata_incomplete',
      what: expect.stringContaining('authorization_endpoint, no token_endpoint'),
    });
  });
});

describe('doctor, about settings', () => {
  it('names the key that is none, and no secret that is missing beside it', async () => {
    const { findings } = await examine({
      ISSUER: 'https://issuer.example.com',
      CLIENT_ID: 'site',
      CLIENT_KEY: '/etc/key.pem',
    });
    expect(findings.map(({ what }) => what)).toEqual([
      'CLIENT_KEY is a path, and not the key in that file.',
    ]);
  });
});

describe('doctor, about names that AWS would give to nothing', () => {
  const change = (patient: Patient, provider: object): void => {
    const [first] = JSON.parse(patient.environment['IDENTITY_PROVIDERS']!) as object[];
    patient.environment['IDENTITY_PROVIDERS'] = JSON.stringify([{ ...first, ...provider }]);
  };

  it.each<[string, (patient: Patient) => unknown, string[]]>([
    [
      'a client of the master pool',
      ({ environment }) => Object.assign(environment, { CLIENT_ID: '${CLIENT}' }),
      ['client_unknown'],
    ],
    [
      'a pool',
      (patient) =>
        Object.assign(patient.environment, {
          ISSUER: `${patient.pools.url}/eu-west-1_${'A'.repeat(60)}`,
        }),
      ['issuer_unknown'],
    ],
    [
      'an identity provider',
      (patient) => change(patient, { name: 'x'.repeat(40) }),
      ['provider_missing'],
    ],
    [
      'the client of the second pool',
      (patient) =>
        patient.apply({
          kind: 'identity-provider',
          userPoolId: 'eu-west-1_Master001',
          name: 'oidc-pool-2',
          details: { client_id: '${CLIENT}' },
        }),
      ['upstream_client_unknown'],
    ],
  ])('does not take AWS for unavailable because of %s', async (_, spoil, expected) => {
    const patient = await startPatient();
    endings.push(() => patient.stop());
    await spoil(patient);
    expect(codes(await patient.examine('inside'))).toEqual(expected);
  });
});

describe('doctor, about BASE_URL', () => {
  it('is content when the site runs there', async () => {
    const server = await reservePort();
    const patient = await startPatient();
    endings.push(() => patient.stop());
    const app = await startApp(patient.environment, { server });
    endings.push(() => app.stop());
    const { checks, findings } = await examine({ ...patient.environment, BASE_URL: urlOf(server) });
    expect(checks.find(({ name }) => name === 'proxy')).toMatchObject({
      outcome: 'fine',
      detail: `${urlOf(server)}, where the site runs`,
    });
    expect(findings.map(({ code }) => code)).not.toContain('site_unexpected');
  });

  it('notices a proxy that drops cookies', async () => {
    const [outer, inner, patient] = [
      await reservePort(),
      await reservePort(),
      await startPatient(),
    ];
    endings.push(() => patient.stop());
    const environment = { ...patient.environment, BASE_URL: urlOf(outer) };
    const app = await startApp(environment, { server: inner });
    endings.push(() => app.stop());
    let isDropping = true;
    const forward = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
      const { accept = '', cookie = '' } = req.headers;
      const sent = { accept, cookie };
      const answer = await fetch(urlOf(inner) + req.url, { redirect: 'manual', headers: sent });
      const headers = [...answer.headers].filter(
        ([name]) => !(isDropping && name === 'set-cookie') && !name.startsWith('content-'),
      );
      res.writeHead(answer.status, headers.flat()).end(await answer.text());
    };
    outer.on('request', (req, res) => void forward(req, res));
    endings.push(async () => {
      outer.closeAllConnections();
      await new Promise((resolve) => outer.close(resolve));
    });
    expect(codes(await examine(environment))).toContain('cookies_lost');
    isDropping = false;
    expect(codes(await examine(environment))).not.toContain('cookies_lost');
  });

  it('notices that something else answers there', async () => {
    const other = await serve(() => undefined);
    const patient = await startPatient();
    endings.push(() => patient.stop());
    expect(codes(await examine({ ...patient.environment, BASE_URL: other }))).toContain(
      'site_unexpected',
    );
  });
});

describe('doctor, when it cannot look', () => {
  it('says how to get the AWS SDK when it is not installed, and looks from outside all the same', async () => {
    const patient = await startPatient();
    endings.push(() => patient.stop());
    const userPools = await openUserPools({
      importSdk: () => Promise.reject(new Error('Cannot find package')),
    }).catch((error: unknown) => error);
    expect(userPools).toBeInstanceOf(UserPoolsError);
    const diagnosis = await examine(patient.environment, {
      userPools: userPools as UserPoolsError,
    });
    expect(codes(diagnosis)).toEqual(['aws_unavailable']);
    expect(diagnosis.findings[0]?.fix.text).toContain('npm install @aws-sdk/');
  });

  it('says that a pool is not in the account of the credentials', async () => {
    const [patient, elsewhere] = [
      await startPatient(),
      await startPools({ seed: { pools: [] }, keys: 'fixed' }),
    ];
    endings.push(
      () => patient.stop(),
      () => elsewhere.close(),
    );
    const userPools = await openUserPools({ endpointUrl: elsewhere.url });
    const { findings } = await examine(patient.environment, { userPools });
    expect(findings[0]).toMatchObject({
      code: 'aws_unavailable',
      what: expect.stringContaining('no user pool eu-west-1_Master001'),
    });
  });

  it('says what could not be checked when the token endpoint is down', async () => {
    const patient = await startPatient();
    endings.push(() => patient.stop());
    patient.pools.faults.always('oidc-pool-1', 'token', { status: 500 });
    const { findings } = await patient.examine('outside');
    expect(findings).toMatchObject([{ code: 'check_failed', severity: 'unchecked' }]);
  });

  it('goes on where a check of its own fails, and says which', async () => {
    const patient = await startPatient();
    endings.push(() => patient.stop());
    const userPools = await openUserPools({ endpointUrl: patient.pools.url });
    endings.push(async () => userPools.close());
    // A fault of doctor's own, which nothing outside can bring about.
    const broken = { ...userPools, pool: () => Promise.reject(new TypeError('no such thing')) };
    const { findings } = await examine(patient.environment, { userPools: broken });
    expect(findings[0]).toMatchObject({
      code: 'check_failed',
      about: expect.stringMatching(/^[a-z-]+$/),
      what: expect.stringMatching(/^“.+” could not be checked: no such thing\.$/),
    });
  });

  it.each([
    ['resets the connection', { reset: true }],
    ['answers with half a document', { truncate: true }],
    ['answers with HTML', { status: 200, body: '<html>', contentType: 'text/html' }],
    ['answers with a list', { status: 200, body: '[]', contentType: 'application/json' }],
    ['is overloaded', { status: 503 }],
  ] as const)('names the issuer first when it %s', async (_, fault) => {
    const patient = await startPatient();
    endings.push(() => patient.stop());
    patient.pools.faults.always('oidc-pool-1', 'discovery', fault);
    expect(codes(await patient.examine('inside'))[0]).toMatch(
      /^(issuer_unreachable|issuer_unknown|issuer_mismatch|domain_missing)$/,
    );
  });
});

/** A server that says this at every address, or 404. */
async function serve(bodyFor: (url: string) => string | undefined): Promise<string> {
  const server: Server = createServer((_req, res) => {
    const body = bodyFor(url);
    res.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    res.end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  endings.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return url;
}
