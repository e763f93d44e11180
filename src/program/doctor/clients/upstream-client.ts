import { domainPrefixOf } from '../../../cognito/user-pool.js';
import { type AppClient, atClient, nameOf } from '../context/app-client.js';
import type { DoctorContext } from '../context/context.js';
import { type Finding, finding } from '../findings/finding.js';

/** The app client at the second pool that the master pool signs in with. */
export interface UpstreamClient extends AppClient {
  readonly provider: string;
}

export const upstreamClientUnknown = ({ provider, clientId }: UpstreamClient): Finding =>
  finding(
    'upstream_client_unknown',
    `The pool behind “${provider}” knows no client ${clientId}, which the master pool calls itself there.`,
    'Copy client ID and client secret from the app client of the second pool into the identity provider of the master pool.',
    {
      about: provider,
      console:
        'Amazon Cognito › User pools › the master pool › Social and external providers › the provider › Edit',
    },
  );

export const upstreamUsersNotEnabled = (client: UpstreamClient): Finding =>
  finding(
    'upstream_users_not_enabled',
    `${nameOf(client, 'The')} does not let the users of its own pool in.`,
    'Add “Cognito user pool” to its identity providers.',
    atClient(client, 'Login pages › Edit › Identity providers', {
      add: { SupportedIdentityProviders: ['COGNITO'] },
    }),
  );

export const upstreamDomainMissing = ({ provider, userPoolId = '' }: UpstreamClient): Finding =>
  finding(
    'upstream_domain_missing',
    `The user pool ${userPoolId} behind “${provider}” has no domain.`,
    'Give it one: a prefix of your choice that nobody in the region has, or a domain of your own.',
    {
      about: provider,
      console: 'Amazon Cognito › User pools › the second pool › Domain › Create Cognito domain',
      change: { kind: 'domain', userPoolId, prefix: domainPrefixOf(userPoolId) },
    },
  );

export const upstreamSecretMissing = (client: UpstreamClient): Finding =>
  finding(
    'upstream_client_secret_missing',
    `${nameOf(client, 'The')} has no secret.`,
    'A secret cannot be added to an app client that was made without: make a new one with a secret, and write its id and secret into the identity provider of the master pool.',
    {
      about: client.provider,
      console: 'Amazon Cognito › User pools › the second pool › App clients › Create app client',
    },
  );

/**
 * Where the second pool sends the browser back to: on the domain of the master pool, which
 * discovery told.
 */
export const idpResponseOf = ({ metadata }: DoctorContext): string | undefined =>
  metadata?.authorizationEndpoint.replace(/oauth2\/authorize$/, 'oauth2/idpresponse');
