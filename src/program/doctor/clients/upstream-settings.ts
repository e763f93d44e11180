import { domainByAuthorizationEndpoint } from '../../../cognito/logout-url.js';
import type { IdentityProviderType } from '@aws-sdk/client-cognito-identity-provider';
import { isUserPool, userPoolIdOf } from '../../../cognito/user-pool.js';
import { changeProvider, type DoctorContext, logoutUriOf } from '../context/context.js';
import { readDiscovery } from '../visits/discovery-document.js';
import { type Finding, finding, type Findings } from '../findings/finding.js';
import { clientFindings } from './app-client.js';
import {
  idpResponseOf,
  type UpstreamClient,
  upstreamClientUnknown,
  upstreamDomainMissing,
  upstreamUsersNotEnabled,
} from './upstream-client.js';
import { upstreamSecretFinding } from './upstream-secret.js';
import { userExistenceFinding } from '../pools/token-settings.js';
import { styleFinding, usesManagedLogin } from '../pools/pool-style.js';
import type { UserPools } from '../context/user-pools.js';

/**
 * The pool behind an identity provider, and the app client the master pool has there. Other
 * providers have no such inside.
 */
export async function upstreamFindings(
  context: DoctorContext,
  userPools: UserPools,
  provider: IdentityProviderType,
): Promise<Findings> {
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
  const logoutUri = signsOutAt(context, client) ? logoutUriOf(context) : undefined;
  return [
    (pool.CustomDomain ?? pool.Domain) === undefined ? upstreamDomainMissing(client) : undefined,
    ...clientFindings(client, registered, {
      scope: details['authorize_scopes'] ?? 'openid',
      callback: idpResponseOf(context),
      logoutUri,
    }),
    registered.SupportedIdentityProviders?.length ? undefined : upstreamUsersNotEnabled(client),
    await upstreamSecretFinding(context, userPools, client, {
      shown: registered.ClientSecret,
      used: details['client_secret'],
      issuer,
    }),
    userExistenceFinding(client, registered),
    (await usesManagedLogin(userPools, { ...pool, Id: userPoolId }))
      ? await styleFinding(userPools, client)
      : undefined,
    await signOutFinding(context, ProviderName, issuer),
  ];
}

const signsOutAt = ({ settings }: DoctorContext, { provider, clientId }: UpstreamClient): boolean =>
  settings.identityProviders.some(
    ({ name, signOut }) =>
      name === provider && signOut.kind === 'cognito' && signOut.clientId === clientId,
  );

/** Signing out must visit the pool that people sign in at. */
async function signOutFinding(
  { settings, fetch, now }: DoctorContext,
  name: string,
  issuer: string,
): Promise<Finding | undefined> {
  const configured = settings.identityProviders.find((each) => each.name === name)?.signOut;
  if (configured?.kind !== 'cognito') return undefined;
  const read = await readDiscovery(issuer, fetch, now);
  const endpoint = 'document' in read ? read.document['authorization_endpoint'] : undefined;
  const domain = typeof endpoint === 'string' ? domainByAuthorizationEndpoint(endpoint) : undefined;
  if (domain === undefined || domain === configured.domain) return undefined;
  return finding(
    'sign_out_domain_wrong',
    `IDENTITY_PROVIDERS signs out of “${name}” at ${configured.domain}, and people sign in at ${domain}.`,
    'Write that domain.',
    { about: name, set: changeProvider(settings, name, { signOut: { ...configured, domain } }) },
  );
}
