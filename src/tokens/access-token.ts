import { decodeJwt } from 'jose';
import { groupsOf } from '../cognito/claims.js';
import type { AccessTokenClaims } from './claims.js';
import type { KeySet } from './key-set.js';
import { refused, signedClaims, textOf, type SignedClaims } from './signed-claims.js';

/** An issuer whose access tokens are accepted. */
interface TrustedIssuer {
  readonly issuer: string;
  /** The clients it is trusted for. */
  readonly clientIds: readonly string[];
  /** Cognito says of each token what it is for; other OPs need not. */
  readonly requiresTokenUse: boolean;
  readonly keys: KeySet;
}

/** Whose access tokens are accepted, and by which clock. */
export interface ExpectedAccessToken {
  /** Our own issuer first. */
  readonly issuers: readonly [TrustedIssuer, ...TrustedIssuer[]];
  readonly clockToleranceSeconds: number;
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
  { issuers, clockToleranceSeconds, now }: ExpectedAccessToken,
): Promise<AccessTokenClaims> {
  const expected = claimedIssuer(unverifiedToken, issuers);
  const { claims } = await signedClaims(unverifiedToken, 'access_token', expected.keys);
  const nowSeconds = now() / 1000;

  if (claims['iss'] !== expected.issuer) {
    throw refused('access_token', 'issuer_mismatch', 'iss is not the configured issuer');
  }
  const tokenUse = claims['token_use'];
  if (tokenUse !== 'access' && (expected.requiresTokenUse || tokenUse !== undefined)) {
    throw refused('access_token', 'use_wrong', 'token_use is not "access"');
  }
  // Where nothing says what a token is for, these two tell an ID token and a logout token (RFC 8725 section 3.12).
  if (claims['nonce'] !== undefined || claims['events'] !== undefined) {
    throw refused('access_token', 'use_wrong', 'it is a token for a sign-in or a sign-out');
  }
  const clientId = claims['client_id'];
  if (typeof clientId !== 'string' || !expected.clientIds.includes(clientId)) {
    throw refused('access_token', 'client_refused', 'client_id is not an accepted client');
  }
  const expiresAt = claims['exp'];
  if (typeof expiresAt !== 'number' || expiresAt + clockToleranceSeconds <= nowSeconds) {
    throw refused('access_token', 'expired', 'exp is past or missing');
  }
  for (const name of ['iat', 'nbf']) {
    const time = claims[name];
    if (time !== undefined && !isPast(time, nowSeconds + clockToleranceSeconds)) {
      throw refused('access_token', 'issued_in_future', `${name} is ahead of our clock`);
    }
  }
  const subject = textOf(claims, 'sub');
  if (subject === undefined) {
    throw refused('access_token', 'subject_invalid', 'sub is not a non-empty string');
  }
  return {
    issuer: expected.issuer,
    subject,
    clientId,
    username: textOf(claims, 'username'),
    scopes: textOf(claims, 'scope')?.split(' ').filter(Boolean) ?? [],
    groups: groupsOf(claims),
    expiresAt: expiresAt * 1000,
    originJti: textOf(claims, 'origin_jti'),
    sid: textOf(claims, 'sid'),
    issuedAt: typeof claims['iat'] === 'number' ? claims['iat'] * 1000 : undefined,
    authenticatedAt: authenticatedAt(claims),
    all: claims,
  };
}

/**
 * The issuer the token says it is from, only to choose whose keys to check it with: what it says is believed when the signature
 * holds. One that names none of ours is checked against our own, and fails there.
 */
function claimedIssuer(
  unverifiedToken: string,
  issuers: ExpectedAccessToken['issuers'],
): TrustedIssuer {
  const [own, ...others] = issuers;
  if (others.length === 0) return own;
  try {
    const { iss } = decodeJwt(unverifiedToken);
    return others.find(({ issuer }) => issuer === iss) ?? own;
  } catch {
    return own;
  }
}

const isPast = (time: unknown, limitSeconds: number): boolean =>
  typeof time === 'number' && time <= limitSeconds;

function authenticatedAt(claims: SignedClaims): number | undefined {
  const time = claims['auth_time'] ?? claims['iat'];
  return typeof time === 'number' ? time * 1000 : undefined;
}
