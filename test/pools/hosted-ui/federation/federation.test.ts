import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PoolUserView } from '../../../../src/pools/index.js';
import { unverifiedJwt, verifiedJwt } from '../../../support/jwt.js';
import { idTokenOrder } from '../../claim-order.js';
import {
  asksForNewPassword,
  asksForPassword,
  authorizeUrl,
  chooseNewPassword,
  codeIn,
  openBrowser,
  signInThroughUpstream,
  submitCredentials,
} from '../../journeys.js';
import { callback, ned, uma } from '../../seed.js';
import { exchangeCode, tokensIn, userInfo } from '../../token-endpoint.js';
import { useWorld } from '../../world.js';

const world = useWorld();

const federatedUsers = (): PoolUserView[] =>
  world.master.users().filter(({ status }) => status === 'EXTERNAL_PROVIDER');

const upstreamSub = (username: string): string | undefined =>
  world.upstream.users().find((user) => user.username === username)?.sub;

async function idTokenClaims(page: Parameters<typeof codeIn>[0]): Promise<Record<string, unknown>> {
  const answer = await exchangeCode(world.master, 'site', codeIn(page));
  return unverifiedJwt(tokensIn(answer).id_token).claims;
}

describe("the article's test, step by step", () => {
  it("takes a new user from the provider's button through a new password to the app", async () => {
    const browser = openBrowser();
    const { master, upstream } = world;

    // 1. The console's "Launch Hosted UI" link.
    const chooser = await browser.get(authorizeUrl(master, 'site', {}, '/login'));
    expect(chooser.status).toBe(200);
    expect(chooser.text()).toContain('Sign in with your corporate ID');
    expect(asksForPassword(chooser)).toBe(false);

    // 2.–3. The provider's button, and where it leads.
    const loginPage = await browser.click(chooser, 'oidc-pool-2');
    const paths = loginPage.history.map(({ url }) => url.replace(/\?.*/, ''));
    expect(paths).toEqual([
      `${master.domain}/oauth2/authorize`,
      `${upstream.domain}/oauth2/authorize`,
      `${upstream.domain}/login`,
    ]);
    expect(new URL(loginPage.history[0]?.url ?? '').searchParams.get('identity_provider')).toBe(
      'oidc-pool-2',
    );
    const newPasswordPage = await submitCredentials(browser, loginPage, ned);
    expect(asksForNewPassword(newPasswordPage)).toBe(true);
    const end = await chooseNewPassword(browser, newPasswordPage, 'Chosen-By-Ned-2');

    // 4.–5. Back through the master pool to the app.
    expect(end.history.map(({ url }) => url.replace(/\?.*/, '')).slice(-1)).toEqual([
      `${master.domain}/oauth2/idpresponse`,
    ]);
    expect(end.url).toMatch(`${callback}?code=`);
    expect(end.query.get('state')).toBe('st-1');
    const nedUpstream = upstream.users().find(({ username }) => username === 'ned');
    expect(nedUpstream?.status).toBe('CONFIRMED');
    expect(federatedUsers()).toHaveLength(1);

    // 6.–7. Tokens, and a second sign-in within the hour.
    const claims = await idTokenClaims(end);
    expect(claims['email']).toBe('ned@example.com');
    const again = await browser.get(authorizeUrl(master, 'site'));
    expect(again.history).toHaveLength(1);
    expect(again.url).toMatch(`${callback}?code=`);
  });

  it('asks the upstream pool as Cognito does: secret in the body, no PKCE, userInfo by GET', async () => {
    await signInThroughUpstream(openBrowser(), world.master, 'site', uma);
    const { upstream, master } = world;
    const { id, secret } = upstream.client('master-pool');

    const [token] = world.pools.requests('oidc-pool-2', '/oauth2/token');
    expect(Object.keys(token?.body ?? {})).toEqual([
      'grant_type',
      'client_id',
      'redirect_uri',
      'client_secret',
      'code',
    ]);
    expect(token?.body).toMatchObject({
      grant_type: 'authorization_code',
      client_id: id,
      redirect_uri: `${master.domain}/oauth2/idpresponse`,
      client_secret: secret,
    });
    expect(token?.headers['authorization']).toBeUndefined();
    expect(token?.headers['user-agent']).toBe('Amazon/Cognito');
    const [info] = world.pools.requests('oidc-pool-2', '/oauth2/userInfo');
    expect(info?.method).toBe('GET');
    expect(info?.headers['authorization']).toMatch(/^Bearer /);
  });

  it('clears the csrf-state cookies at the end', async () => {
    const browser = openBrowser();
    await signInThroughUpstream(browser, world.master, 'site', uma);
    const names = browser
      .cookies(`${world.master.domain}/oauth2/idpresponse`)
      .map(({ key }) => key);
    expect(names).not.toContain('csrf-state');
    expect(names).not.toContain('csrf-state-legacy');
  });
});

