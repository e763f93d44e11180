import { userPoolIdOf } from '../../../cognito/user-pool.js';
import { nameOf } from '../context/app-client.js';
import type { DoctorContext } from '../context/context.js';
import type { UserPools } from '../context/user-pools.js';
import { type Finding, finding } from '../findings/finding.js';
import { readDiscovery } from '../visits/discovery-document.js';
import { exchangeBogusCode } from '../visits/exchange-bogus-code.js';
import { idpResponseOf, type UpstreamClient, upstreamSecretMissing } from './upstream-client.js';

interface ComparedSecrets {
  /** What AWS shows of the client: the secret it was made with, while it has that. */
  readonly shown: string | undefined;
  /** What the identity provider of the master pool has. */
  readonly used: string | undefined;
  /** Of the second pool. */
  readonly issuer: string;
}

/**
 * A secret that is shown and the only one can be compared. Of any other, which may be right, only
 * the token endpoint of the second pool knows.
 */
export async function upstreamSecretFinding(
  context: DoctorContext,
  userPools: UserPools,
  client: UpstreamClient,
  { shown, used, issuer }: ComparedSecrets,
): Promise<Finding | undefined> {
  const { userPoolId = '', clientId } = client;
  if (shown !== undefined && used === shown) return undefined;
  const count = (await userPools.clientSecrets(userPoolId, clientId))?.length;
  if (count === 0) return upstreamSecretMissing(client);
  const masterPoolId = userPoolIdOf(context.settings.issuer);
  if (count === 1 && shown !== undefined) return secretWrong(client, masterPoolId, 'copy');
  const isRefused = used !== undefined && (await refuses(context, issuer, clientId, used));
  if (!isRefused) return undefined;
  return secretWrong(client, masterPoolId, count === 1 ? 'make' : 'make room');
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

/**
 * @param masterPoolId where the identity provider is
 * @param remedy how the provider gets a right one. What is shown is not copied where it may be the
 *   older of two, to be deleted soon; and which of two is to go, doctor cannot know
 */
function secretWrong(
  client: UpstreamClient,
  masterPoolId: string,
  remedy: 'copy' | 'make' | 'make room',
): Finding {
  const { userPoolId = '', clientId, provider } = client;
  return finding(
    'upstream_client_secret_wrong',
    `The identity provider “${provider}” has another client secret than ${nameOf(client)}.`,
    {
      copy: 'Copy the secret from the app client of the second pool into the identity provider of the master pool.',
      make: 'Make a new secret for the app client of the second pool, since Cognito shows nobody one that was added before, and write it into the identity provider of the master pool.',
      'make room':
        'The app client of the second pool has two secrets, the most there can be. Delete the one that nobody uses (delete-user-pool-client-secret), and run doctor again: it then has the command that makes a new one for the identity provider.',
    }[remedy],
    {
      about: provider,
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
  );
}
