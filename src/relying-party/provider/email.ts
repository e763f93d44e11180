import { identityProviderOf, namedIdentityProvider } from '../../cognito/claims.js';
import type { IdentityProvider } from './identity-provider.js';
import type { Session } from '../../sessions/session.js';
import { withCheckedEmail } from '../../tokens/checked-email.js';
import { textOf, type SignedClaims } from '../../tokens/signed-claims.js';

/** Who may be believed about an address when the claims say nothing of it. */
export interface EmailTrust {
  readonly emailIsVerified: boolean;
  readonly identityProviders: readonly IdentityProvider[];
}

/**
 * The claims of a sign-in, with `email` only if it was verified: anybody may have written down an address, and a host that takes it
 * for the person's would give one person's account to another.
 *
 * Where the claims do not say, it is what the operator vouches for: the identity provider's own entry, or the OP's for its own
 * users.
 */
export const checkedClaims = (claims: SignedClaims, trust: EmailTrust): SignedClaims =>
  withCheckedEmail(claims, isVouchedFor(claims, trust));

/** The address as it counts. @param checked the same claims, from `checkedClaims` */
export function emailOf(
  claims: SignedClaims,
  checked: SignedClaims,
): Pick<Session, 'email' | 'unverifiedEmail'> {
  const email = textOf(checked, 'email');
  return { email, unverifiedEmail: email === undefined ? textOf(claims, 'email') : undefined };
}

/**
 * Whether the operator says that addresses are verified of users who came as this one did. Of one who has only the name of a
 * federated user nobody can say how they came.
 */
export function isVouchedFor(
  claims: SignedClaims,
  { emailIsVerified, identityProviders }: EmailTrust,
): boolean {
  const known = identityProviders.map(({ name }) => name);
  const named = namedIdentityProvider(claims, known);
  if (named === undefined || named === 'COGNITO') {
    return emailIsVerified && identityProviderOf(claims, known) === named;
  }
  return identityProviders.find(({ name }) => name === named)?.emailIsVerified ?? false;
}
