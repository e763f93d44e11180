import { RelyingPartyError } from '../errors/relying-party-error.js';
import { isRecent } from '../relying-party/session/step-up.js';
import type { Authentication } from './authentication.js';

/**
 * What a route asks of its caller, beyond being known. Everything named must hold; `undefined` is a
 * `TypeError`.
 */
export interface ApiAccess {
  /** A scope, or several that are all needed. */
  readonly scope?: string | readonly string[];
  /** A name in `cognito:groups`, or several of which one will do. */
  readonly group?: string | readonly string[];
  /**
   * Claims and what they must be (a list must have it among others), or a function that decides.
   */
  readonly claim?: Readonly<Record<string, string | number | boolean>> | ClaimCheck;
  /**
   * The user must have given their credentials, or a client got its own token, within so many
   * seconds; unknown is too long ago.
   */
  readonly maxAgeSeconds?: number;
  /** Take only callers with a session, or only callers with a bearer token; default both. */
  readonly via?: 'session' | 'bearer';
}

/** Decides by the claims; whatever is not `true` is a no, also a promise. */
export type ClaimCheck = (claims: Readonly<Record<string, unknown>>) => boolean;

/** Who calls, as far as it counts for a guard. */
export type Caller = Pick<Authentication, 'scopes' | 'groups' | 'authenticatedAt' | 'claims'>;

/**
 * Lets a caller pass who is all that a route asks for.
 *
 * @param now epoch milliseconds
 * @throws {RelyingPartyError} `authentication_too_old`, `scope_insufficient`, `group_required`,
 *   `claim_required`
 */
export function requireAccess(auth: Caller, access: ApiAccess, now: number): void {
  const { scope = [], group, claim, maxAgeSeconds } = access;
  if (maxAgeSeconds !== undefined && !isRecent(auth.authenticatedAt, maxAgeSeconds, now)) {
    throw new RelyingPartyError('authentication_too_old', 'the sign-in or token is too old');
  }
  const missing = [scope].flat().filter((each) => !auth.scopes.includes(each));
  if (missing.length > 0) {
    throw new RelyingPartyError('scope_insufficient', `scope ${missing.join(' ')} is missing`);
  }
  if (group !== undefined && ![group].flat().some((each) => auth.groups.includes(each))) {
    throw new RelyingPartyError(
      'group_required',
      `group ${[group].flat().join(' or ')} is missing`,
    );
  }
  if (claim !== undefined && !hasClaim(auth, claim)) {
    throw new RelyingPartyError('claim_required', 'a claim is not what the route asks for');
  }
}

function hasClaim({ claims }: Caller, claim: NonNullable<ApiAccess['claim']>): boolean {
  if (typeof claim === 'function') {
    // A check that answers with a promise would let everybody in, since a promise is truthy.
    const answer: unknown = claim(claims);
    return answer === true;
  }
  return Object.entries(claim).every(([name, wanted]) => {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
    return Array.isArray(value) ? value.includes(wanted) : value === wanted;
  });
}
