import express from 'express';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRelyingParty, type RelyingPartyOptions } from '../../../src/index.js';
import {
  bearer,
  relyingPartyOptions,
  signedIn,
  startPools,
  type Pools,
} from '../../../src/testing/index.js';
import { createBrowser } from '../../support/browser.js';
import { startWorld, type World } from '../../support/world.js';

const NOT_CHECKED = 'Nobody has checked that this address is yours.';

describe('the e-mail address of somebody who signs in', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  beforeEach(() => world.pools.reset());
  afterAll(() => world.stop());

  /** Signs alice in with such claims in her ID token, and tells what the site makes of it. */
  async function signInWith(claims: Record<string, unknown>) {
    world.pools.faults.once('oidc-pool-1', 'token', { idToken: { claims } });
    const browser = world.browser();
    const profile = await world.signIn(browser);
    const me = await browser.get(`${world.app.url}/api/me`, { headers: { accept: '*/*' } });
    return { profile: profile.text(), me: JSON.parse(me.html) as Record<string, unknown> };
  }

  it.each([
    ['true', true],
    ['the text "true", as Cognito’s attributes have it', 'true'],
  ])('is given when email_verified is %s', async (_name, email_verified) => {
    const { profile, me } = await signInWith({ email: 'a@example.com', email_verified });
    expect(me['email']).toBe('a@example.com');
    expect(profile).toContain('a@example.com');
    expect(profile).not.toContain(NOT_CHECKED);
  });

  it.each([
    ['false', false],
    ['the text "false"', 'false'],
    ['absent', null],
    ['another text', 'yes'],
    ['a number', 1],
    ['an object', {}],
    ['an array', [true]],
  ])('is not given when email_verified is %s', async (_name, email_verified) => {
    const { profile, me } = await signInWith({ email: 'a@example.com', email_verified });
    expect(me['email']).toBeNull();
    expect(profile).toContain(`a@example.com ${NOT_CHECKED}`);
  });

  it('is nobody’s name as long as it is not verified', async () => {
    const claims = { name: null, email: 'boss@example.com', email_verified: false };
    world.pools.faults.once('oidc-pool-1', 'token', { idToken: { claims } });
    const page = await world.signIn(world.browser());
    expect(page.document.querySelector('h1')?.text).not.toContain('boss@example.com');
    expect(page.document.querySelector('.person')?.text).not.toContain('boss@example.com');
  });
});

describe('whether an address is verified that comes without a word of it', () => {
  const PROVIDER = {
    name: 'oidc-pool-2',
    label: 'Corporate ID',
    signOut: { kind: 'none', advice: 'Close the browser.' },
  };

  async function emailWith(
    environment: Record<string, string>,
    claims: Record<string, unknown>,
  ): Promise<unknown> {
    const world = await startWorld({ environment });
    world.pools.faults.always('oidc-pool-1', 'token', { idToken: { claims } });
    const browser = createBrowser();
    await world.signIn(browser);
    const me = await browser.get(`${world.app.url}/api/me`, { headers: { accept: '*/*' } });
    await world.stop();
    return (JSON.parse(me.html) as Record<string, unknown>)['email'];
  }
  const through = (provider: object): Record<string, string> => ({
    IDENTITY_PROVIDERS: JSON.stringify([{ ...PROVIDER, ...provider }]),
  });
  const OWN_USER = { email_verified: null, identities: null, 'cognito:username': 'alice' };
  const FEDERATED = { email_verified: null };

  it.each([
    ['the issuer’s own users: EMAIL_IS_VERIFIED', { EMAIL_IS_VERIFIED: 'true' }, OWN_USER],
    ['an identity provider’s users: its entry', through({ emailIsVerified: true }), FEDERATED],
  ])('is said by the operator, for %s', async (_name, environment, claims) => {
    expect(await emailWith(environment, claims)).toBe('alice@example.com');
  });

  it.each([
    ['the issuer for an identity provider', { EMAIL_IS_VERIFIED: 'true' }, FEDERATED],
    ['an identity provider for the issuer', through({ emailIsVerified: true }), OWN_USER],
    [
      'EMAIL_IS_VERIFIED where email_verified is false',
      { EMAIL_IS_VERIFIED: 'true' },
      { ...OWN_USER, email_verified: false },
    ],
    [
      'an entry where email_verified is false',
      through({ emailIsVerified: true }),
      { email_verified: false },
    ],
    ['an entry that says no', through({ emailIsVerified: false }), FEDERATED],
    [
      'the entry whose name is before a user’s own',
      { ...through({ emailIsVerified: true }), EMAIL_IS_VERIFIED: 'true' },
      { email_verified: null, identities: null, 'cognito:username': 'Oidc-Pool-2_mallory' },
    ],
  ])('is not said by %s', async (_name, environment, claims) => {
    expect(await emailWith(environment, claims)).toBeNull();
  });
});

