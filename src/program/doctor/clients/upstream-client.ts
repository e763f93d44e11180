import { domainPrefixOf } from '../../../cognito/user-pool.js';
import type { Change, ClientList } from '../findings/change.js';
import { type DoctorContext, logoutUriOf } from '../context/context.js';
import type { Finding } from '../findings/finding.js';

/** The app client at the second pool that the master pool signs in with, as far as it is known. */
export interface UpstreamClient {
  /** The identity provider's name at the master pool. */
  readonly provider: string;
  readonly clientId: string;
  /** Known only when we may look into the master pool. */
  readonly userPoolId?: string | undefined;
}

const CONSOLE = 'Amazon Cognito › User pools › the second pool › App clients';

export const upstreamClientUnknown = ({ provider, clientId }: UpstreamClient): Finding => ({
  code: 'upstream_client_unknown',
  about: provider,
  what: `The pool behind “${provider}” knows no client ${clientId}, which the master pool calls itself there.`,
  fix: {
    text: 'Copy client ID and client secret from the app client of the second pool into the identity provider of the master pool.',
    console:
      'Amazon Cognito › User pools › the master pool › Social and external providers › the provider › Edit',
  },
});

export const upstreamCallbackNotRegistered = (
  client: UpstreamClient,
  callback: string,
  nearMiss = '',
): Finding => ({
  code: 'upstream_callback_not_registered',
  about: client.provider,
  what: `${callback} is not among the callback URLs of ${nameOf(client)}.${nearMiss}`,
  fix: {
    text: 'Add it, to the letter. It is the address of the master pool’s domain, not of the site.',
    console: `${CONSOLE} › the client › Login pages › Edit › Allowed callback URLs`,
    change: addTo(client, 'CallbackURLs', callback),
  },
});

/** @param missing the scopes that are not allowed, where they are known */
export const upstreamScopeNotAllowed = (
  client: UpstreamClient,
  asked: string,
  missing?: readonly string[],
): Finding => ({
  code: 'upstream_scope_not_allowed',
  about: client.provider,
  what: `The master pool asks “${client.provider}” for “${asked}”, and ${nameOf(client)} may not have ${missing === undefined ? 'all of it' : `“${missing.join(' ')}”`}.`,
  fix: {
    text: 'Allow it at that app client, or ask for less at the identity provider of the master pool.',
    console: `${CONSOLE} › the client › Login pages › Edit › OpenID Connect scopes`,
    change: addTo(client, 'AllowedOAuthScopes', ...(missing ?? asked.split(' '))),
  },
});

export const upstreamCodeFlowOff = (client: UpstreamClient): Finding => ({
  code: 'upstream_code_flow_off',
  about: client.provider,
  what: `${capital(nameOf(client))} may not use the authorization code grant.`,
  fix: {
    text: 'Switch it on.',
    console: `${CONSOLE} › the client › Login pages › Edit › OAuth grant types`,
    change: addTo(client, 'AllowedOAuthFlows', 'code'),
  },
});

export const upstreamUsersNotEnabled = (client: UpstreamClient): Finding => ({
  code: 'upstream_users_not_enabled',
  about: client.provider,
  what: `${capital(nameOf(client))} does not let the users of its own pool in.`,
  fix: {
    text: 'Add “Cognito user pool” to its identity providers.',
    console: `${CONSOLE} › the client › Login pages › Edit › Identity providers`,
    change: addTo(client, 'SupportedIdentityProviders', 'COGNITO'),
  },
});

export const upstreamLogoutUrlNotRegistered = (
  context: DoctorContext,
  client: UpstreamClient,
  nearMiss = '',
): Finding => ({
  code: 'upstream_logout_url_not_registered',
  about: client.provider,
  what: `${logoutUriOf(context)} is not among the sign-out URLs of ${nameOf(client)}.${nearMiss}`,
  fix: {
    text: 'Add it there too, to the letter: signing out visits both pools.',
    console: `${CONSOLE} › the client › Login pages › Edit › Allowed sign-out URLs`,
    change: addTo(client, 'LogoutURLs', logoutUriOf(context)),
  },
});

export const upstreamDomainMissing = ({ provider, userPoolId = '' }: UpstreamClient): Finding => ({
  code: 'upstream_domain_missing',
  about: provider,
  what: `The user pool ${userPoolId} behind “${provider}” has no domain.`,
  fix: {
    text: 'Give it one: a prefix of your choice that nobody in the region has, or a domain of your own.',
    console: 'Amazon Cognito › User pools › the second pool › Domain › Create Cognito domain',
    change: { kind: 'domain', userPoolId, prefix: domainPrefixOf(userPoolId) },
  },
});

export const upstreamOauthOff = (client: UpstreamClient, asked: string): Finding => ({
  code: 'upstream_oauth_off',
  about: client.provider,
  what: `${capital(nameOf(client))} has OAuth switched off (AllowedOAuthFlowsUserPoolClient is false).`,
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

export const upstreamSecretMissing = (client: UpstreamClient): Finding => ({
  code: 'upstream_client_secret_missing',
  about: client.provider,
  what: `${capital(nameOf(client))} has no secret.`,
  fix: {
    text: 'A secret cannot be added to an app client that was made without: make a new one with a secret, and write its id and secret into the identity provider of the master pool.',
    console: 'Amazon Cognito › User pools › the second pool › App clients › Create app client',
  },
});

/** Where the second pool sends the browser back to: on the domain of the master pool, which discovery told. */
export const idpResponseOf = ({ metadata }: DoctorContext): string | undefined =>
  metadata?.authorizationEndpoint.replace(/oauth2\/authorize$/, 'oauth2/idpresponse');

/** The change that adds to a list of this client, if its user pool is known. */
function addTo(
  { userPoolId, clientId }: UpstreamClient,
  list: ClientList,
  ...values: string[]
): Change | undefined {
  if (userPoolId === undefined) return undefined;
  return { kind: 'app-client', userPoolId, clientId, add: { [list]: values } };
}

export const nameOf = ({ clientId, provider }: UpstreamClient): string =>
  `the app client ${clientId} of the pool behind “${provider}”`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
