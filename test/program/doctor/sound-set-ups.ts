import {
  AddUserPoolClientSecretCommand,
  CreateManagedLoginBrandingCommand,
  CreateUserPoolDomainCommand,
  DeleteUserPoolClientSecretCommand,
  ListUserPoolClientSecretsCommand,
  SetUserPoolSessionConfigurationCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import type { PoolsSeed } from '../../../src/pools/index.js';
import type { OtherProviderOptions } from '../../support/other-provider.js';
import {
  inMaster,
  inMasterClient,
  inProvider,
  inSite,
  inUpstream,
  type Patient,
} from './patient.js';

/**
 * A set-up at user pools in which nothing is wrong, as it differs from that of the two federated
 * pools.
 */
export interface SoundPools {
  readonly seed?: (seed: PoolsSeed) => PoolsSeed;
  readonly change?: (patient: Patient) => Promise<void> | void;
}

/** One at another OpenID provider. */
export interface SoundProvider extends OtherProviderOptions {
  readonly environment?: Record<string, string>;
}

const masterId = 'eu-west-1_Master001';
const upstreamId = 'eu-west-1_Second001';

const set =
  (change: Record<string, string>) =>
  ({ environment }: Patient): void => {
    Object.assign(environment, change);
  };

const providers =
  (...changes: object[]) =>
  ({ environment }: Patient): void => {
    const [provider] = JSON.parse(environment['IDENTITY_PROVIDERS'] ?? '[]') as object[];
    const list = changes.map((change) => ({ ...provider, ...change }));
    environment['IDENTITY_PROVIDERS'] = JSON.stringify(list);
  };

/** With settings in a seed the defaults are the API's. */
const asSeeded = {
  AllowedOAuthFlowsUserPoolClient: true,
  PreventUserExistenceErrors: 'ENABLED',
} as const;

const own = {
  name: 'COGNITO',
  emailDomains: [],
  signOut: { kind: 'none', advice: 'Close the browser.' },
};

async function styles({ sdk, pools }: Patient): Promise<void> {
  for (const [UserPoolId, ClientId] of [
    [masterId, pools.pool('oidc-pool-1').client('site').id],
    [upstreamId, pools.pool('oidc-pool-2').client('master-pool').id],
  ] as const) {
    const style = { UserPoolId, ClientId, UseCognitoProvidedValues: true };
    await sdk.send(new CreateManagedLoginBrandingCommand(style));
  }
}

/** Gives the client of the second pool another secret, and that one to the identity provider. */
async function rotateUpstreamSecret(patient: Patient): Promise<void> {
  const { sdk, pools } = patient;
  const ids = {
    UserPoolId: upstreamId,
    ClientId: pools.pool('oidc-pool-2').client('master-pool').id,
  };
  const added = await sdk.send(new AddUserPoolClientSecretCommand(ids));
  const { ClientSecretValue: client_secret = '' } = added.ClientSecretDescriptor ?? {};
  await patient.apply({
    kind: 'identity-provider',
    userPoolId: masterId,
    name: 'oidc-pool-2',
    details: { client_secret },
  });
}

async function deleteFirstUpstreamSecret({ sdk, pools }: Patient): Promise<void> {
  const ids = {
    UserPoolId: upstreamId,
    ClientId: pools.pool('oidc-pool-2').client('master-pool').id,
  };
  const { ClientSecrets: [first] = [] } = await sdk.send(new ListUserPoolClientSecretsCommand(ids));
  const { ClientSecretId } = first!;
  await sdk.send(new DeleteUserPoolClientSecretCommand({ ...ids, ClientSecretId }));
}

const chain =
  (...changes: ((seed: PoolsSeed) => PoolsSeed)[]) =>
  (seed: PoolsSeed): PoolsSeed =>
    changes.reduce((changed, change) => change(changed), seed);

const https = 'https://www.example.com';

export const soundPools: Readonly<Record<string, SoundPools>> = {
  'the two federated pools': {},
  'the master pool asks for the provider itself': { change: set({ IDENTITY_PROVIDERS: '' }) },
  'one pool alone, with users of its own': {
    seed: chain(inMaster({ identityProviders: [] }), inSite({ identityProviders: ['COGNITO'] })),
    change: set({ IDENTITY_PROVIDERS: '' }),
  },
  'users of the master pool beside those of the provider': {
    seed: inSite({ identityProviders: ['COGNITO', 'oidc-pool-2'] }),
    change: providers({}, own),
  },
  'two providers at one client': {
    seed: chain(
      (seed) => {
        const [provider] = seed.pools[0]?.identityProviders ?? [];
        return inMaster({ identityProviders: [provider!, { ...provider!, name: 'another' }] })(
          seed,
        );
      },
      inSite({ identityProviders: ['oidc-pool-2', 'another'] }),
    ),
    change: providers({}, { name: 'another', emailDomains: ['example.org'] }),
  },
  'providers that the site does not offer': {
    seed: inSite({ identityProviders: ['COGNITO', 'oidc-pool-2'] }),
  },
  'the plan Lite, with classic pages': {
    seed: chain(
      inMaster({ settings: { UserPoolTier: 'LITE' } }),
      inUpstream({ settings: { UserPoolTier: 'LITE' } }),
    ),
  },
  'the plan Plus, with threat protection, triggers and a second factor': {
    seed: inMaster({
      settings: {
        UserPoolTier: 'PLUS',
        UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED' },
        MfaConfiguration: 'OPTIONAL',
        LambdaConfig: {
          PreTokenGenerationConfig: {
            LambdaVersion: 'V2_0',
            LambdaArn: 'arn:aws:lambda:eu-west-1:000000000000:function:claims',
          },
        },
      },
    }),
  },
  'managed login with a style for each client': {
    seed: chain(inMaster({ managedLoginVersion: 2 }), inUpstream({ managedLoginVersion: 2 })),
    change: styles,
  },
  'a domain of its own': {
    change: async (patient) => {
      const Domain = 'login.example.com';
      const CertificateArn = 'arn:aws:acm:us-east-1:000000000000:certificate/1';
      const custom = { CustomDomainConfig: { CertificateArn } };
      await patient.sdk.send(
        new CreateUserPoolDomainCommand({ UserPoolId: masterId, Domain, ...custom }),
      );
      await patient.apply({
        kind: 'app-client',
        userPoolId: upstreamId,
        clientId: patient.pools.pool('oidc-pool-2').client('master-pool').id,
        add: { CallbackURLs: [`${patient.pools.url}/${Domain}/oauth2/idpresponse`] },
      });
    },
  },
  'refresh tokens that rotate': {
    seed: inSite({ refreshTokenRotation: { graceSeconds: 60 } }),
  },
  'refresh tokens that last just as long as sessions': {
    seed: inSite({ refreshTokenSeconds: 28_800 }),
  },
  'a public client': { seed: inSite({ secret: null }), change: set({ CLIENT_SECRET: 'none' }) },
  'https, with a proxy that is believed': {
    seed: chain(
      inSite({ callbackUrls: [`${https}/callback`], logoutUrls: [`${https}/logout/continue`] }),
      inMasterClient({ logoutUrls: [`${https}/logout/continue`] }),
    ),
    change: set({ BASE_URL: https, TRUST_PROXY: '10.0.0.0/8, 127.0.0.1' }),
  },
  'a client that a mobile app uses too': {
    seed: inSite({
      callbackUrls: ['app.example://signed-in', 'http://localhost:2/callback'],
      logoutUrls: ['app.example://signed-out', 'http://localhost:2/logout/continue'],
      flows: ['code', 'implicit'],
      scopes: ['openid', 'email', 'profile', 'phone', 'aws.cognito.signin.user.admin'],
    }),
  },
  'a mapping without an e-mail address, at a site that asks for none': {
    seed: inProvider({ attributeMapping: {} }),
    change: set({ SCOPE: 'openid profile' }),
  },
  'a list of attributes to read, with all that the site asks for': {
    seed: inSite({
      settings: { ...asSeeded, ReadAttributes: ['email', 'email_verified', 'name'] },
    }),
  },
  'a list of attributes to read without an e-mail address, at a site that asks for none': {
    seed: inSite({ settings: { ...asSeeded, ReadAttributes: ['given_name'] } }),
    change: set({ SCOPE: 'openid profile' }),
  },
  'a list of attributes to read, at a site that vouches for addresses': {
    seed: inSite({ settings: { ...asSeeded, ReadAttributes: ['email', 'name'] } }),
    change: set({ EMAIL_IS_VERIFIED: 'true', IDENTITY_PROVIDERS: '' }),
  },
  'required attributes that are mapped, and a list of writable ones': {
    seed: chain(
      inMaster({ requiredAttributes: ['email'] }),
      inSite({
        settings: {
          ...asSeeded,
          WriteAttributes: ['email', 'name', 'given_name', 'family_name'],
        },
      }),
    ),
  },
  'sessions that are tracked': {
    change: async ({ sdk }) => {
      await sdk.send(
        new SetUserPoolSessionConfigurationCommand({
          UserPoolId: masterId,
          UserSessionTracking: 'ENABLED',
          TokenSession: { MaxPerUser: 20 },
        }),
      );
    },
  },
  'a client of the second pool with two secrets, whose newer one the provider has': {
    change: rotateUpstreamSecret,
  },
  'a client of the second pool whose first secret is gone': {
    change: async (patient) => {
      await rotateUpstreamSecret(patient);
      await deleteFirstUpstreamSecret(patient);
    },
  },
  'a client of the master pool that tells who exists, at which nobody types a password': {
    seed: inSite({ preventUserExistenceErrors: false }),
  },
  'an API that takes access tokens of the second pool too': {
    change: ({ environment, pools }) => {
      const { issuer } = pools.pool('oidc-pool-2');
      environment['API_ISSUERS'] = JSON.stringify([{ issuer, clientIds: ['machine'] }]);
    },
  },
  'a provider that cannot sign anybody out': {
    change: providers({ signOut: { kind: 'none', advice: 'Close the browser.' } }),
  },
  'two session secrets, in the middle of a rotation': {
    change: set({
      SESSION_SECRET: 'q8vT2mZx91LrKwYbNc73HsdPfGjE5uAo,Zt7Qv2Lm9XwK4RbN8cHs3PdF6GjY1uAe',
    }),
  },
};

export const soundProviders: Readonly<Record<string, () => Promise<SoundProvider>>> = {
  'another provider': async () => ({}),
  'another provider, with the secret in the body': async () => ({
    client: { token_endpoint_auth_method: 'client_secret_post' },
    configuration: { clientAuthMethods: ['client_secret_post'] },
  }),
  'another provider, with a public client': async () => ({
    client: { token_endpoint_auth_method: 'none', client_secret: undefined },
    configuration: { clientAuthMethods: ['none'] },
    environment: { CLIENT_SECRET: 'none' },
  }),
  'another provider, with a key and pushed requests': async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    return {
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
      environment: { CLIENT_SECRET: 'none', CLIENT_KEY: await exportPKCS8(privateKey) },
    };
  },
};
