import { domainByAuthorizationEndpoint } from '../../../cognito/logout-url.js';
import type {
  IdentityProviderType,
  UserPoolClientType,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import { domainPrefixOf, isUserPool, userPoolIdOf } from '../../../cognito/user-pool.js';
import { type DoctorContext, logoutUriOf } from '../context.js';
import { readDiscovery } from '../visits/discovery-document.js';
import { exchangeBogusCode } from './exchange-bogus-code.js';
import type { Finding } from '../finding.js';
import { nearMiss } from '../near-miss.js';
import {
  nameOf,
  type UpstreamClient,
  upstreamCallbackNotRegistered,
  upstreamClientUnknown,
  upstreamCodeFlowOff,
  upstreamLogoutUrlNotRegistered,
  upstreamScopeNotAllowed,
  upstreamUsersNotEnabled,
} from './upstream-client.js';
import { userExistenceFindings } from '../pools/token-settings.js';
import { lacksStyle, usesManagedLogin, withoutStyle } from '../pools/pool-style.js';
import type { UserPools } from '../pools/user-pools.js';

/** The pool behind an identity provider, and the app client the master pool has there. Other providers have no such inside. */
export async function upstreamFindings(
  context: DoctorContext,
  userPools: UserPools,
  provider: IdentityProviderType,
): Promise<Finding[]> {
  const { ProviderName = '', ProviderDetails: details = {} } = provider;
  const issuer = (details['oidc_issuer'] ?? '').replace(/\/$/, '');
  if (!URL.canParse(issuer) || !isUserPool(issuer)) return [];
  const userPoolId = userPoolIdOf(issuer);
  const client = { provider: ProviderName, clientId: details['client_id'] ?? '', userPoolId };
  // In an account these credentials do not reach, the pool is seen from outside only.
  const pool = await userPools.pool(userPoolId);
  if (pool === undefined) return [];
  const registered = await userPools.client(userPoolId, client.clientId);
  if (registered === undefined) return [upstreamClientUnknown(client)];
  const hasDomain = (pool.CustomDomain ?? pool.Domain) !== undefined;
  return [
    ...(hasDomain ? [] : [domainMissing(client)]),
    ...clientFindings(context, client, registered, details),
    ...(await secretFindings(context, userPools, client, {
      shown: registered.ClientSecret,
      used: details['client_secret'],
      issuer,
    })),
    ...userExistenceFindings(registered, { userPoolId, provider: ProviderName }),
    ...(await styleFindings(userPools, pool, client)),
    ...(await signOutFindings(context, ProviderName, issuer)),
  ];
}

/** @param client of the pool, whose id is known */
async function styleFindings(
  userPools: UserPools,
  pool: UserPoolType,
  client: UpstreamClient,
): Promise<Finding[]> {
  const { userPoolId = '', clientId, provider } = client;
  if ((await usesManagedLogin(userPools, userPoolId, pool)) !== true) return [];
  if (!(await lacksStyle(userPools, userPoolId, clientId))) return [];
  const finding = withoutStyle('upstream_pages_without_branding', nameOf(client));
  return [{ ...finding, about: provider }];
}

const domainMissing = ({ provider, userPoolId = '' }: UpstreamClient): Finding => ({
  code: 'upstream_domain_missing',
  about: provider,
  what: `The user pool ${userPoolId} behind “${provider}” has no domain.`,
  fix: {
    text: 'Give it one: a prefix of your choice that nobody in the region has, or a domain of your own.',
    console: 'Amazon Cognito › User pools › the second pool › Domain › Create Cognito domain',
    change: { kind: 'domain', userPoolId, prefix: domainPrefixOf(userPoolId) },
  },
});

function clientFindings(
  context: DoctorContext,
  client: UpstreamClient,
  registered: UserPoolClientType,
  details: Readonly<Record<string, string>>,
): Finding[] {
  const { CallbackURLs = [], LogoutURLs = [], SupportedIdentityProviders = [] } = registered;
  const { AllowedOAuthFlows = [], AllowedOAuthScopes = [] } = registered;
  const asked = details['authorize_scopes'] ?? 'openid';
  const missing = asked.split(' ').filter((scope) => !AllowedOAuthScopes.includes(scope));
  const callback = idpResponseOf(context);
  const logoutUri = logoutUriOf(context);
  const findings = [
    registered.AllowedOAuthFlowsUserPoolClient === true ? undefined : oauthOff(client, asked),
    AllowedOAuthFlows.includes('code') ? undefined : upstreamCodeFlowOff(client),
    callback === undefined || CallbackURLs.includes(callback)
      ? undefined
      : upstreamCallbackNotRegistered(client, callback, nearMiss(CallbackURLs, callback)),
    missing.length === 0 ? undefined : upstreamScopeNotAllowed(client, asked, missing),
    SupportedIdentityProviders.length > 0 ? undefined : upstreamUsersNotEnabled(client),
    LogoutURLs.includes(logoutUri) || !signsOutAt(context, client)
      ? undefined
      : upstreamLogoutUrlNotRegistered(context, client, nearMiss(LogoutURLs, logoutUri)),
  ];
  return findings.filter((finding) => finding !== undefined);
}

/** Where the second pool sends the browser back to: on the domain of the master pool, which discovery told. */
const idpResponseOf = ({ metadata }: DoctorContext): string | undefined =>
  metadata?.authorizationEndpoint.replace(/oauth2\/authorize$/, 'oauth2/idpresponse');

const signsOutAt = ({ settings }: DoctorContext, { provider, clientId }: UpstreamClient): boolean =>
  settings.identityProviders.some(
    ({ name, signOut }) =>
      name === provider && signOut.kind === 'cognito' && signOut.clientId === clientId,
  );

interface ComparedSecrets {
  /** What AWS shows of the client: the secret it was made with, while it has that. */
  readonly shown: string | undefined;
  /** What the identity provider of the master pool has. */
  readonly used: string | undefined;
  /** Of the second pool. */
  readonly issuer: string;
}

/**
 * A secret that is shown and the only one can be compared. Of any other, which may be right, only the token endpoint of the second
 * pool knows.
 */
async function secretFindings(
  context: DoctorContext,
  userPools: UserPools,
  client: UpstreamClient,
  { shown, used, issuer }: ComparedSecrets,
): Promise<Finding[]> {
  const { userPoolId = '', clientId } = client;
  if (shown !== undefined && used === shown) return [];
  const count = await userPools.clientSecretCount(userPoolId, clientId);
  if (count === 0) return [secretMissing(client)];
  const masterPoolId = userPoolIdOf(context.settings.issuer);
  if (count === 1 && shown !== undefined) return [secretWrong(client, masterPoolId, 'copy')];
  const isRefused = used !== undefined && (await refuses(context, issuer, clientId, used));
  if (!isRefused) return [];
  return [secretWrong(client, masterPoolId, count === 1 ? 'make' : 'make room')];
}

/** Whether the second pool turns the client with this secret away for certain. */
async function refuses(
  context: DoctorContext,
  issuer: string,
  clientId: string,
  clientSecret: string,
): Promise<boolean> {
  const read = await readDiscovery(issuer, context.fetch, context.now);
  if (!('document' in read)) return false;
  const { token_endpoint: tokenEndpoint } = read.document;
  if (typeof tokenEndpoint !== 'string' || !URL.canParse(tokenEndpoint)) return false;
  try {
    const { error } = await exchangeBogusCode(context, {
      tokenEndpoint,
      redirectUri: idpResponseOf(context) ?? issuer,
      credentials: { clientId, clientSecret },
      metadata: { issuer, ...read.document },
    });
    return error === 'invalid_client';
  } catch {
    // Nothing is known then, and who does not answer is found elsewhere.
    return false;
  }
}

const secretMissing = (client: UpstreamClient): Finding => ({
  code: 'upstream_client_secret_missing',
  about: client.provider,
  what: `${nameOf(client).replace(/^t/, 'T')} has no secret.`,
  fix: {
    text: 'A secret cannot be added to an app client that was made without: make a new one with a secret, and write its id and secret into the identity provider of the master pool.',
    console: 'Amazon Cognito › User pools › the second pool › App clients › Create app client',
  },
});

/**
 * @param masterPoolId where the identity provider is
 * @param remedy how the provider gets a right one. What is shown is not copied where it may be the older of two, to be deleted soon;
 *   and which of two is to go, doctor cannot know
 */
function secretWrong(
  client: UpstreamClient,
  masterPoolId: string,
  remedy: 'copy' | 'make' | 'make room',
): Finding {
  const { userPoolId = '', clientId, provider } = client;
  return {
    code: 'upstream_client_secret_wrong',
    about: provider,
    what: `The identity provider “${provider}” has another client secret than ${nameOf(client)}.`,
    fix: {
      text: {
        copy: 'Copy the secret from the app client of the second pool into the identity provider of the master pool.',
        make: 'Make a new secret for the app client of the second pool, since Cognito shows nobody one that was added before, and write it into the identity provider of the master pool.',
        'make room':
          'The app client of the second pool has two secrets, the most there can be. Delete the one that nobody uses (delete-user-pool-client-secret), and run doctor again: it then has the command that makes a new one for the identity provider.',
      }[remedy],
      console:
        'Amazon Cognito › User pools › the master pool › Social and external providers › the provider › Edit › Client secret',
      ...(remedy === 'make room'
        ? {
            question: {
              userPoolId,
              operation: 'list-user-pool-client-secrets',
              options: { 'user-pool-id': userPoolId, 'client-id': clientId },
            },
          }
        : {
            change: {
              kind: 'identity-provider' as const,
              userPoolId: masterPoolId,
              name: provider,
              secretOf: { userPoolId, clientId, ...(remedy === 'make' && { isNew: true }) },
            },
          }),
    },
  };
}

const oauthOff = (client: UpstreamClient, asked: string): Finding => ({
  code: 'upstream_oauth_off',
  about: client.provider,
  what: `${nameOf(client).replace(/^t/, 'T')} has OAuth switched off (AllowedOAuthFlowsUserPoolClient is false).`,
  fix: {
    text: 'Switch it on; in the console it goes on by itself when the login pages are edited and saved.',
    console:
      'Amazon Cognito › User pools › the second pool › App clients › the client › Login pages › Edit',
    change: {
      kind: 'app-client',
      userPoolId: client.userPoolId ?? '',
      clientId: client.clientId,
      add: { AllowedOAuthFlows: ['code'], AllowedOAuthScopes: asked.split(' ') },
      set: { AllowedOAuthFlowsUserPoolClient: true },
    },
  },
});

/** Signing out must visit the pool that people sign in at. */
async function signOutFindings(
  { settings, fetch, now }: DoctorContext,
  name: string,
  issuer: string,
): Promise<Finding[]> {
  const configured = settings.identityProviders.find((each) => each.name === name)?.signOut;
  if (configured?.kind !== 'cognito') return [];
  const read = await readDiscovery(issuer, fetch, now);
  const endpoint = 'document' in read ? read.document['authorization_endpoint'] : undefined;
  const domain = typeof endpoint === 'string' ? domainByAuthorizationEndpoint(endpoint) : undefined;
  if (domain === undefined || domain === configured.domain) return [];
  const corrected = settings.identityProviders.map((each) =>
    each.name === name ? { ...each, signOut: { ...configured, domain } } : each,
  );
  return [
    {
      code: 'sign_out_domain_wrong',
      about: name,
      what: `IDENTITY_PROVIDERS signs out of “${name}” at ${configured.domain}, and people sign in at ${domain}.`,
      fix: {
        text: 'Write that domain.',
        change: { kind: 'environment', set: { IDENTITY_PROVIDERS: JSON.stringify(corrected) } },
      },
    },
  ];
}
