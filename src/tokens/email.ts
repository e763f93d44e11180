import { identityProviderOf, namedIdentityProvider } from '../cognito/claims.js';
import { textOf, type SignedClaims } from './signed-claims.js';

/** Who may be believed about an address when the claims say nothing of it. */
export interface EmailTrust {
  readonly emailIsVerified: boolean;
  readonly identityProviders: readonly {
    readonly name: string;
    readonly emailIsVerified?: boolean | undefined;
  }[];
}

/** The address as it counts. @param checked the same claims, from `withCheckedEmail` */
export function emailOf(
  claims: SignedClaims,
  checked: SignedClaims,
): { readonly email: string | undefined; readonly unverifiedEmail: string | undefined } {
  const email = textOf(checked, 'email');
  return { email, unverifiedEmail: email === undefined ? textOf(claims, 'email') : undefined };
}

/**
 * Whether the operator says that addresses are verified of users who came as this one did: by the
 * identity provider's own entry, or the OP's for its own users. Of one who has only the name of a
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

/**
 * Whether somebody has shown that the address in these claims is theirs: what `email_verified`
 * calls so, as a boolean or, as Cognito's attributes have it, in the text `true`. Where the claim
 * is absent it is what the operator vouches for.
 * @see OpenID Connect Core 1.0 section 5.1
 */
function isEmailVerified(claims: SignedClaims, isVouched: boolean): boolean {
  const said = claims['email_verified'];
  return said === undefined ? isVouched : said === true || said === 'true';
}

/**
 * The claims with `email` only if it is verified, and `email_verified` as what counts; both absent
 * where there is no address. Anybody may have written down an address, and a host that takes it for
 * the person's would give one person's account to another.
 */
export function withCheckedEmail(claims: SignedClaims, isVouched: boolean): SignedClaims {
  const { email: _email, email_verified: _said, ...others } = claims;
  const address = textOf(claims, 'email');
  if (address === undefined) return others;
  return isEmailVerified(claims, isVouched)
    ? { ...others, email: address, email_verified: true }
    : { ...others, email_verified: false };
}
