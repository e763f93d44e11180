import { exportJWK, exportPKCS8, generateKeyPair, type JWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { startPools } from '../../src/testing/index.js';
import { reservePort, startApp, urlOf } from '../support/app.js';
import { createBrowser, type Browser, type Page } from '../support/browser.js';
import {
  REFRESH_DUE_MS,
  startOtherProvider,
  type OtherProviderOptions,
} from '../support/other-provider.js';
import { visit } from '../security/support/visitor.js';

/** One way the provider may be set up, and what of our settings belongs to it. */
interface Mode extends OtherProviderOptions {
  readonly environment?: Record<string, string>;
  /** What the provider must have been asked during the journey. */
  readonly asked?: readonly string[];
}

const onlyMethod = (method: string): Pick<Mode, 'configuration'> => ({
  configuration: { clientAuthMethods: [method as 'none'] },
});
const signedWith = async (alg: 'PS256' | 'ES256' | 'EdDSA' | 'Ed25519'): Promise<Mode> => ({
  client: { id_token_signed_response_alg: alg },
  configuration: {
    jwks: { keys: [await privateJwk(alg)] },
    enabledJWA: { idTokenSigningAlgValues: [alg] },
  },
});
const privateJwk = async (alg: string): Promise<JWK> => {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return exportJWK(privateKey);
};
const thin = { conformIdTokenClaims: true };
const pushed = {
  features: {
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
  },
};

describe('with oidc-provider set up in many ways, a sign-in, a refresh and a sign-out', () => {
  const modes: Record<string, () => Promise<Mode>> = {
    'with client_secret_basic': async () => ({
      ...onlyMethod('client_secret_basic'),
      asked: ['POST /token Basic', 'POST /token/revocation Basic'],
    }),
    'with client_secret_post': async () => ({
      ...onlyMethod('client_secret_post'),
      client: { token_endpoint_auth_method: 'client_secret_post' },
      asked: ['POST /token', 'POST /token/revocation'],
    }),
    'with client_secret_post set although basic is listed too': async () => ({
      client: { token_endpoint_auth_method: 'client_secret_post' },
      environment: { CLIENT_AUTHENTICATION: 'client_secret_post' },
      asked: ['POST /token', 'POST /token/revocation'],
    }),
    'with private_key_jwt and a key as PEM': async () => {
      const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
      return {
        ...onlyMethod('private_key_jwt'),
        client: {
          client_secret: undefined,
          token_endpoint_auth_method: 'private_key_jwt',
          jwks: { keys: [await exportJWK(publicKey)] },
        },
        environment: { CLIENT_SECRET: 'none', CLIENT_KEY: await exportPKCS8(privateKey) },
        asked: ['POST /token', 'POST /token/revocation'],
      };
    },
    'with private_key_jwt and one of two keys, as JWK with its kid': async () => {
      const pairs = [
        await generateKeyPair('ES256'),
        await generateKeyPair('EdDSA', { extractable: true }),
      ];
      const jwks = await Promise.all(pairs.map(({ publicKey }) => exportJWK(publicKey)));
      const key = { ...(await exportJWK(pairs[1]!.privateKey)), kid: 'second' };
      return {
        ...onlyMethod('private_key_jwt'),
        client: {
          client_secret: undefined,
          token_endpoint_auth_method: 'private_key_jwt',
          jwks: {
            keys: jwks.map((jwk, index) => ({ ...jwk, kid: ['first', 'second'][index] })),
          },
        },
        environment: { CLIENT_SECRET: 'none', CLIENT_KEY: JSON.stringify(key) },
        asked: ['POST /token', 'POST /token/revocation'],
      };
    },
    'as a public client (none)': async () => ({
      ...onlyMethod('none'),
      client: { client_secret: undefined, token_endpoint_auth_method: 'none' },
      environment: { CLIENT_SECRET: 'none' },
      asked: ['POST /token', 'POST /token/revocation'],
    }),
    'with ID tokens signed with PS256': async () => signedWith('PS256'),
    'with ID tokens signed with ES256': async () => signedWith('ES256'),
    'with ID tokens signed with EdDSA': async () => signedWith('EdDSA'),
    'with ID tokens signed with Ed25519 by that name': async () => signedWith('Ed25519'),
    'with thin ID tokens and userInfo': async () => ({
      configuration: thin,
      environment: { USER_INFO: 'merge' },
      asked: ['GET /me Bearer'],
    }),
    'with pushed authorization requests required': async () => ({
      configuration: pushed,
      asked: ['POST /request Basic'],
    }),
    'with its own rule for refresh tokens': async () => ({
      refreshTokens: 'by its own rule',
      environment: { SCOPE: 'openid email profile offline_access' },
      asked: ['POST /token Basic', 'POST /token/revocation Basic'],
    }),
    'with all of it at once': async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
      return {
        client: {
          client_secret: undefined,
          token_endpoint_auth_method: 'private_key_jwt',
          id_token_signed_response_alg: 'ES256',
          userinfo_signed_response_alg: 'ES256',
          jwks: { keys: [await exportJWK(publicKey)] },
        },
        configuration: {
          ...thin,
          jwks: { keys: [await privateJwk('ES256')] },
          clientAuthMethods: ['private_key_jwt'],
          features: { ...pushed.features, jwtUserinfo: { enabled: true } },
          enabledJWA: { idTokenSigningAlgValues: ['ES256'], userinfoSigningAlgValues: ['ES256'] },
        },
        environment: {
          CLIENT_SECRET: 'none',
          CLIENT_KEY: await exportPKCS8(privateKey),
          USER_INFO: 'merge',
        },
        asked: ['POST /request', 'POST /token', 'GET /me Bearer', 'POST /token/revocation'],
      };
    },
  };

  for (const [title, mode] of Object.entries(modes)) {
    it(title, async () => {
      const { environment, asked = [], ...options } = await mode();
      const server = await reservePort();
      const provider = await startOtherProvider(urlOf(server), options);
      let ahead = 0;
      const app = await startApp(
        {
          ISSUER: provider.issuer,
          CLIENT_ID: provider.clientId,
          CLIENT_SECRET: provider.clientSecret,
          ...environment,
        },
        { server, now: () => Date.now() + ahead },
      );
      try {
        const browser = createBrowser();
        const profile = await signIn(browser, app.url);
        expect(profile.url, app.log.join('')).toBe(`${app.url}/profile`);
        expect(profile.text()).toContain('Bob Example');
        expect(profile.text()).toContain('bob@example.org');
        expect(profile.text()).not.toContain('own user pool');
        expect(profile.text()).toContain(new URL(provider.issuer).host);

        const exchanges = provider.asked.filter((each) => each.startsWith('POST /token')).length;
        expect(exchanges).toBe(1);
        ahead = REFRESH_DUE_MS;
        let refreshed = 0;
        app.relyingParty.events.on('session.refreshed', () => (refreshed += 1));
        const again = await browser.get(`${app.url}/profile`);
        expect(again.url).toBe(`${app.url}/profile`);
        await expect.poll(() => refreshed, { message: app.log.join('') }).toBe(1);
        expect((await browser.get(`${app.url}/profile`)).text()).toContain('Bob Example');

        const confirmation = await browser.click(again, 'Sign out');
        const signedOut = await browser.submit(confirmation, {}, { button: 'Yes, sign me out' });
        expect(signedOut.url).toBe(`${app.url}/signed-out`);
        const asksAgain = await browser.get(`${app.url}/profile`);
        expect(asksAgain.html).toContain('name="password"');
        for (const request of asked) expect(provider.asked).toContain(request);
        // Nothing was refused and then tried in another way.
        const tokenRequests = provider.asked.filter((each) => /^POST \/token( |$)/.test(each));
        expect(tokenRequests).toHaveLength(2);
        expect(app.log.join('')).not.toContain('revocation_failed');
      } finally {
        await app.stop();
        await provider.stop();
      }
    });
  }
});

