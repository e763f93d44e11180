/** `cognito:groups`: always an array of names, absent when the user is in none. */
export function groupsOf(claims: Readonly<Record<string, unknown>>): string[] {
  const groups = claims['cognito:groups'];
  return Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [];
}

/**
 * The provider the user came through, from the `identities` claim. Cognito writes it as an array of objects with string
 * members; API Gateway flattens an array of one, and the profile attribute is the same thing as a JSON string.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
 */
export function identityProviderOf(claims: Readonly<Record<string, unknown>>): string | undefined {
  const identities = [parsed(claims['identities'])].flat().filter(isIdentity);
  const primary = identities.find((identity) => String(identity.primary) === 'true');
  return (primary ?? identities[0])?.providerName;
}

function parsed(identities: unknown): unknown {
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
