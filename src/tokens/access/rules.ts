import type { SignedClaims } from '../signed-claims.js';

type Reason = 'use_wrong' | 'audience_mismatch' | 'expired' | 'issued_in_future';

/** Makes the error of one kind of token. */
export type Refuse<Reasons extends Reason = Reason> = (reason: Reasons, message: string) => Error;

/**
 * The issuer's own word for what the token is. One that says nothing is told by its claims.
 * @param typ as `signedClaims` gives it
 * @param allowed besides `jwt`, which says nothing either
 * @see RFC 8725 section 3.11
 */
export function requireType(
  typ: string | undefined,
  allowed: string | null,
  refuse: Refuse<'use_wrong'>,
): void {
  if (typ !== undefined && typ !== 'jwt' && typ !== allowed) {
    throw refuse('use_wrong', 'typ is of another kind of token');
  }
}

/**
 * The token is for us, and for nobody beside us: whom else it is for could present it as well.
 * @see OpenID Connect Core 1.0 section 3.1.3.7, points 3 to 5
 */
export function requireOurAudience(
  claims: SignedClaims,
  clientId: string,
  refuse: Refuse<'audience_mismatch'>,
): void {
  const { aud } = claims;
  const audience = [aud].flat();
  if (!audience.includes(clientId)) {
    throw refuse('audience_mismatch', 'aud does not name our client');
  }
  if (audience.some((each) => each !== clientId)) {
    throw refuse('audience_mismatch', 'aud names others beside our client');
  }
  requireOurParty(claims, clientId, refuse);
}

/**
 * If the token says whom it was issued to, it was to us.
 * @see OpenID Connect Core 1.0 section 3.1.3.7, point 5
 */
export function requireOurParty(
  { azp }: SignedClaims,
  clientId: string,
  refuse: Refuse<'audience_mismatch'>,
): void {
  if (azp !== undefined && azp !== clientId) {
    throw refuse('audience_mismatch', 'azp is not our client');
  }
}

const IN_THE_PAST = ['iat', 'nbf', 'auth_time'] as const;

/**
 * The token has not expired, and nothing in it is dated ahead of our clock.
 * @param clock.requires which dates must be there; the others need only be right
 * @see RFC 7519 sections 4.1.4 to 4.1.6
 */
export function requireValidNow(
  claims: SignedClaims,
  clock: {
    readonly now: () => number;
    readonly toleranceSeconds: number;
    readonly requires: readonly ('exp' | 'iat')[];
  },
  refuse: Refuse<'expired' | 'issued_in_future'>,
): void {
  const nowSeconds = clock.now() / 1000;
  const { exp, iat } = claims;
  const isOver = !isTime(exp) || exp + clock.toleranceSeconds <= nowSeconds;
  if (isOver && (exp !== undefined || clock.requires.includes('exp'))) {
    throw refuse('expired', 'exp is past or missing');
  }
  if (iat === undefined && clock.requires.includes('iat')) {
    throw refuse('issued_in_future', 'iat is missing');
  }
  for (const name of IN_THE_PAST) {
    const time = claims[name];
    if (time !== undefined && !(isTime(time) && time <= nowSeconds + clock.toleranceSeconds)) {
      throw refuse('issued_in_future', `${name} is ahead of our clock or no time`);
    }
  }
}

/** Seconds since 1970, as `exp`, `iat` and their like are. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