describe('the federated user', () => {
  it('is a new EXTERNAL_PROVIDER user in the group of its provider', async () => {
    await signInThroughUpstream(openBrowser(), world.master, 'site', uma);
    const [user] = federatedUsers();
    expect(user).toMatchObject({
      username: `oidc-pool-2_${upstreamSub('uma')}`,
      status: 'EXTERNAL_PROVIDER',
      enabled: true,
      groups: [`${world.master.id}_oidc-pool-2`],
      attributes: { email: 'uma@example.com', email_verified: 'true', name: 'Uma Upstream' },
    });
    expect(user?.sub).not.toBe(upstreamSub('uma'));
    expect(user?.attributes).not.toHaveProperty(['custom:secret']);
  });

  it('shows where it came from in the ID token', async () => {
    const page = await signInThroughUpstream(openBrowser(), world.master, 'site', uma);
    const { id_token: idToken } = tokensIn(await exchangeCode(world.master, 'site', codeIn(page)));
    const { claims, payloadText } = await verifiedJwt(idToken, world.master.issuer);

    expect(claims).toMatchObject({
      iss: world.master.issuer,
      'cognito:username': `oidc-pool-2_${upstreamSub('uma')}`,
      'cognito:groups': [`${world.master.id}_oidc-pool-2`],
      email: 'uma@example.com',
      email_verified: true,
      identities: [
        {
          dateCreated: expect.stringMatching(/^\d{13}$/),
          userId: upstreamSub('uma'),
          providerName: 'oidc-pool-2',
          providerType: 'OIDC',
          issuer: null,
          primary: 'true',
        },
      ],
    });
    expect(payloadText).toMatch(
      /"identities":\[\{"dateCreated":.+"userId":.+"providerName":.+"providerType":.+"issuer":null,"primary":"true"\}\]/,
    );
    expect(Object.keys(claims)).toEqual(idTokenOrder.filter((name) => name in claims));
  });

  it('is the same user the next time, and another one than the local user with its e-mail', async () => {
    const first = await idTokenClaims(
      await signInThroughUpstream(openBrowser(), world.master, 'site', uma),
    );
    const second = await idTokenClaims(
      await signInThroughUpstream(openBrowser(), world.master, 'site', uma),
    );
    const local = world.master.users().find(({ username }) => username === 'local-uma');
    expect(second['sub']).toBe(first['sub']);
    expect(federatedUsers()).toHaveLength(1);
    expect(local?.attributes['email']).toBe('uma@example.com');
    expect(local?.sub).not.toBe(first['sub']);
  });

  it('has its mapped attributes rewritten at each sign-in, userInfo before ID token, and keeps those that vanish upstream', async () => {
    await signInThroughUpstream(openBrowser(), world.master, 'site', uma);
    world.pools.faults.once('oidc-pool-2', 'token', {
      idToken: { claims: { email: null } },
    });
    world.pools.faults.once('oidc-pool-2', 'userInfo', {
      status: 200,
      contentType: 'application/json',
      body: JSON.stringify({ sub: upstreamSub('uma'), name: 'Uma Renamed', username: 'uma' }),
    });
    await signInThroughUpstream(openBrowser(), world.master, 'site', uma);

    const [user] = federatedUsers();
    expect(user?.attributes['name']).toBe('Uma Renamed');
    expect(user?.attributes['email']).toBe('uma@example.com');
  });

  it('has an unverified e-mail when only the e-mail is mapped', async () => {
    const page = await signInThroughUpstream(openBrowser(), world.master, 'odd', uma, {
      identity_provider: 'mail-only',
    });
    const { id_token: idToken } = tokensIn(await exchangeCode(world.master, 'odd', codeIn(page)));
    const { claims } = unverifiedJwt(idToken);
    expect(claims['email']).toBe('uma@example.com');
    expect(claims['email_verified'] ?? false).toBe(false);
    expect(claims).not.toHaveProperty('name');
  });

  it('is stopped when it is disabled at the master pool', async () => {
    await signInThroughUpstream(openBrowser(), world.master, 'site', uma);
    world.master.setUserEnabled(federatedUsers()[0]?.username ?? '', false);
    const page = await signInThroughUpstream(openBrowser(), world.master, 'site', uma);
    expect(page.query.has('code')).toBe(false);
  });

  it('tells userInfo strings only', async () => {
    const page = await signInThroughUpstream(openBrowser(), world.master, 'site', uma);
    const tokens = tokensIn(await exchangeCode(world.master, 'site', codeIn(page)));
    const { json } = await userInfo(world.master, tokens.access_token);
    expect(json).toMatchObject({
      email_verified: 'true',
      username: `oidc-pool-2_${upstreamSub('uma')}`,
    });
    for (const value of Object.values(json)) expect(value).toBeTypeOf('string');
  });
});

