import type { PoolUser } from './pool-state.js';
import type { UserPool } from './user-pool.js';

/** Somebody at a provider, as the profile of the user they are here keeps it, in a JSON string. */
export interface StoredIdentity {
  readonly userId: string;
  readonly providerName: string;
  readonly providerType: 'OIDC';
  readonly issuer: null;
  readonly primary: boolean;
  /** Epoch milliseconds. */
  readonly dateCreated: number;
}

/** The identities a user has at providers. */
export const identitiesOf = ({ attributes }: PoolUser): StoredIdentity[] =>
  parse(attributes['identities'] ?? '[]');

/** Somebody whom an administrator has linked to a user of a provider. */
export const userLinkedTo = (
  pool: UserPool,
  providerName: string,
  subject: string,
): PoolUser | undefined =>
  [...pool.users.values()].find((user) =>
    identitiesOf(user).some(
      (each) => each.providerName === providerName && each.userId === subject,
    ),
  );

/** The `identities` claim of an ID token: `primary` and `dateCreated` are strings there. */
export function identitiesClaim(attribute: string): object[] {
  return parse(attribute).map(
    ({ dateCreated, userId, providerName, providerType, issuer, primary }) => ({
      dateCreated: String(dateCreated),
      userId,
      providerName,
      providerType,
      issuer,
      primary: String(primary),
    }),
  );
}

const parse = (attribute: string): StoredIdentity[] => JSON.parse(attribute) as StoredIdentity[];
