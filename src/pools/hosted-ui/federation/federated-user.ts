import { makeSub } from '../../model/identifiers.js';
import { type StoredIdentity, userLinkedTo } from '../../model/identities.js';
import type { AppClient, IdentityProvider, PoolUser } from '../../model/pool-state.js';
import { schemaViolation, isPoolsOwn } from '../../model/settings/schema.js';
import type { UserPool } from '../../model/user-pool.js';
import { newUser } from '../../model/users.js';
import { UpstreamError } from './upstream.js';

/**
 * Creates or updates the profile of somebody who came through a provider: `Provider_<sub>`, status
 * `EXTERNAL_PROVIDER`, member of the provider's group; or, where an administrator has linked them,
 * the user they are linked to. Only mapped claims are taken, and written at every sign-in; an
 * attribute whose claim has vanished stays. Works also where only administrators may create users.
 *
 * @throws {UpstreamError} when a required attribute has no claim, the schema or the client does not
 *   let a mapped one be written, or the profile is disabled
 */
export function updateFederatedUser(
  pool: UserPool,
  client: AppClient,
  provider: IdentityProvider,
  claims: Record<string, unknown>,
  now: number,
): PoolUser {
  const subject = String(claims['sub']);
  const username = `${provider.name}_${subject}`;
  const mapped = mapAttributes(provider, claims);
  const present = userLinkedTo(pool, provider.name, subject) ?? pool.users.get(username);
  const problem =
    unmappedProblem(pool, mapped, present) ?? writeProblem(pool, client, mapped, present);
  if (problem !== undefined) throw new UpstreamError('invalid_request', problem);
  if (present !== undefined) {
    if (!present.enabled) throw new UpstreamError('invalid_request', 'User is disabled.');
    Object.assign(present.attributes, mapped);
    present.modifiedAt = now;
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
  const attributes = { ...mapped, identities: JSON.stringify([identity]) };
  const user = newUser({ username, sub: makeSub(), status: 'EXTERNAL_PROVIDER', attributes }, now);
  user.groups.push(pool.groupOf(provider));
  pool.users.set(username, user);
  return user;
}

function unmappedProblem(
  pool: UserPool,
  mapped: Record<string, string>,
  present: PoolUser | undefined,
): string | undefined {
  const missing = pool.requiredAttributes.filter(
    (name) => !(name in mapped) && !(present && name in present.attributes),
  );
  return missing.length > 0 ? `attributes required: [${missing.join(', ')}]` : undefined;
}

function writeProblem(
  { schema }: UserPool,
  { writeAttributes }: AppClient,
  mapped: Record<string, string>,
  present: PoolUser | undefined,
): string | undefined {
  const violation = schemaViolation(schema, mapped);
  if (violation !== undefined) return `Invalid user attributes: ${violation}\n`;
  const names = Object.keys(mapped);
  if (names.some((name) => !isPoolsOwn(name) && writeAttributes?.includes(name) === false)) {
    return 'A client attempted to write unauthorized attribute';
  }
  // An attribute that stays the same is written all the same, and so an immutable one fails.
  const fixed = names.find((name) =>
    schema.some(({ Name, Mutable }) => Name === name && Mutable === false),
  );
  if (present === undefined || fixed === undefined) return undefined;
  return `user.${fixed}: Attribute cannot be updated.\n `;
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