describe('what the client sent', () => {
  it('is answered with a nonce it never sent, on the first sign-in only, when it sent none', async () => {
    const browser = openBrowser();
    const first = await idTokenClaims(
      await signInThroughUpstream(browser, world.master, 'site', uma),
    );
    const resumed = await idTokenClaims(await browser.get(authorizeUrl(world.master, 'site')));
    expect(first['nonce']).toMatch(/^[\w-]{171}$/);
    expect(resumed).not.toHaveProperty('nonce');
  });

  it('comes back when it did send a nonce, on the first and on a resumed sign-in', async () => {
    const browser = openBrowser();
    const first = await idTokenClaims(
      await signInThroughUpstream(browser, world.master, 'site', uma, { nonce: 'n-first' }),
    );
    const resumed = await idTokenClaims(
      await browser.get(authorizeUrl(world.master, 'site', { nonce: 'n-second' })),
    );
    expect(first['nonce']).toBe('n-first');
    expect(resumed['nonce']).toBe('n-second');
  });

  it('makes the upstream pool ask for the password again with prompt=login, session or not', async () => {
    const browser = openBrowser();
    await signInThroughUpstream(browser, world.master, 'site', uma);
    const url = authorizeUrl(world.master, 'site', {
      identity_provider: 'oidc-pool-2',
      prompt: 'login',
    });
    const loginPage = await browser.get(url);
    expect(loginPage.url).toMatch(`${world.upstream.domain}/login?`);
    expect(asksForPassword(loginPage)).toBe(true);
    expect((await submitCredentials(browser, loginPage, uma)).url).toMatch(`${callback}?code=`);
  });

  it('keeps its PKCE challenge', async () => {
    const verifier = randomBytes(32).toString('base64url');
    const challenge = {
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    const signInOnce = async () =>
      codeIn(await signInThroughUpstream(openBrowser(), world.master, 'site', uma, challenge));

    const without = await exchangeCode(world.master, 'site', await signInOnce());
    const withVerifier = await exchangeCode(world.master, 'site', await signInOnce(), {
      code_verifier: verifier,
    });
    expect(without.json['error']).toBe('invalid_grant');
    expect(withVerifier.status).toBe(200);
  });
});
