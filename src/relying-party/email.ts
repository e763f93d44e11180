import type { IdentityProvider } from '../config/settings.js';
import type { Session } from '../sessions/session.js';
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
 * Verified is what `email_verified` calls so, as a boolean or, as Cognito's attributes have it, in the text `true`. Where the
 * claim is absent it is what the operator vouches for: the identity provider's own entry, or the OP's for its own users.
 *
 * @param identityProvider the one the user came through, if it was not the OP itself
 * @see OpenID Connect Core 1.0 section 5.1
 */
export function emailOf(
  claims: Readonly<Record<string, unknown>>,
  identityProvider: string | undefined,
  trust: EmailTrust,
): Pick<Session, 'email' | 'unverifiedEmail'> {
  const address = textOf(claims, 'email');
  const said = claims['email_verified'];
  const isVerified =
    said === undefined ? isVouchedFor(identityProvider, trust) : said === true || said === 'true';
  return isVerified
    ? { email: address, unverifiedEmail: undefined }
    : { email: undefined, unverifiedEmail: address };
}

function isVouchedFor(
  identityProvider: string | undefined,
  { emailIsVerified, identityProviders }: EmailTrust,
): boolean {
  if (identityProvider === undefined || identityProvider === 'COGNITO') return emailIsVerified;
  return identityProviders.find(({ name }) => name === identityProvider)?.emailIsVerified ?? false;
}
