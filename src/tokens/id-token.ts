import { createHash } from 'node:crypto';
import { hashOf, type SignatureAlgorithm } from './algorithms.js';
import type { KeySet } from './key-set.js';
import { requireOurAudience, requireType, requireValidNow, type Refuse } from './access/rules.js';
import {
  CLOCK_TOLERANCE_SECONDS,
  refused,
  signedClaims,
  textOf,
  type SignedClaims,
} from './signed-claims.js';

/** What an ID token must say to be ours. */
export interface ExpectedIdToken {
  readonly issuer: string;
  readonly clientId: string;
  /** The nonce of the login transaction; `null` on refresh, where the OP may leave it out. */
  readonly nonce: string | null;
  /** The access token that came with it, for `at_hash`. */
  readonly accessToken: string;
  /** Cognito says of each token what it is for; other OPs need not. */
  readonly requiresTokenUse: boolean;
  readonly now: () => number;
}

/** Verified claims: the few we rely on, and all of them by name. */
export interface IdTokenClaims {
  readonly subject: string;
  /** `iat`: seconds. */
  readonly issuedAt: number;
  readonly all: SignedClaims;
}

/**
 * Checks an ID token completely: signature first, then the claims in the order of the
 * specification.
 *
 * @throws {RelyingPartyError} one of the `id_token_…` codes; the message names the claim, never its
 *   value
 * @see OpenID Connect Core 1.0 sections 3.1.3.7 and 3.1.3.8; RFC 8725 section 3
 */
export async function verifyIdToken(
  unverifiedIdToken: string,
  expected: ExpectedIdToken,
  keys: KeySet,
): Promise<IdTokenClaims> {
  const { typ, claims, alg } = await signedClaims(unverifiedIdToken, 'id_token', keys);

  requireType(typ, null, refuse);
  if (claims['events'] !== undefined) {
    throw refuse('use_wrong', 'it is a token for a sign-out');
  }
  if (claims['iss'] !== expected.issuer) {
    throw refused('id_token', 'issuer_mismatch', 'iss is not the configured issuer');
  }
  requireOurAudience(claims, expected.clientId, refuse);
  const clock = {
    now: expected.now,
    toleranceSeconds: CLOCK_TOLERANCE_SECONDS,
    requires: ['exp', 'iat'] as const,
  };
  requireValidNow(claims, clock, refuse);
  if (expected.nonce !== null && claims['nonce'] !== expected.nonce) {
    throw refused('id_token', 'nonce_mismatch', 'nonce is not the one we sent');
  }
  const accessTokenHash = leftHalfHash(expected.accessToken, alg);
  if (claims['at_hash'] !== undefined && claims['at_hash'] !== accessTokenHash) {
    throw refused('id_token', 'access_token_mismatch', 'at_hash is not of this access token');
  }
  const tokenUse = claims['token_use'];
  if (tokenUse !== 'id' && (expected.requiresTokenUse || tokenUse !== undefined)) {
    throw refused('id_token', 'use_wrong', 'token_use is not "id"');
  }
  const subject = textOf(claims, 'sub');
  if (subject === undefined) {
    throw refused('id_token', 'subject_invalid', 'sub is not a non-empty string');
  }
  return { subject, issuedAt: Number(claims['iat']), all: claims };
}

const refuse: Refuse = (reason, message) => refused('id_token', reason, message);

/**
 * Core section 3.1.3.6: the left half of the hash that the ID token's own signature is made with.
 */
function leftHalfHash(accessToken: string, alg: SignatureAlgorithm): string {
  const digest = createHash(hashOf(alg)).update(accessToken).digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
}
