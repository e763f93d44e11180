import { generateKeyPairSync } from 'node:crypto';
import {
  CreateManagedLoginBrandingCommand,
  CreateUserPoolClientCommand,
  DeleteUserPoolDomainCommand,
  DescribeUserPoolClientCommand,
  SetUserPoolSessionConfigurationCommand,
  UpdateUserPoolCommand,
  UpdateUserPoolDomainCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import type { FindingCode } from '../../../src/program/doctor/findings/catalogue.js';
import type { PoolsSeed } from '../../../src/pools/index.js';
import {
  inMaster,
  inMasterClient,
  inProvider,
  inSite,
  inUpstream,
  type Patient,
  siteUrl,
} from './patient.js';

/**
 * One mistake, what doctor must say first, and how it is mended where the finding has no change
 * that can be made.
 */
export interface Misconfiguration {
  readonly seed?: (seed: PoolsSeed) => PoolsSeed;
  readonly spoil?: (patient: Patient) => Promise<void> | void;
  /** What is found first without AWS access; absent when it cannot be seen from outside. */
  readonly outside?: FindingCode;
  /** With it; default the same. */
  readonly inside?: FindingCode;
  /** Which one of several the first is about. */
  readonly about?: string;
  /** What is found next, when mending the first brings up another one. */
  readonly next?: FindingCode;
  readonly mend?: (patient: Patient) => Promise<void> | void;
}

const environment =
  (change: Record<string, string>) =>
  (patient: Patient): void => {
    Object.assign(patient.environment, change);
  };

const withProviders =
  (change: (provider: ProviderSetting, patient: Patient) => object) =>
  (patient: Patient): void => {
    const [provider] = JSON.parse(patient.environment['IDENTITY_PROVIDERS']!) as ProviderSetting[];
    patient.environment['IDENTITY_PROVIDERS'] = JSON.stringify([
      { ...provider, ...change(provider!, patient) },
    ]);
  };

interface ProviderSetting {
  readonly name: string;
  readonly signOut: { readonly kind: string; readonly domain: string; readonly clientId: string };
}

const furtherIssuer = (issuer: string): string =>
  JSON.stringify([{ issuer, clientIds: ['machine'] }]);

const masterId = 'eu-west-1_Master001';
const upstreamId = 'eu-west-1_Second001';

const providerDetails = (details: (patient: Patient) => Record<string, string>) => {
  return (patient: Patient): Promise<void> =>
    patient.apply({
      kind: 'identity-provider',
      userPoolId: masterId,
      name: 'oidc-pool-2',
      details: details(patient),
    });
};

const classicPages =
  (UserPoolId: string, Domain: string) =>
  async ({ sdk }: Patient): Promise<void> => {
    await sdk.send(new UpdateUserPoolDomainCommand({ UserPoolId, Domain, ManagedLoginVersion: 1 }));
  };

/**
 * With settings in a seed the defaults are the API's, so what the seed of the two federated pools
 * is by default must be said.
 */
const asSeeded = {
  AllowedOAuthFlowsUserPoolClient: true,
  PreventUserExistenceErrors: 'ENABLED',
} as const;

/** What AWS WAF answers with by default. */
const forbidden = {
  status: 403,
  body: '{"message":"Forbidden"}',
  contentType: 'application/json',
} as const;

async function makeStyle({ sdk, pools }: Patient): Promise<void> {
  const ids = { UserPoolId: masterId, ClientId: pools.pool('oidc-pool-1').client('site').id };
  const command = new CreateManagedLoginBrandingCommand({ ...ids, UseCognitoProvidedValues: true });
  await sdk.send(command);
}

const sessionsOfEach =
  (MaxPerUser: number) =>
  async ({ sdk }: Patient): Promise<void> => {
    await sdk.send(
      new SetUserPoolSessionConfigurationCommand({
        UserPoolId: masterId,
        UserSessionTracking: 'ENABLED',
        TokenSession: { MaxPerUser },
      }),
    );
  };

const clearFaults = ({ pools }: Patient): void => pools.faults.clear();

/**
 * A secret cannot be added: a new client takes the place of the old one, at the master pool and for
 * signing out.
 */
async function replaceUpstreamClient(patient: Patient): Promise<void> {
  const { sdk } = patient;
  const { id } = patient.pools.pool('oidc-pool-2').client('master-pool');
  const ids = { UserPoolId: upstreamId, ClientId: id };
  const { UserPoolClient: old } = await sdk.send(new DescribeUserPoolClientCommand(ids));
  const settings = { ...old!, ...ids, ClientName: 'confidential', GenerateSecret: true };
  const { UserPoolClient } = await sdk.send(new CreateUserPoolClientCommand(settings));
  const { ClientId: client_id = '', ClientSecret: client_secret = '' } = UserPoolClient ?? {};
  await providerDetails(() => ({ client_id, client_secret }))(patient);
  withProviders(({ signOut }) => ({ signOut: { ...signOut, clientId: client_id } }))(patient);
}

/** Publishes the master pool's discovery document without a member. */
const documentWithout =
  (member: string) =>
  async ({ pools }: Patient): Promise<void> => {
    const address = `${pools.pool('oidc-pool-1').issuer}/.well-known/openid-configuration`;
    const document = (await (await fetch(address)).json()) as Record<string, unknown>;
    const body = JSON.stringify({ ...document, [member]: undefined });
    const contentType = 'application/json';
    pools.faults.always('oidc-pool-1', 'discovery', { status: 200, body, contentType });
  };

const clientKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
}) as string;

