import type { IdentityProvider } from './pool-state.js';
import type { ProviderSettings } from './settings/settings.js';

/** What makes a provider this provider, whatever its settings. Times are epoch milliseconds. */
export type ProviderIdentity = Pick<IdentityProvider, 'name' | 'createdAt' | 'modifiedAt'>;

/**
 * A provider as its settings say. Endpoints that are given are used; those that are not come from
 * the issuer's discovery document.
 */
export function identityProvider(
  identity: ProviderIdentity,
  settings: ProviderSettings,
): IdentityProvider {
  const details = settings.ProviderDetails ?? {};
  return {
    ...identity,
    settings,
    identifiers: settings.IdpIdentifiers ?? [],
    issuer: details['oidc_issuer'] ?? '',
    endpoints: {
      authorizationEndpoint: details['authorize_url'],
      tokenEndpoint: details['token_url'],
      userInfoEndpoint: details['attributes_url'],
      jwksUri: details['jwks_uri'],
    },
    userInfoMethod: details['attributes_request_method'] === 'POST' ? 'POST' : 'GET',
    clientId: details['client_id'] ?? '',
    clientSecret: details['client_secret'] ?? '',
    scopes: details['authorize_scopes'] ?? 'openid',
    attributeMapping: settings.AttributeMapping ?? {},
  };
}
