/** Where a user pool names the groups of a user. */
export const GROUPS_CLAIM = 'cognito:groups';

/**
 * Always an array of names, absent when the user is in none.
 * @param name of the claim, where it is another provider's
 */
export function groupsOf(claims: Readonly<Record<string, unknown>>, name: string): string[] {
  const groups = claims[name];
  return Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [];
}

/**
 * As long as a user pool lets one be. A browser remembers these names in cookies, which have little
 * room.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateIdentityProvider.html
 */
export const MAX_PROVIDER_NAME_LENGTH = 32;

/**
 * The provider the user came through: from `identities`, or, where narrow scopes leave that claim
 * out, from the federated username, which is `<provider>_<its sub>`. Names are compared without
 * case, as triggers see `google_1234` for `Google`.
 *
 * @param known the names a provider may have; only they are looked for in a username
 * @returns `undefined` also for one that is none of them and longer than a name can be
 */
export function identityProviderOf(
  claims: Readonly<Record<string, unknown>>,
  known: readonly string[],
): string | undefined {
  const username = claims['cognito:username'];
  const prefix = typeof username === 'string' ? username.toLowerCase() : '';
  const provider =
    namedIdentityProvider(claims, known) ??
    known.find((name) => prefix.startsWith(`${name.toLowerCase()}_`));
  const isTooLong = provider !== undefined && provider.length > MAX_PROVIDER_NAME_LENGTH;
  return isTooLong && !known.includes(provider) ? undefined : provider;
}

/**
 * The provider the pool itself says the user came through, by `identities` alone. A username may
 * look federated and be anybody's: it is good enough for where to sign out, and no proof.
 */
export function namedIdentityProvider(
  claims: Readonly<Record<string, unknown>>,
  known: readonly string[],
): string | undefined {
  const named = providerInIdentities(claims);
  return known.find((name) => name.toLowerCase() === named?.toLowerCase()) ?? named;
}

/**
 * The primary entry of the `identities` claim. Cognito writes it as an array of objects with string
 * members; API Gateway flattens an array of one, and the profile attribute is the same thing as a
 * JSON string.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
 */
function providerInIdentities(claims: Readonly<Record<string, unknown>>): string | undefined {
  const identities = [parse(claims['identities'])].flat().filter(isIdentity);
  const primary = identities.find((identity) => String(identity.primary) === 'true');
  return (primary ?? identities[0])?.providerName;
}

function parse(identities: unknown): unknown {
  if (typeof identities !== 'string') return identities;
  try {
    return JSON.parse(identities) as unknown;
  } catch {
    return undefined;
  }
}

function isIdentity(value: unknown): value is { providerName: string; primary?: unknown } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'providerName' in value &&
    typeof value.providerName === 'string'
  );
}
