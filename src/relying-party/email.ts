import { identityProviderOf, namedIdentityProvider } from '../cognito/claims.js';
import type { IdentityProvider } from '../config/settings.js';
import type { Session } from '../sessions/session.js';
import { isEmailVerified } from '../tokens/checked-email.js';
import { textOf } from '../tokens/signed-claims.js';

/** Who may be believed about an address when the claims say nothing of it. */
export interface EmailTrust {
  readonly emailIsVerified: boolean;
  readonly identityProviders: readonly IdentityProvider[];
}

/**
 * The address of a sign-in, as `email` only if it was verified: anybody may have written down an address, and a host that takes
 * it for the person's would give one person's account to another.
 *
 * Where the claims do not say, it is what the operator vouches for: the identity provider's own entry, or the OP's for its own
 * users.
 */
export function emailOf(
  claims: Readonly<Record<string, unknown>>,
  trust: EmailTrust,
): Pick<Session, 'email' | 'unverifiedEmail'> {
  const address = textOf(claims, 'email');
  return isEmailVerified(claims, isVouchedFor(claims, trust))
    ? { email: address, unverifiedEmail: undefined }
    : { email: undefined, unverifiedEmail: address };
}

/**
 * Whether the operator says that addresses are verified of users who came as this one did. Of one who has only the name of a
 * federated user nobody can say how they came.
 */
export function isVouchedFor(
  claims: Readonly<Record<string, unknown>>,
  { emailIsVerified, identityProviders }: EmailTrust,
): boolean {
  const known = identityProviders.map(({ name }) => name);
  const named = namedIdentityProvider(claims, known);
  if (named === undefined || named === 'COGNITO') {
    return emailIsVerified && identityProviderOf(claims, known) === named;
  }
  return identityProviders.find(({ name }) => name === named)?.emailIsVerified ?? false;
}
