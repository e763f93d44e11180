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
 *
 * @param identityProvider the one the user came through, if it was not the OP itself
 */
export function emailOf(
  claims: Readonly<Record<string, unknown>>,
  identityProvider: string | undefined,
  trust: EmailTrust,
): Pick<Session, 'email' | 'unverifiedEmail'> {
  const address = textOf(claims, 'email');
  return isEmailVerified(claims, isVouchedFor(identityProvider, trust))
    ? { email: address, unverifiedEmail: undefined }
    : { email: undefined, unverifiedEmail: address };
}

/** Whether the operator says that addresses are verified of users who came this way. */
export function isVouchedFor(
  identityProvider: string | undefined,
  { emailIsVerified, identityProviders }: EmailTrust,
): boolean {
  if (identityProvider === undefined || identityProvider === 'COGNITO') return emailIsVerified;
  return identityProviders.find(({ name }) => name === identityProvider)?.emailIsVerified ?? false;
}
