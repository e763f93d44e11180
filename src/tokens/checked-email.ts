import { textOf, type SignedClaims } from './signed-claims.js';

/**
 * Whether somebody has shown that the address in these claims is theirs: what `email_verified` calls so, as a boolean or, as
 * Cognito's attributes have it, in the text `true`. Where the claim is absent it is what the operator vouches for.
 * @see OpenID Connect Core 1.0 section 5.1
 */
function isEmailVerified(claims: SignedClaims, isVouchedFor: boolean): boolean {
  const said = claims['email_verified'];
  return said === undefined ? isVouchedFor : said === true || said === 'true';
}

/** The claims with `email` only if it is verified, and `email_verified` as what counts; both absent where there is no address. */
export function withCheckedEmail(claims: SignedClaims, isVouchedFor: boolean): SignedClaims {
  const { email: _email, email_verified: _said, ...others } = claims;
  const address = textOf(claims, 'email');
  if (address === undefined) return others;
  return isEmailVerified(claims, isVouchedFor)
    ? { ...others, email: address, email_verified: true }
    : { ...others, email_verified: false };
}