const secretAgain = ({ environment: variables, pools }: Patient): void => {
  const { secret } = pools.pool('oidc-pool-1').client('site');
  Object.assign(variables, { CLIENT_SECRET: secret, CLIENT_KEY: '', CLIENT_AUTHENTICATION: '' });
};

/** Deliberate mistakes, each alone in the otherwise healthy set-up of the two federated pools. */
export const misconfigurations: Readonly<Record<string, Misconfiguration>> = {
  'a setting is missing': {
    spoil: environment({ CLIENT_ID: '' }),
    outside: 'setting_invalid',
    mend: ({ environment: variables, pools }) => {
      variables['CLIENT_ID'] = pools.pool('oidc-pool-1').client('site').id;
    },
  },
  'BASE_URL is http': {
    spoil: environment({ BASE_URL: 'http://www.example.com' }),
    outside: 'setting_invalid',
    mend: environment({ BASE_URL: siteUrl }),
  },
  'SESSION_SECRET is short': {
    spoil: environment({ SESSION_SECRET: 'short' }),
    outside: 'setting_invalid',
    mend: environment({ SESSION_SECRET: 'Zt7Qv2Lm9XwK4RbN8cHs3PdF6GjY1uAe' }),
  },
  'a setting is mistyped': {
    spoil: environment({ SESSION_STOER: 'memory:' }),
    outside: 'setting_unknown',
    about: 'SESSION_STOER',
    mend: environment({ SESSION_STOER: '' }),
  },
  'the issuer does not answer': {
    spoil: environment({ ISSUER: `http://127.0.0.1:2/${masterId}` }),
    outside: 'issuer_unreachable',
    mend: ({ environment: variables, pools }) => {
      variables['ISSUER'] = pools.pool('oidc-pool-1').issuer;
    },
  },
  'the issuer is a pool that does not exist': {
    spoil: (patient) => {
      patient.environment['ISSUER'] = `${patient.pools.url}/eu-west-1_Nowhere01`;
    },
    outside: 'issuer_unknown',
    mend: ({ environment: variables, pools }) => {
      variables['ISSUER'] = pools.pool('oidc-pool-1').issuer;
    },
  },
  'the issuer is the second pool': {
    spoil: (patient) => {
      patient.environment['ISSUER'] = patient.pools.pool('oidc-pool-2').issuer;
    },
    outside: 'issuer_of_other_pool',
  },
  'the issuer is another pool than the client’s, and nothing else tells': {
    spoil: (patient) => {
      patient.environment['ISSUER'] = patient.pools.pool('oidc-pool-2').issuer;
      patient.environment['IDENTITY_PROVIDERS'] = '';
    },
    outside: 'client_unknown',
    inside: 'issuer_of_other_pool',
  },
  'the issuer is the address of its discovery document': {
    spoil: (patient) => {
      patient.environment['ISSUER'] += '/.well-known/openid-configuration';
    },
    outside: 'issuer_near_miss',
  },
  'the issuer is the address of its keys': {
    spoil: (patient) => {
      patient.environment['ISSUER'] += '/.well-known/jwks.json';
    },
    outside: 'issuer_near_miss',
  },
  'the issuer is the domain of the pool': {
    spoil: (patient) => {
      patient.environment['ISSUER'] = patient.pools.pool('oidc-pool-1').domain;
    },
    outside: 'issuer_near_miss',
  },
  'the issuer is a page of the domain of the pool': {
    spoil: (patient) => {
      patient.environment['ISSUER'] =
        `${patient.pools.pool('oidc-pool-1').domain}/oauth2/authorize`;
    },
    outside: 'issuer_near_miss',
  },
  'the issuer is the id of the pool': {
    spoil: environment({ ISSUER: masterId }),
    outside: 'issuer_near_miss',
  },
  'the issuer is the ARN of the pool': {
    spoil: environment({
      ISSUER: `arn:aws:cognito-idp:eu-west-1:000000000000:userpool/${masterId}`,
    }),
    outside: 'issuer_near_miss',
  },
  'the issuer is the client ID, and the other way round': {
    spoil: ({ environment: variables }) => {
      const { ISSUER = '', CLIENT_ID = '' } = variables;
      Object.assign(variables, { ISSUER: CLIENT_ID, CLIENT_ID: ISSUER });
    },
    outside: 'issuer_near_miss',
    mend: ({ environment: variables, pools }) => {
      const master = pools.pool('oidc-pool-1');
      Object.assign(variables, { ISSUER: master.issuer, CLIENT_ID: master.client('site').id });
    },
  },
  'the issuer is https, and there is none': {
    spoil: ({ environment: variables }) => {
      variables['ISSUER'] = variables['ISSUER']!.replace('http:', 'https:');
    },
    outside: 'issuer_near_miss',
  },
  'the issuer is without its scheme': {
    spoil: ({ environment: variables }) => {
      variables['ISSUER'] = variables['ISSUER']!.replace('http://', '');
    },
    outside: 'issuer_near_miss',
  },
  'several settings are missing': {
    spoil: environment({ CLIENT_ID: '', CLIENT_SECRET: '' }),
    outside: 'settings_missing',
    mend: ({ environment: variables, pools }) => {
      const { id, secret } = pools.pool('oidc-pool-1').client('site');
      Object.assign(variables, { CLIENT_ID: id, CLIENT_SECRET: secret });
    },
  },
  'the issuer has a slash too many': {
    spoil: (patient) => {
      patient.environment['ISSUER'] += '/';
    },
    outside: 'issuer_trailing_slash',
  },
  'the issuer calls itself something else': {
    spoil: ({ pools }) => {
      const { domain } = pools.pool('oidc-pool-1');
      const body = JSON.stringify({
        issuer: 'https://issuer.example.com',
        authorization_endpoint: `${domain}/oauth2/authorize`,
        token_endpoint: `${domain}/oauth2/token`,
        jwks_uri: `${pools.url}/${masterId}/.well-known/jwks.json`,
      });
      const contentType = 'application/json';
      pools.faults.always('oidc-pool-1', 'discovery', { status: 200, body, contentType });
    },
    outside: 'issuer_mismatch',
    mend: clearFaults,
  },
  'the user pool has no domain': {
    seed: (seed) => inMaster({ domain: null })(inMasterClient({ callbackUrls: [siteUrl] })(seed)),
    outside: 'domain_missing',
    next: 'upstream_callback_not_registered',
  },
  'requests are to be pushed, and a user pool takes none': {
    spoil: environment({ PUSHED_AUTHORIZATION_REQUESTS: 'always' }),
    outside: 'pushed_requests_unsupported',
  },
  'userInfo is to be merged, and the issuer has none': {
    spoil: async (patient) => {
      patient.environment['USER_INFO'] = 'merge';
      await documentWithout('userinfo_endpoint')(patient);
    },
    outside: 'user_info_unsupported',
  },
  'the client has a key, and a user pool takes none': {
    spoil: environment({ CLIENT_SECRET: 'none', CLIENT_KEY: clientKey }),
    outside: 'client_authentication_unsupported',
    mend: secretAgain,
  },
  'the client is to show its key, and a user pool takes none': {
    spoil: environment({
      CLIENT_SECRET: 'none',
      CLIENT_KEY: clientKey,
      CLIENT_AUTHENTICATION: 'private_key_jwt',
    }),
    outside: 'client_authentication_unsupported',
    mend: secretAgain,
  },
  'the issuer has no keys': {
    spoil: ({ pools }) => pools.faults.always('oidc-pool-1', 'jwks', { emptyJwks: true }),
    outside: 'jwks_unusable',
    mend: clearFaults,
  },
  'the issuer does not give its keys': {
    spoil: ({ pools }) => {
      const body = JSON.stringify({ keys: [] });
      pools.faults.always('oidc-pool-1', 'jwks', { status: 503, body });
    },
    outside: 'jwks_unusable',
    mend: clearFaults,
  },
  'the clock is ten minutes ahead': {
    spoil: (patient) => {
      patient.clockOffsetMs = 600_000;
    },
    outside: 'clock_off',
    mend: (patient) => {
      patient.clockOffsetMs = 0;
    },
  },
  'the clock is ten minutes behind': {
    spoil: (patient) => {
      patient.clockOffsetMs = -600_000;
    },
    outside: 'clock_off',
    mend: (patient) => {
      patient.clockOffsetMs = 0;
    },
  },
  'CLIENT_ID is unknown': {
    spoil: environment({ CLIENT_ID: '1234567890abcdefghijklmnop' }),
    outside: 'client_unknown',
    mend: ({ environment: variables, pools }) => {
      variables['CLIENT_ID'] = pools.pool('oidc-pool-1').client('site').id;
    },
  },
  'CLIENT_SECRET is wrong': {
    spoil: environment({ CLIENT_SECRET: 'x'.repeat(51) }),
    outside: 'client_secret_wrong',
    mend: ({ environment: variables, pools }) => {
      variables['CLIENT_SECRET'] = pools.pool('oidc-pool-1').client('site').secret!;
    },
  },
  'CLIENT_SECRET is none, and the client has one': {
    spoil: environment({ CLIENT_SECRET: 'none' }),
    outside: 'client_secret_missing',
    mend: ({ environment: variables, pools }) => {
      variables['CLIENT_SECRET'] = pools.pool('oidc-pool-1').client('site').secret!;
    },
  },
  'CLIENT_SECRET is the one before the rotation': {
    seed: inSite({ secret: null, addedSecrets: ['a'.repeat(51)] }),
    spoil: environment({ CLIENT_SECRET: 'x'.repeat(51) }),
    outside: 'client_secret_wrong',
    mend: environment({ CLIENT_SECRET: 'a'.repeat(51) }),
  },
  'CLIENT_SECRET is none, and the client has one that was added': {
    seed: inSite({ secret: null, addedSecrets: ['a'.repeat(51)] }),
    spoil: environment({ CLIENT_SECRET: 'none' }),
    outside: 'client_secret_missing',
    mend: environment({ CLIENT_SECRET: 'a'.repeat(51) }),
  },
  'CLIENT_SECRET is set, and the client is public': {
    seed: inSite({ secret: null }),
    spoil: environment({ CLIENT_SECRET: 'x'.repeat(51) }),
    outside: 'client_secret_wrong',
    inside: 'client_secret_unexpected',
    mend: environment({ CLIENT_SECRET: 'none' }),
  },
  'OAuth is off at the client': {
    seed: inSite({ settings: { ...asSeeded, AllowedOAuthFlowsUserPoolClient: false } }),
    outside: 'code_flow_off',
    inside: 'client_oauth_off',
  },
  'the client has another grant': {
    seed: inSite({ flows: ['implicit'] }),
    outside: 'code_flow_off',
  },
  'the callback URL is missing': {
    seed: inSite({ callbackUrls: [] }),
    outside: 'callback_not_registered',
  },
  'the callback URL has a slash at the end': {
    seed: inSite({ callbackUrls: [`${siteUrl}/callback/`] }),
    outside: 'callback_not_registered',
  },
  'a scope is missing': {
    seed: inSite({ scopes: ['openid', 'email'] }),
    outside: 'scope_not_allowed',
  },
  'SCOPE asks for offline_access': {
    spoil: environment({ SCOPE: 'openid email offline_access' }),
    outside: 'scope_not_allowed',
  },
  'managed login without a branding style': {
    seed: inMaster({ managedLoginVersion: 2 }),
    spoil: environment({ IDENTITY_PROVIDERS: '' }),
    outside: 'pages_without_branding',
    mend: classicPages(masterId, 'oidc-pool-1'),
  },
  'managed login without a branding style, and every sign-in goes past it': {
    seed: inMaster({ managedLoginVersion: 2 }),
    outside: 'pages_without_branding',
    mend: makeStyle,
  },
  'managed login in a pool of the plan Lite': {
    seed: inMaster({ managedLoginVersion: 2, settings: { UserPoolTier: 'LITE' } }),
    spoil: makeStyle,
    inside: 'plan_lacks_feature',
    mend: classicPages(masterId, 'oidc-pool-1'),
  },
  'threat protection in a pool of the plan Essentials': {
    seed: inMaster({ settings: { UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED' } } }),
    inside: 'plan_lacks_feature',
    mend: async ({ sdk }) => {
      await sdk.send(new UpdateUserPoolCommand({ UserPoolId: masterId }));
    },
  },
  'users may have one session each': {
    spoil: sessionsOfEach(1),
    inside: 'sessions_limited',
    mend: sessionsOfEach(20),
  },
  'the list of callback URLs is nearly full': {
    seed: inSite({
      callbackUrls: [
        `${siteUrl}/callback`,
        ...Array.from({ length: 96 }, (_, n) => `https://site-${n}.example.com/callback`),
      ],
    }),
    inside: 'quota_near',
    about: 'CallbackURLs',
    mend: (patient) =>
      patient.apply({
        kind: 'app-client',
        userPoolId: masterId,
        clientId: patient.environment['CLIENT_ID']!,
        set: { CallbackURLs: [`${siteUrl}/callback`] },
      }),
  },
  'a firewall turns browsers away that have no cookies': {
    spoil: ({ pools }) => pools.faults.always('oidc-pool-1', 'authorize', forbidden),
    outside: 'waf_in_front',
    mend: clearFaults,
  },
  'a firewall turns the site away': {
    spoil: ({ pools }) => pools.faults.always('oidc-pool-1', 'token', forbidden),
    outside: 'waf_blocks_site',
    mend: clearFaults,
  },
  'a firewall is in the way of a sign-out at the second pool': {
    spoil: ({ pools }) => pools.faults.always('oidc-pool-2', 'logout', forbidden),
    outside: 'waf_in_front',
    mend: clearFaults,
  },
  'the authorization endpoint refuses for a reason of its own': {
    spoil: ({ pools }) =>
      pools.faults.always('oidc-pool-1', 'authorize', { status: 403, body: '<h1>No</h1>' }),
    outside: 'authorization_refused',
    mend: clearFaults,
  },
  'the token endpoint answers with something that is no error of a token endpoint': {
    spoil: ({ pools }) =>
      pools.faults.always('oidc-pool-1', 'token', { status: 404, body: '<h1>Not found</h1>' }),
    outside: 'check_failed',
    mend: clearFaults,
  },
  'the provider is not enabled at the client': {
    seed: inSite({ identityProviders: ['COGNITO'] }),
    outside: 'login_option_unavailable',
    inside: 'provider_not_enabled',
  },
  'another provider is enabled at the client': {
    seed: (seed) => {
      const [provider] = seed.pools[0]?.identityProviders ?? [];
      const other = { ...provider!, name: 'another' };
      return inMaster({ identityProviders: [provider!, other] })(
        inSite({ identityProviders: ['another'] })(seed),
      );
    },
    outside: 'provider_not_enabled',
  },
  'the provider is written in another case': {
    spoil: withProviders(() => ({ name: 'OIDC-Pool-2' })),
    outside: 'provider_name_case',
  },
  'the provider does not exist': {
    spoil: withProviders(() => ({ name: 'somebody-else' })),
    outside: 'provider_not_enabled',
    inside: 'provider_missing',
    mend: withProviders(() => ({ name: 'oidc-pool-2' })),
  },
  'the issuer of the provider does not answer': {
    seed: inProvider({ issuer: `http://127.0.0.1:2/${upstreamId}` }),
    outside: 'provider_issuer_unreachable',
    mend: providerDetails(({ pools }) => ({ oidc_issuer: pools.pool('oidc-pool-2').issuer })),
  },
  'the issuer of the provider has a slash too many': {
    spoil: providerDetails(({ pools }) => ({
      oidc_issuer: `${pools.pool('oidc-pool-2').issuer}/`,
    })),
    inside: 'provider_issuer_trailing_slash',
  },
  'the issuer of the provider is an alias': {
    spoil: providerDetails(({ pools }) => ({
      oidc_issuer: pools.pool('oidc-pool-2').issuer.replace('127.0.0.1', 'localhost'),
    })),
    inside: 'provider_issuer_mismatch',
  },
  'the second pool has no domain': {
    spoil: async ({ sdk }) => {
      const ids = { UserPoolId: upstreamId, Domain: 'oidc-pool-2' };
      await sdk.send(new DeleteUserPoolDomainCommand(ids));
    },
    outside: 'provider_issuer_unreachable',
    inside: 'upstream_domain_missing',
    next: 'sign_out_domain_wrong',
  },
  'the client at the second pool is unknown': {
    seed: inProvider({ client: { id: 'unknown', secret: 'x'.repeat(51) } }),
    outside: 'upstream_client_unknown',
    mend: providerDetails(({ pools }) => {
      const { id, secret } = pools.pool('oidc-pool-2').client('master-pool');
      return { client_id: id, client_secret: secret! };
    }),
  },
  'the client secret at the second pool is wrong': {
    seed: inProvider({ client: { id: '44odouzlyz4yokn8h2xdzqehtz', secret: 'x'.repeat(51) } }),
    inside: 'upstream_client_secret_wrong',
  },
  'the client at the second pool was given another secret, and the provider has neither': {
    seed: (seed) =>
      inMasterClient({ addedSecrets: ['a'.repeat(51)] })(
        inProvider({ client: { id: '44odouzlyz4yokn8h2xdzqehtz', secret: 'x'.repeat(51) } })(seed),
      ),
    inside: 'upstream_client_secret_wrong',
    mend: providerDetails(() => ({ client_secret: 'a'.repeat(51) })),
  },
  'the secret of the client at the second pool was replaced, and the provider has the old one': {
    seed: (seed) =>
      inMasterClient({ secret: null, addedSecrets: ['a'.repeat(51)] })(
        inProvider({ client: { id: '44odouzlyz4yokn8h2xdzqehtz', secret: 'x'.repeat(51) } })(seed),
      ),
    inside: 'upstream_client_secret_wrong',
  },
  'the client at the second pool has no secret': {
    seed: (seed) =>
      inMasterClient({ secret: null })(
        inProvider({ client: { id: '44odouzlyz4yokn8h2xdzqehtz', secret: 'x'.repeat(51) } })(seed),
      ),
    inside: 'upstream_client_secret_missing',
    mend: replaceUpstreamClient,
  },
  'the second pool does not know the callback of the master pool': {
    seed: inMasterClient({ callbackUrls: [siteUrl] }),
    outside: 'upstream_callback_not_registered',
  },
  'the master pool asks the second for too much': {
    seed: inProvider({ scopes: 'openid email profile phone' }),
    outside: 'upstream_scope_not_allowed',
  },
  'the client at the second pool has another grant': {
    seed: inMasterClient({ flows: ['implicit'] }),
    outside: 'upstream_code_flow_off',
  },
  'OAuth is off at the client of the second pool': {
    seed: inMasterClient({ settings: { ...asSeeded, AllowedOAuthFlowsUserPoolClient: false } }),
    outside: 'upstream_code_flow_off',
    inside: 'upstream_oauth_off',
  },
  'the second pool lets its own users in nowhere': {
    seed: inMasterClient({ identityProviders: [] }),
    inside: 'upstream_users_not_enabled',
  },
  'managed login without a branding style at the second pool': {
    seed: inUpstream({ managedLoginVersion: 2 }),
    outside: 'upstream_pages_without_branding',
    mend: classicPages(upstreamId, 'oidc-pool-2'),
  },
  'a required attribute is not mapped': {
    seed: inMaster({ requiredAttributes: ['birthdate'] }),
    inside: 'required_attribute_unmapped',
  },
  'a required attribute is not mapped, and the pool itself asks for the provider': {
    seed: inMaster({ requiredAttributes: ['birthdate'] }),
    spoil: environment({ IDENTITY_PROVIDERS: '' }),
    inside: 'required_attribute_unmapped',
  },
  'a mapped attribute is not in the pool': {
    spoil: (patient) =>
      patient.apply({
        kind: 'identity-provider',
        userPoolId: masterId,
        name: 'oidc-pool-2',
        mapping: { 'custom:department': 'department' },
      }),
    inside: 'mapped_attribute_unknown',
  },
  'a mapped attribute cannot be changed': {
    seed: inMaster({ settings: { Schema: [{ Name: 'email', Mutable: false }] } }),
    inside: 'mapped_attribute_immutable',
  },
  'a mapped attribute may not be written': {
    seed: inSite({ settings: { ...asSeeded, WriteAttributes: ['name'] } }),
    inside: 'mapped_attribute_not_writable',
  },
  'email_verified is not mapped': {
    seed: inProvider({ attributeMapping: { email: 'email' } }),
    inside: 'email_verified_unmapped',
  },
  'nothing is mapped': {
    seed: inProvider({ attributeMapping: {} }),
    inside: 'email_verified_unmapped',
  },
  'email is not mapped': {
    seed: inProvider({ attributeMapping: { email_verified: 'email_verified', name: 'name' } }),
    inside: 'email_verified_unmapped',
  },
  'email is required and nothing is mapped': {
    seed: (seed) =>
      inMaster({ requiredAttributes: ['email'] })(inProvider({ attributeMapping: {} })(seed)),
    inside: 'required_attribute_unmapped',
    next: 'email_verified_unmapped',
  },
  'the client may not read e-mail addresses': {
    seed: inSite({ settings: { ...asSeeded, ReadAttributes: ['name'] } }),
    inside: 'attributes_unreadable',
  },
  'the client may not read whether addresses are verified': {
    seed: inSite({ settings: { ...asSeeded, ReadAttributes: ['email', 'name'] } }),
    inside: 'attributes_unreadable',
  },
  'the client may not read names': {
    seed: inSite({ settings: { ...asSeeded, ReadAttributes: ['email', 'email_verified'] } }),
    inside: 'attributes_unreadable',
  },
  'the sign-out URL is missing at the master pool': {
    seed: inSite({ logoutUrls: [] }),
    outside: 'logout_url_not_registered',
  },
  'the sign-out URL at the master pool has a slash too many': {
    seed: inSite({ logoutUrls: [`${siteUrl}/logout/continue/`] }),
    outside: 'logout_url_not_registered',
  },
  'the sign-out address of the second pool fails': {
    spoil: ({ pools }) => pools.faults.always('oidc-pool-2', 'logout', { status: 503 }),
    outside: 'sign_out_unreachable',
    mend: clearFaults,
  },
  'the sign-out URL is missing at the second pool': {
    seed: inMasterClient({ logoutUrls: [] }),
    outside: 'upstream_logout_url_not_registered',
  },
  'the second pool is signed out of as another provider would be': {
    spoil: withProviders(({ signOut: { domain, clientId } }) => ({
      signOut: { kind: 'oidc', endSessionEndpoint: `${domain}/logout`, clientId },
    })),
    outside: 'sign_out_kind_wrong',
  },
  'signing out visits another pool': {
    spoil: withProviders(({ signOut }, { pools }) => ({
      signOut: { ...signOut, domain: pools.pool('oidc-pool-1').domain },
    })),
    outside: 'sign_out_client_unknown',
    inside: 'sign_out_domain_wrong',
    mend: withProviders(({ signOut }, { pools }) => ({
      signOut: { ...signOut, domain: pools.pool('oidc-pool-2').domain },
    })),
  },
  'signing out visits a host that does not answer': {
    spoil: withProviders(({ signOut }) => ({
      signOut: { ...signOut, domain: 'http://127.0.0.1:2/oidc-pool-2' },
    })),
    outside: 'sign_out_unreachable',
    inside: 'sign_out_domain_wrong',
    mend: withProviders(({ signOut }, { pools }) => ({
      signOut: { ...signOut, domain: pools.pool('oidc-pool-2').domain },
    })),
  },
  'signing out names an unknown client': {
    spoil: withProviders(({ signOut }) => ({ signOut: { ...signOut, clientId: 'unknown' } })),
    outside: 'sign_out_client_unknown',
    mend: withProviders(({ signOut }, { pools }) => ({
      signOut: { ...signOut, clientId: pools.pool('oidc-pool-2').client('master-pool').id },
    })),
  },
  'a further issuer of the API does not answer': {
    spoil: environment({ API_ISSUERS: furtherIssuer(`http://127.0.0.1:2/${upstreamId}`) }),
    outside: 'api_issuer_unreachable',
    mend: environment({ API_ISSUERS: '' }),
  },
  'a further issuer of the API does not exist': {
    spoil: (patient) => {
      const issuer = `${patient.pools.url}/eu-west-1_Nowhere01`;
      patient.environment['API_ISSUERS'] = furtherIssuer(issuer);
    },
    outside: 'api_issuer_unreachable',
    mend: environment({ API_ISSUERS: '' }),
  },
  'a further issuer of the API does not give its keys': {
    spoil: (patient) => {
      const { issuer } = patient.pools.pool('oidc-pool-2');
      patient.environment['API_ISSUERS'] = furtherIssuer(issuer);
      patient.pools.faults.always('oidc-pool-2', 'jwks', { status: 503 });
    },
    outside: 'api_issuer_unreachable',
    mend: clearFaults,
  },
  'a further issuer of the API calls itself something else': {
    spoil: (patient) => {
      const { issuer } = patient.pools.pool('oidc-pool-2');
      const alias = issuer.replace('127.0.0.1', 'localhost');
      patient.environment['API_ISSUERS'] = furtherIssuer(alias);
    },
    outside: 'api_issuer_mismatch',
    mend: environment({ API_ISSUERS: '' }),
  },
  'rotation without grace': {
    seed: inSite({ refreshTokenRotation: { graceSeconds: 0 } }),
    inside: 'rotation_without_grace',
  },
  'rotation with a grace shorter than a lost answer needs': {
    seed: inSite({ refreshTokenRotation: { graceSeconds: 10 } }),
    inside: 'rotation_without_grace',
  },
  'token revocation is off': {
    seed: inSite({ tokenRevocation: false }),
    inside: 'revocation_off',
  },
  'refresh tokens end before sessions': {
    seed: inSite({ refreshTokenSeconds: 3600 }),
    inside: 'refresh_shorter_than_session',
  },
  'the sign-in page of the master pool reveals who has an account': {
    seed: inSite({
      preventUserExistenceErrors: false,
      identityProviders: ['COGNITO', 'oidc-pool-2'],
    }),
    inside: 'user_existence_revealed',
  },
  'the sign-in page of the second pool reveals who has an account': {
    seed: inMasterClient({ preventUserExistenceErrors: false }),
    inside: 'user_existence_revealed',
  },
  'SESSION_SECRET is easy to guess': {
    spoil: environment({ SESSION_SECRET: 'abcabcabcabcabcabcabcabcabcabcabcabc' }),
    outside: 'session_secret_weak',
    mend: environment({ SESSION_SECRET: 'Zt7Qv2Lm9XwK4RbN8cHs3PdF6GjY1uAe' }),
  },
  'SESSION_SECRET is the client secret': {
    spoil: ({ environment: variables }) => {
      variables['SESSION_SECRET'] = variables['CLIENT_SECRET']!;
    },
    outside: 'session_secret_weak',
    mend: environment({ SESSION_SECRET: 'Zt7Qv2Lm9XwK4RbN8cHs3PdF6GjY1uAe' }),
  },
  'sessions are kept in memory': {
    spoil: environment({ SESSION_STORE: 'memory:' }),
    outside: 'store_in_memory',
    mend: environment({ SESSION_STORE: 'file:./test-results/no-such-folder/sessions' }),
  },
  'Redis does not answer': {
    spoil: environment({ SESSION_STORE: 'redis://127.0.0.1:2' }),
    outside: 'store_unreachable',
    mend: environment({ SESSION_STORE: 'file:./test-results/no-such-folder/sessions' }),
  },
  'the session file cannot be made': {
    spoil: environment({ SESSION_STORE: 'file:/dev/null/sessions' }),
    outside: 'store_unreachable',
    mend: environment({ SESSION_STORE: 'file:./test-results/no-such-folder/sessions' }),
  },
  'the whole world is believed about addresses': {
    spoil: environment({ TRUST_PROXY: 'true' }),
    outside: 'trust_proxy_everyone',
  },
  'https, and the proxy is not believed': {
    seed: (seed) =>
      inSite({
        callbackUrls: ['https://localhost:2/callback'],
        logoutUrls: ['https://localhost:2/logout/continue'],
      })(inMasterClient({ logoutUrls: ['https://localhost:2/logout/continue'] })(seed)),
    spoil: environment({ BASE_URL: 'https://localhost:2' }),
    outside: 'trust_proxy_missing',
  },
};
