import type {
  IdentityProviderType,
  UpdateIdentityProviderRequest,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Actual } from '../account/actual.js';
import { differences, withAll } from './differences.js';
import { resolve, show } from '../account/resolve.js';
import type { ProviderResource } from '../wanted/resources.js';
import { type Change, creation, type Outcome } from './step.js';

type Details = Readonly<Record<string, string>>;

const SECRET = 'a secret, cannot be restored';

/**
 * What the identity provider, by which the master pool federates to the upstream, needs to be as
 * wanted.
 */
export function planProvider(resource: ProviderResource, actual: Actual): Outcome {
  const { ProviderName, ProviderType, AttributeMapping } = resource.properties;
  const pool = actual[resource.pool];
  const found = actual.IdentityProvider;
  const details = resolveDetails(resource, actual);
  if (found === undefined || pool === undefined) {
    const missing = whyItsSecretIsUnknown(resource, found, actual);
    if (missing !== undefined) return { problems: [missing] };
    const changes = [
      ...Object.entries(resource.properties.ProviderDetails).map(([key, text]) => ({
        property: `ProviderDetails.${key}`,
        text: key === 'client_secret' ? '(hidden)' : show(text, actual),
      })),
      { property: 'AttributeMapping', text: Object.keys(AttributeMapping).join(', ') },
    ];
    const input = pool &&
      details && {
        UserPoolId: pool.Id,
        ProviderName,
        ProviderType,
        ProviderDetails: details,
        AttributeMapping,
      };
    return creation(resource, changes, input && { operation: 'createIdentityProvider', input });
  }
  const problem =
    whyItIsAnother(resource, found, actual) ?? whyItsSecretIsUnknown(resource, found, actual);
  if (problem !== undefined) return { problems: [problem] };
  const isMade = actual.owners.IdentityProvider?.ownership === 'made';
  const isForOurClient = typeof resource.properties.ProviderDetails['client_secret'] !== 'string';
  const next = details && mergeProvider(found, details, resource, pool.Id, actual);
  const changes =
    next === undefined
      ? pendingChanges(resource, actual)
      : changesOf(found, next, actual, isMade && isForOurClient);
  const notes = actual.secrets.UpstreamClient === 'unseen' ? [UNSEEN_NOTE] : [];
  if (changes.length === 0) return { notes };
  const call = next && { operation: 'updateIdentityProvider' as const, input: next };
  return { step: { resource, action: 'change', changes, call }, notes };
}

/**
 * Its type and issuer say who vouches for people: a provider of another is never made into ours.
 */
function whyItIsAnother(
  { title, properties }: ProviderResource,
  { ProviderType, ProviderDetails }: IdentityProviderType,
  actual: Actual,
): string | undefined {
  const instead = 'It is never changed into another: choose another --upstream-name, or delete it.';
  if (ProviderType !== properties.ProviderType) {
    return `The ${title} is of type ${ProviderType}, not ${properties.ProviderType}. ${instead}`;
  }
  const text = properties.ProviderDetails['oidc_issuer'] ?? '';
  const before = ProviderDetails?.['oidc_issuer'];
  return before === resolve(text, actual)
    ? undefined
    : `The ${title} has the issuer ${before}, not ${show(text, actual)}. ${instead}`;
}

const UNSEEN_NOTE =
  'The secret of app client master-pool was rotated, and Cognito shows it to nobody: the identity provider keeps the one that it has.';

/**
 * A secret that was rotated is known to who has it: to a provider that has this client already,
 * else to nobody here.
 */
function whyItsSecretIsUnknown(
  { title, properties }: ProviderResource,
  found: IdentityProviderType | undefined,
  actual: Actual,
): string | undefined {
  const client = actual.UpstreamClient;
  if (actual.secrets.UpstreamClient !== 'unseen' || client === undefined) return undefined;
  const { client_id } = properties.ProviderDetails;
  if (client_id === undefined || typeof client_id === 'string') return undefined;
  if (found?.ProviderDetails?.['client_id'] === client.ClientId) return undefined;
  const pool = actual.UpstreamPool?.Id ?? '';
  return `The ${title} needs the secret of app client ${client.ClientId} of the second pool. It was rotated, and Cognito shows it to nobody: delete that client, and one with a new secret is made (aws cognito-idp delete-user-pool-client --user-pool-id ${pool} --client-id ${client.ClientId}).`;
}

