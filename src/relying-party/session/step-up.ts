import { RelyingPartyError } from '../../errors/relying-party-error.js';
import type { Session } from '../../sessions/session.js';
import type { IdTokenClaims } from '../../tokens/id-token.js';
import { CLOCK_TOLERANCE_SECONDS } from '../../tokens/signed-claims.js';

/**
 * What a route may ask of the sign-in itself, beyond there being one (RFC 9470; OpenID Connect Core
 * 3.1.2.1).
 */
export interface StepUp {
  /** The user must have given their credentials within so many seconds. */
  readonly maxAgeSeconds?: number | undefined;
  /** The `acr` values that will do, separated by spaces, as the OP names them. */
  readonly acrValues?: string | undefined;
}

/** Whether anything more than a sign-in is asked for. */
export function isStepUp({ maxAgeSeconds, acrValues }: StepUp): boolean {
  return maxAgeSeconds !== undefined || acrValues !== undefined;
}

/** Whether a session's sign-in is what a route asks for. */
export function satisfies(
  { authenticatedAt, acr }: Pick<Session, 'authenticatedAt' | 'acr'>,
  { maxAgeSeconds, acrValues }: StepUp,
  now: number,
): boolean {
  const isYoungEnough =
    maxAgeSeconds === undefined || isRecent(authenticatedAt, maxAgeSeconds, now);
  const isStrong =
    acrValues === undefined || (acr !== undefined && acrValues.split(' ').includes(acr));
  return isYoungEnough && isStrong;
}

/**
 * Within the time, give or take what clocks may differ. What is dated further ahead was never done.
 */
export function isRecent(
  authenticatedAt: number | undefined,
  maxAgeSeconds: number,
  now: number,
): boolean {
  if (authenticatedAt === undefined) return false;
  const ageMs = now - authenticatedAt;
  const toleranceMs = CLOCK_TOLERANCE_SECONDS * 1000;
  return ageMs >= -toleranceMs && ageMs <= maxAgeSeconds * 1000 + toleranceMs;
}

/**
 * Holds the OP to what the authorization request asked for: an OP may ignore `max_age` and
 * `acr_values`, as Cognito does below its larger plans. What is recent is counted from the request,
 * so that `max_age=0` is met by whoever was asked for it, however long they took.
 * @throws {RelyingPartyError} `step_up_not_done`
 * @see OpenID Connect Core 1.0 section 3.1.3.7, points 12 and 13
 */
export function requireStepUp(
  { all: claims }: IdTokenClaims,
  { stepUp, startedAt }: { readonly stepUp: StepUp; readonly startedAt: number },
  now: number,
): void {
  const authTime = claims['auth_time'];
  const { acr } = claims;
  const signedIn = {
    authenticatedAt: typeof authTime === 'number' ? authTime * 1000 : undefined,
    acr: typeof acr === 'string' ? acr : undefined,
  };
  // Between the request and now, it is as recent as can be; in the future, it is not.
  const countedFrom = Math.max(startedAt, Math.min(signedIn.authenticatedAt ?? 0, now));
  if (!satisfies(signedIn, stepUp, countedFrom)) {
    throw new RelyingPartyError('step_up_not_done', 'auth_time or acr is not what was asked for');
  }
}