describe('req.auth', () => {
  let pools: Pools;
  beforeAll(async () => {
    pools = await startPools({ keys: 'fixed' });
  });
  afterAll(() => pools.close());

  async function authOf(claims: Record<string, unknown>, kept: string[] = []) {
    const options = relyingPartyOptions(pools);
    const rp = createRelyingParty({ ...options, session: { ...options.session, claims: kept } });
    const app = express();
    app.get('/', rp.requireApiAccess(), ({ auth }, res) => {
      const { email, email_verified } = auth!.claims;
      res.json([auth?.email, auth?.unverifiedEmail, email, email_verified].map((x) => x ?? null));
    });
    const user = await signedIn(rp, { claims });
    const answer = await request(app).get('/').set(user.headers);
    return answer.body as unknown[];
  }

  it('has a verified address as email, also in its claims', async () => {
    const claims = { email: 'b@example.com', email_verified: true };
    expect(await authOf(claims)).toEqual(['b@example.com', null, 'b@example.com', true]);
  });

  it('has any other as unverifiedEmail alone, whatever claims the session keeps', async () => {
    const claims = { email: 'b@example.com', email_verified: false };
    const expected = [null, 'b@example.com', null, false];
    expect(await authOf(claims)).toEqual(expected);
    expect(await authOf(claims, ['email', 'email_verified'])).toEqual(expected);
  });

  it.each<[string, Record<string, unknown>, Partial<RelyingPartyOptions>, unknown[]]>([
    ['an address that is not verified', { email_verified: false }, {}, [null, false]],
    ['one without a word of it', { email_verified: undefined }, {}, [null, false]],
    ['a verified one', { email_verified: 'true' }, {}, ['b@example.com', true]],
    [
      'one that the operator vouches for',
      { email_verified: undefined },
      { emailIsVerified: true },
      ['b@example.com', true],
    ],
  ])('has of %s in the claims its session keeps what counts', async (_name, said, trust, kept) => {
    const options = relyingPartyOptions(pools);
    const session = { ...options.session, claims: ['email', 'email_verified'] };
    const rp = createRelyingParty({ ...options, ...trust, session });
    const user = await signedIn(rp, { claims: { email: 'b@example.com', ...said } });
    const { email, email_verified } = user.session.claims!;
    expect([email ?? null, email_verified]).toEqual(kept);
  });

  it('says nothing of an address that is not there', async () => {
    expect(await authOf({ email: undefined })).toEqual([null, null, null, null]);
  });

  it('has the address a test signs somebody in with, as a verified one', async () => {
    expect((await authOf({ email: 'b@example.com' }))[0]).toBe('b@example.com');
    expect((await authOf({}))[0]).toBe('alice@example.com');
  });

  const bearerOf = async (
    claims: Record<string, unknown>,
    options: Partial<RelyingPartyOptions> = {},
  ): Promise<unknown[]> => {
    const own = relyingPartyOptions(pools, { pool: 'oidc-pool-2', client: 'master-pool' });
    const rp = createRelyingParty({ ...own, ...options });
    const app = express();
    app.get('/any', rp.requireApiAccess(), ({ auth }, res) => {
      const { email, email_verified } = auth!.claims;
      res.json([auth?.email, auth?.unverifiedEmail, email, email_verified].map((x) => x ?? null));
    });
    const access = { claim: { email: 'ceo@example.com' } };
    app.get('/ceo', rp.requireApiAccess(access), (_req, res) => void res.send('ceo'));
    const token = { user: 'alice', client: 'master-pool', claims };
    const headers = await bearer(pools.pool('oidc-pool-2'), token);
    const any = await request(app).get('/any').set(headers);
    const ceo = await request(app).get('/ceo').set(headers);
    return [...(any.body as unknown[]), ceo.status];
  };
  const ceo = { email: 'ceo@example.com' };

  it.each<[string, Record<string, unknown>, unknown[]]>([
    ['true', { ...ceo, email_verified: true }, ['ceo@example.com', true, 200]],
    ['the text "true"', { ...ceo, email_verified: 'true' }, ['ceo@example.com', true, 200]],
    ['false', { ...ceo, email_verified: false }, [null, false, 403]],
    ['the text "false"', { ...ceo, email_verified: 'false' }, [null, false, 403]],
    ['absent', ceo, [null, false, 403]],
    ['of a list', { email: ['ceo@example.com'], email_verified: true }, [null, null, 403]],
    ['of no address', { email_verified: true }, [null, null, 403]],
  ])(
    'has in the claims of a bearer what a session’s say, email_verified being %s',
    async (_name, claims, expected) => {
      expect(await bearerOf(claims)).toEqual([null, null, ...expected]);
    },
  );

  it('has the address of a bearer that the operator vouches for, of the issuer or of an identity provider', async () => {
    const verified = [null, null, 'ceo@example.com', true, 200];
    const unverified = [null, null, null, false, 403];
    const own = { ...ceo, username: 'alice' };
    expect(await bearerOf(own, { emailIsVerified: true })).toEqual(verified);
    expect(await bearerOf({ ...own, email_verified: false }, { emailIsVerified: true })).toEqual(
      unverified,
    );
    // A user name that looks federated is no proof; `identities` is.
    const through = { ...ceo, username: 'a_123', identities: [{ providerName: 'A' }] };
    const looking = { ...ceo, username: 'a_123' };
    const identityProviders: RelyingPartyOptions['identityProviders'] = [
      { ...provider, signOut: { kind: 'none', advice: 'Close the browser.' } },
    ];
    const options = { identityProviders, emailIsVerified: true };
    expect(await bearerOf(through, options)).toEqual(unverified);
    const vouching = identityProviders.map((each) => ({ ...each, emailIsVerified: true }));
    expect(await bearerOf(through, { identityProviders: vouching })).toEqual(verified);
    for (const emailIsVerified of [false, true]) {
      const both = { identityProviders: vouching, emailIsVerified };
      expect(await bearerOf(looking, both)).toEqual(unverified);
      expect(await bearerOf({ ...ceo, username: 'COGNITO_x' }, both)).toEqual(
        emailIsVerified ? verified : unverified,
      );
    }
  });

  const provider = {
    name: 'a',
    label: 'A',
    emailDomains: [],
    signOut: { kind: 'none', advice: 'Close the browser.' },
  };
  it.each([
    { emailIsVerified: 'yes' },
    { identityProviders: [{ ...provider, emailIsVerified: 'no' }] },
  ])('is not left to a slip of the pen: %j', (option) => {
    const options = {
      ...relyingPartyOptions(pools),
      ...option,
    } as unknown as RelyingPartyOptions;
    expect(() => createRelyingParty(options)).toThrow(/emailIsVerified is neither true nor false/);
  });
});
