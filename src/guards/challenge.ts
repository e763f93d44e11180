import { errorCatalogue, type RelyingPartyErrorCode } from '../errors/relying-party-error.js';
import type { ApiAccess } from './api-access.js';
import type { SessionAccess } from './session-access.js';

/**
 * The `WWW-Authenticate` value for a refused API request: `invalid_token` for a bad token,
 * `insufficient_scope` for one that allows too little, and no error for a caller without one (RFC
 * 6750 section 3.1). That caller above all needs what every challenge says: which scope the route
 * asks for, and where the API describes itself.
 *
 * @see RFC 6750 section 3, RFC 9470 section 3, RFC 9728 section 5.1
 */
export function bearerChallenge(
  code: RelyingPartyErrorCode,
  resourceMetadataUrl: string,
  { scope, maxAgeSeconds, acrValues }: Asked = {},
): string {
  const error = errorCatalogue[code].challenge;
  const parameters = {
    error,
    scope: scope && [scope].flat().join(' '),
    ...(error === 'insufficient_user_authentication' && {
      max_age: maxAgeSeconds,
      acr_values: acrValues,
    }),
    resource_metadata: resourceMetadataUrl,
  };
  const written = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return `Bearer ${written.map(([name, value]) => `${name}="${value}"`).join(', ')}`;
}

type Asked = Pick<ApiAccess, 'scope'> & Pick<SessionAccess, 'maxAgeSeconds' | 'acrValues'>;
