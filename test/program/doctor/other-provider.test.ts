import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/program/config/from-environment.js';
import { diagnose, type Diagnosis } from '../../../src/program/doctor/diagnose.js';
import { startOtherProvider, type OtherProviderOptions } from '../../support/other-provider.js';
import { whole } from './whole.js';

const siteUrl = 'http://localhost:2';

describe('doctor at an OpenID provider that is no user pool', () => {
  /** Looks at the provider as it is set up, with settings that are the site's. */
  async function examine(
    options: OtherProviderOptions,
    environment: Record<string, string> = {},
    publish: (document: object) => object = (same) => same,
    ask: typeof fetch = fetch,
  ): Promise<Diagnosis & { readonly asked: readonly string[] }> {
    const provider = await startOtherProvider(siteUrl, options);
    try {
      const settings = readSettings({
        BASE_URL: siteUrl,
        ISSUER: provider.issuer,
        CLIENT_ID: provider.clientId,
        CLIENT_SECRET: provider.clientSecret,
        SESSION_SECRET: 'q8vT2mZx91LrKwYbNc73HsdPfGjE5uAo',
        SESSION_STORE: 'file:./test-results/no-such-folder/sessions',
        ...environment,
      });
      const fetchFrom: typeof fetch = async (input, init) => {
        const response = await ask(input, init);
        if (!new Request(input).url.endsWith('/.well-known/openid-configuration')) return response;
        return Response.json(publish((await response.json()) as object));
      };
      const diagnosis = await diagnose(settings, { now: Date.now, fetch: fetchFrom });
      return { ...whole(diagnosis), asked: provider.asked };
    } finally {
      await provider.stop();
    }
  }
  const codesOf = (diagnosis: Diagnosis): string[] => diagnosis.findings.map(({ code }) => code);

  it('shows the client’s secret as the site does: in the header, or in the body', async () => {
    const inHeader = await examine({});
    expect(codesOf(inHeader)).not.toContain('client_secret_wrong');
    expect(inHeader.asked).toContain('POST /token Basic');
    const inBody = await examine({
      client: { token_endpoint_auth_method: 'client_secret_post' },
      configuration: { clientAuthMethods: ['client_secret_post'] },
    });
    expect(codesOf(inBody)).not.toContain('client_secret_wrong');
    expect(inBody.asked).toContain('POST /token');
    expect(codesOf(await examine({}, { CLIENT_SECRET: 'another' }))).toContain(
      'client_secret_wrong',
    );
  });

  it('shows a key, and finds nothing wrong with a provider that signs with ES256 and wants PAR', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const diagnosis = await examine(
      {
        client: {
          client_secret: undefined,
          token_endpoint_auth_method: 'private_key_jwt',
          id_token_signed_response_alg: 'ES256',
          jwks: { keys: [await exportJWK(publicKey)] },
        },
        configuration: {
          jwks: { keys: [await exportJWK(privateKey)] },
          enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
          clientAuthMethods: ['private_key_jwt'],
          features: {
            pushedAuthorizationRequests: {
              enabled: true,
              requirePushedAuthorizationRequests: true,
            },
          },
        },
      },
      { CLIENT_SECRET: 'none', CLIENT_KEY: await exportPKCS8(privateKey) },
    );
    const codes = codesOf(diagnosis);
    for (const code of ['jwks_unusable', 'client_secret_wrong', 'client_secret_missing']) {
      expect(codes).not.toContain(code);
    }
    expect(codes).not.toContain('check_failed');
    expect(codes).toEqual([]);
    expect(diagnosis.asked).toContain('POST /request');
    expect(diagnosis.asked).toContain('GET /auth');
  });

  const pushing = {
    features: {
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
    },
  };

  it.each([
    ['a callback', { client: { redirect_uris: ['https://elsewhere.example/callback'] } }, {}],
    ['a flow', { client: { response_types: [], grant_types: ['refresh_token'] } }, {}],
  ] as const)('says that a pushed request is refused for %s', async (_, options, environment) => {
    const client = options.client as OtherProviderOptions['client'];
    const { findings } = await examine({ client: client!, configuration: pushing }, environment);
    expect(findings[0]).toMatchObject({ code: 'authorization_refused' });
    expect(findings[0]!.what).toContain('The OpenID provider answers “');
    expect(findings[0]!.what).not.toContain('a-secret');
  });

  it('pushes with the secret that the provider takes, and leaves a wrong one to its own check', async () => {
    const secret = 'a-secret-with:special+characters/and=more';
    const either = { CLIENT_SECRET: `newest ${secret}` };
    const both = await examine({ configuration: pushing }, either);
    expect(codesOf(both)).toEqual([]);
    expect(both.asked).toContain('GET /auth');
    const wrong = await examine({ configuration: pushing }, { CLIENT_SECRET: 'another' });
    expect(codesOf(wrong)).toEqual(['client_secret_wrong']);
  });

  it.each([
    ['client_secret_post', {}],
    ['client_secret_basic', { CLIENT_AUTHENTICATION: 'client_secret_post' }],
  ] as const)('says that the client must show its secret with %s', async (method, environment) => {
    const takesAlone: typeof fetch = async (input, init) => {
      const isBasic = new Headers(init?.headers).has('authorization');
      if (
        !new Request(input).url.endsWith('/token') ||
        isBasic === (method === 'client_secret_basic')
      ) {
        return fetch(input, init);
      }
      return Response.json({ error: 'invalid_client' }, { status: 401 });
    };
    const diagnosis = await examine({}, environment, undefined, takesAlone);
    expect(codesOf(diagnosis)).toEqual(['client_authentication_unsupported']);
    expect(diagnosis.findings[0]!.fix.command).toBe(`CLIENT_AUTHENTICATION=${method}`);
  });

  it('says that a key is not the one that is registered', async () => {
    const [registered, other] = await Promise.all(
      [0, 1].map(() => generateKeyPair('ES256', { extractable: true })),
    );
    const { findings } = await examine(
      {
        client: {
          client_secret: undefined,
          token_endpoint_auth_method: 'private_key_jwt',
          jwks: { keys: [await exportJWK(registered!.publicKey)] },
        },
        configuration: { clientAuthMethods: ['private_key_jwt'] },
      },
      { CLIENT_SECRET: 'none', CLIENT_KEY: await exportPKCS8(other!.privateKey) },
    );
    expect(findings[0]).toMatchObject({ code: 'client_secret_wrong' });
    expect(findings[0]!.what).toContain('CLIENT_KEY is no key of the client site');
  });

  it('says that the key is for no algorithm the provider lists', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const { findings } = await examine(
      {
        client: {
          client_secret: undefined,
          token_endpoint_auth_method: 'private_key_jwt',
          jwks: { keys: [await exportJWK(publicKey)] },
        },
        configuration: {
          clientAuthMethods: ['private_key_jwt'],
          enabledJWA: { clientAuthSigningAlgValues: ['RS256'] },
        },
      },
      { CLIENT_SECRET: 'none', CLIENT_KEY: await exportPKCS8(privateKey) },
    );
    expect(findings[0]).toMatchObject({ code: 'client_authentication_unsupported' });
    expect(findings[0]!.what).toContain('token_endpoint_auth_signing_alg_values_supported');
  });

  it('says so where the provider lists no way that could be done', async () => {
    const { findings } = await examine({
      client: { token_endpoint_auth_method: 'none', client_secret: undefined },
      configuration: { clientAuthMethods: ['none'] },
    });
    expect(findings[0]).toMatchObject({
      code: 'client_authentication_unsupported',
      severity: 'problem',
    });
    expect(findings[0]!.what).toContain('token_endpoint_auth_methods_supported has');
  });

  it('says that pushed requests are required, and nobody says where', async () => {
    const { findings } = await examine({}, {}, (document) => ({
      ...document,
      pushed_authorization_request_endpoint: undefined,
      require_pushed_authorization_requests: true,
    }));
    expect(findings.map(({ code }) => code)).toEqual(['metadata_incomplete']);
    expect(findings[0]!.what).toContain('no pushed_authorization_request_endpoint');
  });

  it('sends no secret to an endpoint that the site would not use', async () => {
    const { findings, asked } = await examine({}, {}, (document) => ({
      ...document,
      token_endpoint: 'ftp://127.0.0.1/token',
    }));
    expect(findings[0]).toMatchObject({ code: 'metadata_incomplete' });
    expect(findings[0]!.what).toContain('token_endpoint is not https');
    expect(asked).not.toContain('POST /token Basic');
  });
});