/** The details in full, or nothing while one is not known yet. */
function resolveDetails({ properties }: ProviderResource, actual: Actual): Details | undefined {
  const details: Record<string, string> = {};
  const kept = actual.IdentityProvider?.ProviderDetails?.['client_secret'];
  for (const [key, text] of Object.entries(properties.ProviderDetails)) {
    const isSecret = typeof text !== 'string' && text.what === 'clientSecret';
    const isUnseen = isSecret && actual.secrets.UpstreamClient === 'unseen';
    const value = isUnseen ? kept : resolve(text, actual);
    if (value === undefined) return undefined;
    details[key] = value;
  }
  return details;
}

/**
 * What Cognito reads from the discovery document of the issuer, where a caller does not name it.
 */
const ENDPOINTS = ['authorize_url', 'token_url', 'attributes_url', 'jwks_uri'];

/**
 * All that its description has, and what is ours; endpoints only while they are those of the
 * upstream.
 */
function mergeProvider(
  found: IdentityProviderType,
  wanted: Details,
  { properties }: ProviderResource,
  UserPoolId: string,
  actual: Actual,
): UpdateIdentityProviderRequest {
  const before: Details = found.ProviderDetails ?? {};
  const scopes = withAll(
    before['authorize_scopes']?.split(' '),
    wanted['authorize_scopes']?.split(' '),
  );
  const isStale = staleEndpoint(before, actual) !== undefined;
  const kept = Object.entries(before).filter(([key]) => !isStale || !ENDPOINTS.includes(key));
  return {
    ...found,
    UserPoolId,
    ProviderName: found.ProviderName,
    ProviderDetails: {
      ...wanted,
      ...Object.fromEntries(kept),
      client_id: wanted['client_id'] ?? '',
      client_secret: wanted['client_secret'] ?? '',
      authorize_scopes: scopes?.join(' ') ?? '',
    },
    AttributeMapping: { ...found.AttributeMapping, ...properties.AttributeMapping },
  };
}

/** An endpoint that is not at the second pool's domain: the domain has changed since. */
function staleEndpoint(before: Details, { UpstreamDomain }: Actual): string | undefined {
  const endpoint = before['authorize_url'];
  if (UpstreamDomain === undefined || endpoint === undefined) return undefined;
  return endpoint.startsWith(`${UpstreamDomain.origin}/`) ? undefined : endpoint;
}

function changesOf(
  found: IdentityProviderType,
  next: UpdateIdentityProviderRequest,
  actual: Actual,
  isReadable: boolean,
): Change[] {
  const before: Details = found.ProviderDetails ?? {};
  const stale = staleEndpoint(before, actual);
  const endpoint = stale && {
    property: 'ProviderDetails.authorize_url, and what else is at that domain',
    text: `${stale} -> ${actual.UpstreamDomain?.origin}/oauth2/authorize`,
  };
  return [
    ...differences(before, next.ProviderDetails ?? {}).map((change) =>
      change.property === 'client_secret'
        ? {
            property: 'ProviderDetails.client_secret',
            text: `(hidden) -> (hidden) (${SECRET})`,
            // One that was made for a client of ours can be read there.
            removal: isReadable ? undefined : SECRET,
          }
        : { ...change, property: `ProviderDetails.${change.property}` },
    ),
    ...(endpoint ? [endpoint] : []),
    ...differences(found.AttributeMapping ?? {}, next.AttributeMapping ?? {}).map((change) => ({
      ...change,
      property: `AttributeMapping.${change.property}`,
    })),
  ];
}

const pendingChanges = ({ properties }: ProviderResource, actual: Actual): Change[] =>
  Object.entries(properties.ProviderDetails)
    .filter(([, text]) => resolve(text, actual) === undefined)
    .map(([key, text]) => ({
      property: `ProviderDetails.${key}`,
      text: `-> ${show(text, actual)}`,
    }));