describe('the authorization request for a refresh token', () => {
  const prompts = async (issuer: string, scope: string): Promise<(string | null)[]> => {
    const app = await startApp({
      ISSUER: issuer,
      SCOPE: scope,
      CLIENT_ID: 'site',
      CLIENT_SECRET: 'none',
    });
    const asked: (string | null)[] = [];
    for (const path of ['/login', '/login?max_age=0']) {
      const { headers } = await visit(app.url + path);
      asked.push(new URL(String(headers['location'])).searchParams.get('prompt'));
    }
    await app.stop();
    return asked;
  };

  it('asks for consent, without which offline_access counts for nothing', async () => {
    const provider = await startOtherProvider('http://localhost:3000', {
      client: { client_secret: undefined, token_endpoint_auth_method: 'none' },
    });
    const offline = 'openid offline_access';
    expect(await prompts(provider.issuer, offline)).toEqual(['consent', 'login consent']);
    expect(await prompts(provider.issuer, 'openid offline_access_x')).toEqual([null, 'login']);
    await provider.stop();
  });

  it('asks a user pool for none: there is none', async () => {
    const pools = await startPools({ keys: 'fixed' });
    const { issuer } = pools.pool('oidc-pool-1');
    expect(await prompts(issuer, 'openid offline_access')).toEqual([null, 'login']);
    await pools.close();
  });
});

async function signIn(browser: Browser, url: string): Promise<Page> {
  const loginPage = await browser.get(`${url}/profile`);
  const consentPage = await browser.submit(loginPage, { login: 'bob', password: 'any' });
  return browser.submit(consentPage);
}
