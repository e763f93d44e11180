import type { KeySet } from './key-set.js';
import { requireOurAudience, requireType, requireValidNow, type Refuse } from './access/rules.js';
import { CLOCK_TOLERANCE_SECONDS, refused, signedClaims, textOf } from './signed-claims.js';

/**
 * Whom a logout token asks us to log out: one sign-in at the OP (`sid`), or else all of a user's.
 */
export interface LogoutSubject {
  readonly sid: string | undefined;
  readonly subject: string | undefined;
  /**
   * The token's own id and end, for the memory that refuses it a second time. `expiresAt` in epoch
   * milliseconds.
   */
  readonly tokenId: string;
  readonly expiresAt: number;
  /** The OP's own time when it sent the token. */
  readonly issuedAtSeconds: number;
}

export interface ExpectedLogoutToken {
  readonly issuer: string;
  readonly clientId: string;
  readonly now: () => number;
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/**
 * An OP should not date a logout token further ahead; it bounds how long its `jti` is remembered.
 */
const MAX_LIFETIME_SECONDS = 3600;

/**
 * Checks a logout token and says whom it asks us to log out. Remembering its `jti` is the caller's:
 * this function has no memory.
 *
 * @throws {RelyingPartyError} one of the `logout_token_…` codes, status 400; the message names the
 *   failed check
 * @see OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6
 */
export async function verifyLogoutToken(
  unverifiedToken: string,
  expected: ExpectedLogoutToken,
  keys: KeySet,
): Promise<LogoutSubject> {
  const { typ, claims } = await signedClaims(unverifiedToken, 'logout_token', keys);
  requireType(typ, 'logout+jwt', refuse);
  if (claims['iss'] !== expected.issuer) throw invalid('iss is not the configured issuer');
  requireOurAudience(claims, expected.clientId, refuse);
  const { now } = expected;
  requireValidNow(
    claims,
    { now, toleranceSeconds: CLOCK_TOLERANCE_SECONDS, requires: ['exp', 'iat'] },
    refuse,
  );
  const expires = Number(claims['exp']);
  if (expires - now() / 1000 > MAX_LIFETIME_SECONDS) throw invalid('exp is too far ahead');

  const sid = textOf(claims, 'sid');
  const subject = textOf(claims, 'sub');
  // One that cannot be read must not make the other mean more: by `sub` alone, all of a user's
  // sessions end.
  for (const name of ['sid', 'sub']) {
    if (claims[name] !== undefined && textOf(claims, name) === undefined) {
      throw invalid(`${name} is not a non-empty string`);
    }
  }
  if (sid === undefined && subject === undefined) throw invalid('sid and sub are both absent');
  if (!hasLogoutEvent(claims['events']))
    throw invalid('events lacks the back-channel logout event');
  if (claims['nonce'] !== undefined) throw invalid('nonce must be absent');
  if (claims['token_use'] !== undefined)
    throw invalid('token_use says it is another kind of token');
  const tokenId = textOf(claims, 'jti');
  if (tokenId === undefined) throw invalid('jti is missing');
  const expiresAt = (expires + CLOCK_TOLERANCE_SECONDS) * 1000;
  return { sid, subject, tokenId, expiresAt, issuedAtSeconds: Number(claims['iat']) };
}

function hasLogoutEvent(events: unknown): boolean {
  if (typeof events !== 'object' || events === null) return false;
  const event: unknown = (events as Record<string, unknown>)[LOGOUT_EVENT];
  return typeof event === 'object' && event !== null;
}

const refuse: Refuse = (_reason, message) => invalid(message);

const invalid = (message: string): Error => refused('logout_token', 'invalid', message);
