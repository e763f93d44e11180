import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/program/config/from-environment.js';
import { diagnose, type Diagnosis } from '../../../src/program/doctor/diagnose.js';
import { openUserPools } from '../../../src/program/doctor/context/user-pools.js';
import { federatedPoolsSeed, type Pools, startPools } from '../../../src/pools/index.js';
import { endCommands, lifeguard } from '../cli/command.js';
import { articleEnvironment } from '../../support/world.js';
import { type Patient, siteUrl, startPatient } from './patient.js';
import { whole } from './whole.js';

afterAll(endCommands);

describe('doctor, about an ISSUER at AWS', () => {
  const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Master001';
  const domain = 'https://oidc-pool-1.auth.eu-west-1.amazoncognito.com';
  let pools: Pools;
  beforeEach(async () => {
    pools = await startPools({
      seed: federatedPoolsSeed({ baseUrl: siteUrl }),
      keys: 'fixed',
      issuer: 'aws',
    });
  });
  afterEach(() => pools.close());

  /**
   * Where the pools have their pages and endpoints, by their documents: at AWS these are as safe as
   * the issuer.
   */
  const pages = 'https://pages.example';

  /**
   * The network: AWS's host of one region is where the pools are, and no other host of its kind
   * knows them.
   */
  const fetchAtAws: typeof fetch = async (input, init) => {
    const url = new URL(input as string);
    if (url.origin === pages) return fetch(`${pools.url}${url.pathname}${url.search}`, init);
    if (!/\.amazon(aws|cognito)\.com$/.test(url.hostname)) return fetch(input, init);
    if (url.protocol === 'http:')
      throw new TypeError('fetch failed', { cause: new Error('closed') });
    if (url.hostname === 'cognito-idp.eu-west-1.amazonaws.com') {
      const answer = await fetch(`${pools.url}${url.pathname}`, init);
      const text = (await answer.text()).replaceAll(pools.url, pages);
      const headers = {
        date: answer.headers.get('date') ?? '',
        'content-type': answer.headers.get('content-type') ?? '',
      };
      return new Response(text, { status: answer.status, headers });
    }
    const body = '{"message":"User pool does not exist."}';
    return new Response(body, { status: 400 });
  };

  async function examine(
    written: string,
    look: 'outside' | 'inside' = 'outside',
  ): Promise<Diagnosis> {
    const environment = {
      BASE_URL: siteUrl,
      SESSION_SECRET: 'q8vT2mZx91LrKwYbNc73HsdPfGjE5uAo',
      SESSION_STORE: 'file:./test-results/no-such-folder/sessions',
      ...articleEnvironment(pools),
      ISSUER: written,
    };
    const userPools =
      look === 'inside' ? await openUserPools({ endpointUrl: pools.url }) : undefined;
    const parts = { now: Date.now, fetch: fetchAtAws, userPools, environment };
    try {
      return whole(await diagnose(readSettings(environment), parts));
    } finally {
      userPools?.close();
    }
  }

  it('finds nothing where it is right', async () => {
    expect((await examine(issuer)).findings).toEqual([]);
  });

  it.each([
    ['the id of the pool', 'eu-west-1_Master001', 'the id of a user pool alone'],
    [
      'the address in the console',
      'https://eu-west-1.console.aws.amazon.com/cognito/v2/idp/user-pools/eu-west-1_Master001/info?region=eu-west-1',
      'a user pool’s id in it',
    ],
    [
      'the host of another region',
      issuer.replace('idp.eu-west-1', 'idp.us-east-1'),
      'another region',
    ],
    ['http', issuer.replace('https:', 'http:'), 'begins with http in place of https'],
    ['no scheme', issuer.replace('https://', ''), 'a user pool’s id in it'],
    ['the discovery address', `${issuer}/.well-known/openid-configuration`, 'a document'],
    ['a slash at the end', `${issuer}/`, 'ends with a slash'],
  ])('recognises %s, and suggests what its document confirms', async (_, written, is) => {
    const { findings } = await examine(written);
    expect(findings.map(({ code }) => code)).toEqual([
      written.endsWith('1/') ? 'issuer_trailing_slash' : 'issuer_near_miss',
    ]);
    expect(findings[0]?.what).toContain(is);
    expect(findings[0]?.fix.change).toEqual({ kind: 'environment', set: { ISSUER: issuer } });
  });

  it('names the domain of the pool, and with AWS access the issuer behind it', async () => {
    const [outside] = (await examine(domain)).findings;
    expect(outside).toMatchObject({
      code: 'issuer_near_miss',
      what: expect.stringContaining('the domain of a user pool'),
    });
    expect(outside?.fix.change).toBeUndefined();
    // From inside the pools are seen at their own address too, which is another: what comes of that
    // is behind it.
    const [inside] = (await examine(`${domain}/login`, 'inside')).findings;
    expect(inside?.code).toBe('issuer_near_miss');
    expect(inside?.fix.change).toEqual({ kind: 'environment', set: { ISSUER: issuer } });
  });

  it('does not vouch for an issuer that it could not read', async () => {
    const [finding] = (await examine('eu-west-1_Nowhere01')).findings;
    expect(finding?.code).toBe('issuer_near_miss');
    expect(finding?.fix.change).toBeUndefined();
    expect(finding?.fix.text).toContain('no document could be read to make sure');
  });

  it('invents nothing about an issuer that is merely unknown', async () => {
    const codes = (await examine(issuer.replace('Master001', 'Nowhere01'))).findings.map(
      ({ code }) => code,
    );
    expect(codes).toEqual(['issuer_unknown']);
  });
});

describe('lifeguard doctor', () => {
  let patient: Patient;
  beforeEach(async () => {
    patient = await startPatient();
  });
  afterEach(() => patient.stop());

  it('says which issuer was meant where there is only the id of the pool', async () => {
    patient.environment['ISSUER'] = 'eu-west-1_Master001';
    const command = lifeguard(`doctor --endpoint-url ${patient.pools.url}`, patient.environment);
    expect(await command.exit()).toBe(1);
    expect(command.output()).toContain(`ISSUER=${patient.pools.url}/eu-west-1_Master001`);
    expect(command.output()).toContain('– Everything else: the settings are not complete');
    expect(command.output()).toContain('1 problem.');
  });

  it('says once that settings are missing where there is but one', async () => {
    const command = lifeguard('doctor', { BASE_URL: 'http://localhost:3000' });
    expect(await command.exit()).toBe(1);
    const output = command.output();
    expect(output.replaceAll(/\s+/g, ' ')).toContain(
      'Settings are missing: ISSUER, CLIENT_ID, CLIENT_SECRET, SESSION_SECRET.',
    );
    expect(output).toContain('1 problem.');
    expect(output.match(/not complete/g)).toHaveLength(1);
  });
});
