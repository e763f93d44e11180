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
  /** The token, if it was verified a short time ago and has not expired since. */
  find(token: string): SeenToken | undefined;
  remember(token: string, claims: AccessTokenClaims): SeenToken;
}

export interface SeenTokensOptions {
  readonly now: () => number;
  /** How long after `exp` a token is still taken. */
  readonly clockToleranceSeconds: number;
  /** Default 10,000; the one not used for longest goes first. */
  readonly max?: number | undefined;
}

/** As long as a key set is kept: a key the issuer has withdrawn stops counting for seen tokens too. */
const MAX_AGE_MS = 10 * 60_000;
const DEFAULT_MAX = 10_000;

/** Keyed by a hash, so that the memory of the process has no collection of tokens; a Map keeps the order of use. */
export function createSeenTokens({
  now,
  clockToleranceSeconds,
  max = DEFAULT_MAX,
}: SeenTokensOptions): SeenTokens {
  const seen = new Map<string, { token: SeenToken; until: number }>();

  return {
    find(token) {
      const key = keyOf(token);
      const found = seen.get(key);
      if (found === undefined) return undefined;
      seen.delete(key);
      if (found.until <= now()) return undefined;
      seen.set(key, found);
      return found.token;
    },
    remember(token, claims) {
      const at = now();
      const expiresAt = claims.expiresAt + clockToleranceSeconds * 1000;
      const remembered = { claims, checkedAt: -Infinity };
      const [oldest] = seen.keys();
      if (seen.size >= max && oldest !== undefined) seen.delete(oldest);
      seen.set(keyOf(token), {
        token: remembered,
        until: Math.min(expiresAt, at + MAX_AGE_MS),
      });
      return remembered;
    },
  };
}

const keyOf = (token: string): string => hash('sha256', token, 'base64url');
