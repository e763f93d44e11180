import { domainByAuthorizationEndpoint } from '../../../cognito/logout-url.js';
import type {
  IdentityProviderType,
  UserPoolClientType,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import { isUserPool, userPoolIdOf } from '../../../cognito/user-pool.js';
import { changeProvider, type DoctorContext, logoutUriOf } from '../context/context.js';
import { readDiscovery } from '../visits/discovery-document.js';
import type { Finding } from '../findings/finding.js';
import { nearMiss } from '../findings/near-miss.js';
import {
  idpResponseOf,
  nameOf,
  type UpstreamClient,
  upstreamCallbackNotRegistered,
  upstreamClientUnknown,
  upstreamCodeFlowOff,
  upstreamDomainMissing,
  upstreamLogoutUrlNotRegistered,
  upstreamOauthOff,
  upstreamScopeNotAllowed,
  upstreamUsersNotEnabled,
} from './upstream-client.js';
import { upstreamSecretFindings } from './upstream-secret.js';
import { userExistenceFindings } from '../pools/token-settings.js';
import { lacksStyle, usesManagedLogin, withoutStyle } from '../pools/pool-style.js';
import type { UserPools } from '../context/user-pools.js';

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
    ...(hasDomain ? [] : [upstreamDomainMissing(client)]),
    ...clientFindings(context, client, registered, details),
    ...(await upstreamSecretFindings(context, userPools, client, {
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
    registered.AllowedOAuthFlowsUserPoolClient === true
      ? undefined
      : upstreamOauthOff(client, asked),
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

const signsOutAt = ({ settings }: DoctorContext, { provider, clientId }: UpstreamClient): boolean =>
  settings.identityProviders.some(
    ({ name, signOut }) =>
      name === provider && signOut.kind === 'cognito' && signOut.clientId === clientId,
  );

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
  return [
    {
      code: 'sign_out_domain_wrong',
      about: name,
      what: `IDENTITY_PROVIDERS signs out of “${name}” at ${configured.domain}, and people sign in at ${domain}.`,
      fix: {
        text: 'Write that domain.',
        change: changeProvider(settings, name, { signOut: { ...configured, domain } }),
      },
    },
  ];
}
