import { hash } from 'node:crypto';
import type { AccessTokenClaims } from './claims.js';

/** A token that passed every check, and what is remembered of it besides. */
export interface SeenToken {
  readonly claims: AccessTokenClaims;
  /** When it was last known that its sign-in still stands, in epoch milliseconds. */
  checkedAt: number;
}

/** Verified access tokens, so that one that comes again costs a hash instead of a signature. */
export interface SeenTokens {
  /** The token as it was verified a short time ago, or verified now. Rejects as `verify` does. */
  take(token: string): Promise<SeenToken>;
}

export interface SeenTokensOptions {
  /**
   * Checks a token that is not known. A memory belongs to one set of rules and nothing else can be
   * put into it, so that what one set let pass is never taken for an answer of another, which may
   * be stricter.
   */
  readonly verify: (token: string) => Promise<AccessTokenClaims>;
  readonly now: () => number;
  /** How long after `exp` a token is still taken. */
  readonly clockToleranceSeconds: number;
  /** Default 10,000; the one not used for longest goes first. */
  readonly max?: number | undefined;
}

/**
 * As long as a key set is kept: a key the issuer has withdrawn stops counting for seen tokens too.
 */
const MAX_AGE_MS = 10 * 60_000;
const DEFAULT_MAX = 10_000;

/**
 * Keyed by a hash, so that the memory of the process has no collection of tokens; a Map keeps the
 * order of use.
 */
export function createSeenTokens({
  verify,
  now,
  clockToleranceSeconds,
  max = DEFAULT_MAX,
}: SeenTokensOptions): SeenTokens {
  const seen = new Map<string, { token: SeenToken; until: number }>();

  const find = (key: string): SeenToken | undefined => {
    const found = seen.get(key);
    if (found === undefined) return undefined;
    seen.delete(key);
    if (found.until <= now()) return undefined;
    seen.set(key, found);
    return found.token;
  };

  const remember = (key: string, claims: AccessTokenClaims): SeenToken => {
    const expiresAt = claims.expiresAt + clockToleranceSeconds * 1000;
    // Handlers of later requests are given the same: what one of them writes into it must not count
    // for the next.
    const token = { claims: frozen(claims), checkedAt: -Infinity };
    const [oldest] = seen.keys();
    if (seen.size >= max && oldest !== undefined) seen.delete(oldest);
    seen.set(key, { token, until: Math.min(expiresAt, now() + MAX_AGE_MS) });
    return token;
  };

  return {
    async take(token) {
      const key = hash('sha256', token, 'base64url');
      return find(key) ?? remember(key, await verify(token));
    },
  };
}

/** Frozen through and through; it came out of JSON, so there are no circles. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
