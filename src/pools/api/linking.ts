import { z } from 'zod';
import { identitiesOf, type StoredIdentity, userLinkedTo } from '../model/identities.js';
import type { PoolUser } from '../model/pool-state.js';
import type { UserPool } from '../model/user-pool.js';
import { textWithin } from '../model/settings/settings.js';
import { ApiError, invalidParameter } from './api-error.js';
import { providerWithName, userWithName } from './lookups.js';
import type { Operations } from './operation.js';
import { poolOperation } from './pool-operation.js';

const MAX_IDENTITIES = 5;

const identity = z.object({
  ProviderName: textWithin(1, 32).optional(),
  ProviderAttributeName: z.string().optional(),
  ProviderAttributeValue: z.string().optional(),
});

/** AdminLinkProviderForUser and AdminDisableProviderForUser. */
export const linkingOperations: Operations = {
  AdminLinkProviderForUser: poolOperation(
    z.object({ DestinationUser: identity, SourceUser: identity }),
    ({ DestinationUser, SourceUser }, { pool, now }) => {
      const user = userOf(pool, DestinationUser);
      const { provider, subject } = sourceOf(pool, SourceUser);
      if (userLinkedTo(pool, provider, subject) !== undefined) {
        throw invalidParameter(
          'Merging is not currently supported, provide a SourceUser that has not signed in yet.',
        );
      }
      const present = identitiesOf(user);
      if (present.length >= MAX_IDENTITIES) {
        throw new ApiError('LimitExceededException', 'Exceeded limit of identities for a user.');
      }
      const linked: StoredIdentity = {
        userId: subject,
        providerName: provider,
        providerType: 'OIDC',
        issuer: null,
        primary: false,
        dateCreated: now,
      };
      setIdentities(user, [...present, linked], now);
      return {};
    },
  ),
  AdminDisableProviderForUser: poolOperation(
    z.object({ User: identity }),
    ({ User }, { pool, now }) => {
      const { provider, subject } = sourceOf(pool, User);
      const user =
        userLinkedTo(pool, provider, subject) ?? userWithName(pool, `${provider}_${subject}`);
      const isThis = (each: StoredIdentity): boolean =>
        each.providerName === provider && each.userId === subject;
      // A profile that came through the provider has no other way in: it stays, and is closed.
      if (identitiesOf(user).some((each) => isThis(each) && each.primary)) user.enabled = false;
      else
        setIdentities(
          user,
          identitiesOf(user).filter((each) => !isThis(each)),
          now,
        );
      user.modifiedAt = now;
      return {};
    },
  ),
};

function userOf(
  pool: UserPool,
  { ProviderName, ProviderAttributeValue }: z.output<typeof identity>,
): PoolUser {
  if (!ProviderAttributeValue) throw invalidParameter('DestinationUser needs a user name.');
  const isNative = ProviderName === undefined || ProviderName === 'Cognito';
  const name = isNative ? ProviderAttributeValue : `${ProviderName}_${ProviderAttributeValue}`;
  return userWithName(pool, name);
}

function sourceOf(
  pool: UserPool,
  { ProviderName = '', ProviderAttributeName, ProviderAttributeValue }: z.output<typeof identity>,
): { provider: string; subject: string } {
  const { name } = providerWithName(pool, ProviderName);
  if (ProviderAttributeName !== undefined && ProviderAttributeName !== 'Cognito_Subject') {
    throw invalidParameter('ProviderAttributeName must be Cognito_Subject.');
  }
  if (!ProviderAttributeValue) throw invalidParameter('ProviderAttributeValue is missing.');
  return { provider: name, subject: ProviderAttributeValue };
}

function setIdentities(user: PoolUser, identities: readonly StoredIdentity[], now: number): void {
  if (identities.length === 0) delete user.attributes['identities'];
  else user.attributes['identities'] = JSON.stringify(identities);
  user.modifiedAt = now;
}
