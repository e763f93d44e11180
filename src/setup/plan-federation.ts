import type {
  IdentityProviderType,
  UpdateIdentityProviderRequest,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Actual } from './actual.js';
import { differences, withAll } from './differences.js';
import { resolve, shown } from './resolve.js';
import type { ProviderResource } from './resources.js';
import type { Change, Outcome } from './step.js';

type Details = Readonly<Record<string, string>>;

/** What the identity provider, by which the master pool federates to the second one, needs to be as wanted. */
export function planProvider(resource: ProviderResource, actual: Actual): Outcome {
  const { ProviderName, ProviderType, AttributeMapping } = resource.properties;
  const pool = actual[resource.pool];
  const found = actual.IdentityProvider;
  const details = resolved(resource, actual);
  if (found === undefined || pool === undefined) {
    const changes = [
      ...Object.entries(resource.properties.ProviderDetails).map(([key, text]) => ({
        property: `ProviderDetails.${key}`,
        text: shown(text, actual),
      })),
      { property: 'AttributeMapping', text: Object.keys(AttributeMapping).join(', ') },
    ];
    const call = pool &&
      details && {
        operation: 'createIdentityProvider' as const,
        input: {
          UserPoolId: pool.Id,
          ProviderName,
          ProviderType,
          ProviderDetails: { ...details },
          AttributeMapping: { ...AttributeMapping },
        },
      };
    return { step: { resource, action: 'create', changes, call } };
  }
  if (found.ProviderType !== ProviderType) {
    const problem = `The ${resource.title} is of type ${found.ProviderType}, not OIDC: choose another --upstream-name, or delete it.`;
    return { problems: [problem] };
  }
  const next = details && brought(found, details, resource, pool.Id);
  const changes = next === undefined ? waiting(resource, actual) : changesOf(found, next, actual);
  if (changes.length === 0) return {};
  const call = next && { operation: 'updateIdentityProvider' as const, input: next };
  return { step: { resource, action: 'change', changes, call } };
}

/** The details in full, or nothing while one is not known yet. */
function resolved({ properties }: ProviderResource, actual: Actual): Details | undefined {
  const details: Record<string, string> = {};
  for (const [key, text] of Object.entries(properties.ProviderDetails)) {
    const value = resolve(text, actual);
    if (value === undefined) return undefined;
    details[key] = value;
  }
  return details;
}

/** Endpoints are left out, so that Cognito reads them from the issuer's discovery document again. */
function brought(
  found: IdentityProviderType,
  wanted: Details,
  { properties }: ProviderResource,
  UserPoolId: string,
): UpdateIdentityProviderRequest {
  const before = found.ProviderDetails ?? {};
  const scopes = withAll(
    before['authorize_scopes']?.split(' '),
    wanted['authorize_scopes']?.split(' '),
  );
  return {
    UserPoolId,
    ProviderName: found.ProviderName,
    ProviderDetails: {
      ...wanted,
      authorize_scopes: scopes?.join(' ') ?? '',
      attributes_request_method: before['attributes_request_method'] ?? 'GET',
    },
    AttributeMapping: { ...found.AttributeMapping, ...properties.AttributeMapping },
    IdpIdentifiers: found.IdpIdentifiers,
  };
}

function changesOf(
  found: IdentityProviderType,
  next: UpdateIdentityProviderRequest,
  actual: Actual,
): Change[] {
  const before: Details = found.ProviderDetails ?? {};
  const changes = [
    ...differences(before, next.ProviderDetails ?? {}).map(({ property, text }) => ({
      property: `ProviderDetails.${property}`,
      text: property === 'client_secret' ? '(hidden) -> (hidden)' : text,
    })),
    ...differences(found.AttributeMapping ?? {}, next.AttributeMapping ?? {}).map(
      ({ property, text }) => ({ property: `AttributeMapping.${property}`, text }),
    ),
  ];
  const endpoint = before['authorize_url'];
  const origin = actual.UpstreamDomain?.origin;
  if (changes.length === 0 && endpoint && origin && !endpoint.startsWith(`${origin}/`)) {
    const text = `${endpoint} -> ${origin}/oauth2/authorize`;
    return [{ property: 'ProviderDetails.authorize_url', text }];
  }
  return changes;
}

const waiting = ({ properties }: ProviderResource, actual: Actual): Change[] =>
  Object.entries(properties.ProviderDetails)
    .filter(([, text]) => resolve(text, actual) === undefined)
    .map(([key, text]) => ({
      property: `ProviderDetails.${key}`,
      text: `-> ${shown(text, actual)}`,
    }));
