import { groupsOf } from '../cognito/claims.js';
import type { AccessTokenClaims } from './claims.js';
import type { KeySet } from './key-set.js';
import {
  CLOCK_TOLERANCE_SECONDS,
  refused,
  signedClaims,
  type SignedClaims,
} from './signed-claims.js';

/** Whose access tokens are accepted. */
export interface ExpectedAccessToken {
  readonly issuer: string;
  /** Our own client and those the API accepts besides. */
  readonly clientIds: readonly string[];
  /** Cognito says of each token what it is for; other OPs need not. */
  readonly requiresTokenUse: boolean;
  readonly now: () => number;
}

/**
 * Checks an access token presented to the API. Cognito's has no `aud`: the client is in `client_id`.
 *
 * @throws {RelyingPartyError} one of the `access_token_…` codes, status 401
 * @see RFC 9068 section 4; https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 */
export async function verifyAccessToken(
  unverifiedToken: string,
  expected: ExpectedAccessToken,
  keys: KeySet,
): Promise<AccessTokenClaims> {
  const claims = await signedClaims(unverifiedToken, 'access_token', keys);
  const nowSeconds = expected.now() / 1000;

  if (claims['iss'] !== expected.issuer) {
    throw refused('access_token', 'issuer_mismatch', 'iss is not the configured issuer');
  }
  const tokenUse = claims['token_use'];
  if (tokenUse !== 'access' && (expected.requiresTokenUse || tokenUse !== undefined)) {
    throw refused('access_token', 'use_wrong', 'token_use is not "access"');
  }
  const clientId = claims['client_id'];
  if (typeof clientId !== 'string' || !expected.clientIds.includes(clientId)) {
    throw refused('access_token', 'client_refused', 'client_id is not an accepted client');
  }
  const expiresAt = claims['exp'];
  if (typeof expiresAt !== 'number' || expiresAt + CLOCK_TOLERANCE_SECONDS <= nowSeconds) {
    throw refused('access_token', 'expired', 'exp is past or missing');
  }
  for (const name of ['iat', 'nbf']) {
    const time = claims[name];
    if (time !== undefined && !(Number(time) - CLOCK_TOLERANCE_SECONDS <= nowSeconds)) {
      throw refused('access_token', 'issued_in_future', `${name} is ahead of our clock`);
    }
  }
  const subject = claims['sub'];
  if (typeof subject !== 'string' || subject === '') {
    throw refused('access_token', 'subject_invalid', 'sub is not a non-empty string');
  }
  return {
    issuer: expected.issuer,
    subject,
    clientId,
    username: optionalString(claims, 'username'),
    scopes: optionalString(claims, 'scope')?.split(' ').filter(Boolean) ?? [],
    groups: groupsOf(claims),
    expiresAt: expiresAt * 1000,
  };
}

function optionalString(claims: SignedClaims, name: string): string | undefined {
  const value = claims[name];
  return typeof value === 'string' ? value : undefined;
}
