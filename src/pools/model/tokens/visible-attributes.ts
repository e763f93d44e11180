import type { AppClient, PoolUser } from '../pool-state.js';

const scopeAttributes: Record<string, readonly string[]> = {
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
};

/**
 * The user's attributes that an access token's scopes show, as strings. `openid` alone and
 * `profile` show all of them that the client may read; `email` and `phone` narrow it to theirs.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-define-resource-servers.html
 */
export function visibleAttributes(
  user: PoolUser,
  client: Pick<AppClient, 'readAttributes'>,
  scopes: readonly string[],
): Readonly<Record<string, string>> {
  const readable = readableAttributes(user, client);
  const narrowing = scopes.filter((scope) => scope in scopeAttributes);
  if (narrowing.length === 0 || scopes.includes('profile')) return readable;
  const visible = narrowing.flatMap((scope) => scopeAttributes[scope] ?? []);
  return Object.fromEntries(Object.entries(readable).filter(([name]) => visible.includes(name)));
}

/** The user's attributes that a client may read at all; `identities` is nobody's to hide. */
export function readableAttributes(
  { attributes }: PoolUser,
  { readAttributes }: Pick<AppClient, 'readAttributes'>,
): Readonly<Record<string, string>> {
  if (readAttributes === undefined) return attributes;
  return Object.fromEntries(
    Object.entries(attributes).filter(
      ([name]) => name === 'identities' || readAttributes.includes(name),
    ),
  );
}
