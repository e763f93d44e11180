import { RelyingPartyError } from '../errors/relying-party-error.js';
import type { KeySet } from './key-set.js';
import { requireOurParty, requireType, requireValidNow, type Refuse } from './access/rules.js';
import { CLOCK_TOLERANCE_SECONDS, signedClaims, type SignedClaims } from './signed-claims.js';

export interface ExpectedUserInfo {
  readonly issuer: string;
  readonly clientId: string;
  readonly now: () => number;
}

/** Claims that only tokens for a sign-in, a sign-out or an API have. */
const MARKS_OF_OTHERS = ['nonce', 'at_hash', 'events', 'token_use'];

/**
 * Checks a userInfo answer that came as a JWT. It need say neither whose nor for whom it is, nor
 * how long it holds; but what it says must be right, and it must be none of the other tokens that
 * the same keys sign. Whose claims they are is the caller's.
 *
 * @throws {RelyingPartyError} `user_info_invalid`; `provider_unavailable` when the keys cannot be
 *   read
 * @see OpenID Connect Core 1.0 section 5.3.2; RFC 8725 sections 3.8 to 3.12
 */
export async function verifySignedUserInfo(
  unverifiedJwt: string,
  { issuer, clientId, now }: ExpectedUserInfo,
  keys: KeySet,
): Promise<SignedClaims> {
  const { typ, claims } = await signedClaims(unverifiedJwt, 'id_token', keys).catch(
    (error: unknown) => {
      throw error instanceof RelyingPartyError && error.code === 'provider_unavailable'
        ? error
        : userInfoInvalid('the answer is a JWT that does not verify', error);
    },
  );
  requireType(typ, null, refuse);
  if (MARKS_OF_OTHERS.some((name) => claims[name] !== undefined)) {
    throw userInfoInvalid('the answer is another kind of token');
  }
  const { iss, aud } = claims;
  if (iss !== undefined && iss !== issuer) throw userInfoInvalid('iss is another');
  if (aud !== undefined && ![aud].flat().includes(clientId)) {
    throw userInfoInvalid('aud is not our client');
  }
  requireOurParty(claims, clientId, refuse);
  const clock = { now, toleranceSeconds: CLOCK_TOLERANCE_SECONDS, requires: [] };
  requireValidNow(claims, clock, refuse);
  return claims;
}

/** An answer of the userInfo endpoint that cannot be believed, whatever shape it has. */
export const userInfoInvalid = (reason: string, cause?: unknown): RelyingPartyError =>
  new RelyingPartyError('user_info_invalid', `userinfo endpoint: ${reason}`, { cause });

const refuse: Refuse = (_reason, message) => userInfoInvalid(message);
