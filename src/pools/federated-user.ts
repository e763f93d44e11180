import type { StoredIdentity } from './claims.js';
import { makeSub } from './identifiers.js';
import type { IdentityProvider, PoolUser } from './pool-state.js';
import { UpstreamError } from './upstream.js';
import type { UserPool } from './user-pool.js';

/**
 * Creates or updates the profile of somebody who came through a provider: `Provider_<sub>`, status
 * `EXTERNAL_PROVIDER`, member of the provider's group. Only mapped claims are taken, at every sign-in; an attribute whose
 * claim has vanished stays. Works also where only administrators may create users.
 *
 * @throws {UpstreamError} when a required attribute has no claim, or the profile is disabled
 */
export function updateFederatedUser(
  pool: UserPool,
  provider: IdentityProvider,
  claims: Record<string, unknown>,
  now: number,
): PoolUser {
  const subject = String(claims['sub']);
  const username = `${provider.name}_${subject}`;
  const mapped = mapAttributes(provider, claims);
  const present = pool.users.get(username);
  const missing = pool.requiredAttributes.filter(
    (name) => !(name in mapped) && !(present && name in present.attributes),
  );
  if (missing.length > 0) {
    throw new UpstreamError('invalid_request', `attributes required: [${missing.join(', ')}]`);
  }
  if (present !== undefined) {
    if (!present.enabled) throw new UpstreamError('invalid_request', 'User is disabled.');
    Object.assign(present.attributes, mapped);
    return present;
  }
  const identity: StoredIdentity = {
    userId: subject,
    providerName: provider.name,
    providerType: 'OIDC',
    issuer: null,
    primary: true,
    dateCreated: now,
  };
  const user: PoolUser = {
    username,
    sub: makeSub(),
    status: 'EXTERNAL_PROVIDER',
    enabled: true,
    attributes: { ...mapped, identities: JSON.stringify([identity]) },
    groups: [pool.groupOf(provider)],
    password: undefined,
  };
  pool.users.set(username, user);
  return user;
}

function mapAttributes(
  { attributeMapping }: IdentityProvider,
  claims: Record<string, unknown>,
): Record<string, string> {
  const mapped = Object.entries(attributeMapping).flatMap(([attribute, claim]) => {
    const value = claims[claim];
    if (value === undefined || value === null || attribute === 'username') return [];
    return [[attribute, typeof value === 'string' ? value : JSON.stringify(value)] as const];
  });
  return Object.fromEntries(mapped);
}
