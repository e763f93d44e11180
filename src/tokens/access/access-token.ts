import { decodeJwt } from 'jose';
import {
  clientOf,
  otherDialects,
  readClaims,
  userPoolDialect,
  type Allowance,
} from './checked-claims.js';
import { checkIsAccessToken } from './kind.js';
import type { AccessTokenClaims } from './claims.js';
import type { KeySet } from '../key-set.js';
import { isOfClientAlone } from './program-tokens.js';
import { requireValidNow } from './rules.js';
import { refused, signedClaims, textOf, type SignedClaims } from '../signed-claims.js';

/** An issuer whose access tokens are accepted. */
export interface TrustedIssuer {
  readonly issuer: string;
  /** The clients it is trusted for. */
  readonly clientIds: readonly string[];
  /** Whom its tokens must be meant for, one of these; `null` when that is not looked at. */
  readonly audience: readonly string[] | null;
  /** It speaks Cognito's dialect. */
  readonly isUserPool: boolean;
  readonly groupsClaim: string;
  /** What it may speak of; `undefined` for our own issuer: everything. */
  readonly allowance: Allowance | undefined;
  /** Whether an address in its token counts as verified although the token does not say so. */
  readonly vouchesForEmail: (claims: SignedClaims) => boolean;
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
 * Checks an access token presented to the API: that its issuer signed it, that it is an access
 * token and a plain bearer's, issued to a client we know and meant for this API; then reads what
 * its issuer may speak of.
 *
 * @throws {RelyingPartyError} one of the `access_token_…` codes, status 401
 * @see RFC 9068 section 4; https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 */
export async function verifyAccessToken(
  unverifiedToken: string,
  { issuers, clockToleranceSeconds, now }: ExpectedAccessToken,
): Promise<AccessTokenClaims> {
  const expected = claimedIssuer(unverifiedToken, issuers);
  const dialect = expected.isUserPool ? userPoolDialect : otherDialects;
  const token = await signedClaims(unverifiedToken, 'access_token', expected.keys);
  const { claims } = token;

  if (claims['iss'] !== expected.issuer) {
    throw refused('access_token', 'issuer_mismatch', 'iss is not the configured issuer');
  }
  checkIsAccessToken(token, expected);
  if (claims['cnf'] !== undefined) {
    throw refused('access_token', 'sender_constrained', 'cnf binds it to a key of the client');
  }
  const clientId = clientOf(claims, dialect);
  if (clientId === undefined || !expected.clientIds.includes(clientId)) {
    const names = dialect.client.join(', ');
    throw refused('access_token', 'client_refused', `${names}: not one accepted client`);
  }
  // A user pool names the client elsewhere; whoever writes another one here means another's token.
  if (claims['azp'] !== undefined && claims['azp'] !== clientId) {
    throw refused('access_token', 'client_refused', 'azp is another client');
  }
  if (!isMeantForUs(claims['aud'], expected)) {
    throw refused('access_token', 'audience_refused', 'aud does not name our resource');
  }
  const clock = { now, toleranceSeconds: clockToleranceSeconds, requires: ['exp'] as const };
  requireValidNow(claims, clock, (reason, message) => refused('access_token', reason, message));
  const subject = textOf(claims, 'sub');
  if (subject === undefined) {
    throw refused('access_token', 'subject_invalid', 'sub is not a non-empty string');
  }
  return {
    ...readClaims(claims, dialect, expected),
    issuer: expected.issuer,
    subject,
    clientId,
    expiresAt: Number(claims['exp']) * 1000,
    originJti: textOf(claims, 'origin_jti'),
    sid: textOf(claims, 'sid'),
    issuedAt: typeof claims['iat'] === 'number' ? claims['iat'] * 1000 : undefined,
    authenticatedAt: isTrustedForTime(expected) ? authenticatedAt(claims, clientId) : undefined,
  };
}

/**
 * A user pool writes `aud` only when `resource` was asked for, so there it may be absent. Compared
 * as RFC 7519 section 2 says: to the letter.
 */
function isMeantForUs(aud: unknown, { audience, isUserPool }: TrustedIssuer): boolean {
  if (audience === null || (aud === undefined && isUserPool)) return true;
  return [aud].flat().some((each) => typeof each === 'string' && audience.includes(each));
}

/**
 * The issuer the token says it is from, only to choose whose keys to check it with: what it says is
 * believed when the signature holds. One that names none of ours is checked against our own, and
 * fails there.
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

const isTrustedForTime = ({ allowance }: TrustedIssuer): boolean =>
  allowance?.claims.includes('auth_time') ?? true;

/**
 * When the user gave their credentials, if the token says so. When it was issued says nothing of
 * that: each refresh brings a new one. A client's own token has no user behind it; it is as recent
 * as its issue.
 */
function authenticatedAt(claims: SignedClaims, clientId: string): number | undefined {
  const time =
    claims['auth_time'] ?? (isOfClientAlone(claims, clientId) ? claims['iat'] : undefined);
  return typeof time === 'number' ? time * 1000 : undefined;
}
