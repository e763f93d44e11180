import type { SignedClaims } from '../signed-claims.js';

/**
 * Entra's names for the client a token was issued to, and for how that client proved who it is:
 * 2.0, then 1.0.
 */
const PROVEN_CLIENTS = [
  ['azp', 'azpacr'],
  ['appid', 'appidacr'],
] as const;

/**
 * Whether Entra says in its own way that this is an access token: by `idtyp`, which no ID token
 * has, or by a client that is not the audience and has proved who it is. An ID token is for its own
 * client, and no proof is in it.
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function isEntraAccessToken(claims: SignedClaims): boolean {
  if (claims['idtyp'] === 'app') return true;
  const audience = [claims['aud']].flat();
  return PROVEN_CLIENTS.some(([name, proof]) => {
    const client = claims[name];
    return typeof client === 'string' && !audience.includes(client) && claims[proof] !== undefined;
  });
}

/**
 * Whether a client got this token for itself (RFC 6749 section 4.4). The client is then its subject
 * (RFC 9068 section 2.2, a user pool, Okta), or the subject is made of it (Auth0); Entra's is the
 * program's object, of which no scope was granted by anybody.
 */
export function isOfClientAlone(claims: SignedClaims, clientId: string): boolean {
  const { sub } = claims;
  if (sub === clientId || sub === `${clientId}@clients` || claims['idtyp'] === 'app') return true;
  return sub === claims['oid'] && isEntraAccessToken(claims) && !hasScope(claims);
}

/**
 * Whether it names a scope, as text or in a list, under the name of any provider. An empty claim
 * grants nothing, and says nothing.
 */
export const hasScope = (claims: SignedClaims): boolean =>
  [claims['scope'], claims['scp']]
    .flat()
    .some((named) => typeof named === 'string' && named.trim() !== '');
