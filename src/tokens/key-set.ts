import { importJWK, type CryptoKey, type JWK } from 'jose';
import { RelyingPartyError } from '../errors.js';

/** The OP's signing keys by `kid`. */
export interface KeySet {
  /**
   * @param kid as in the token's header; without one, the only key of the set will do (OpenID Connect Core 1.0 section 10.1)
   * @param source where the token came from; default `anybody`
   * @returns the key, or `undefined` when the OP does not publish it, also after asking again
   * @throws whatever `load` throws, when no key set has ever been read or an unknown `kid` makes it ask again;
   *   {RelyingPartyError} `provider_unavailable` when there is no key in it that we can use
   */
  find(kid: string | undefined, source?: TokenSource): Promise<CryptoKey | undefined>;
}

/** Where a token came from: an answer of the OP to us, or a request that anybody can make. */
type TokenSource = 'provider' | 'anybody';

export interface KeySetOptions {
  /** Reads the JWKS document's `keys`. */
  readonly load: () => Promise<readonly JWK[]>;
  readonly now: () => number;
}

const MAX_AGE_MS = 10 * 60_000;
const STALE_AGE_MS = 30_000;
const UNKNOWN_KID_PENALTY_MS = 30_000;
const RELOADS_PER_WINDOW = 5;
const RELOAD_WINDOW_MS = 60_000;
const MAX_REMEMBERED_KIDS = 100;
const FAILURES_IN_A_ROW = 3;
const PAUSE_AFTER_FAILURES_MS = 2000;

/**
 * A JWKS kept in memory. An unknown `kid` makes it ask the OP again at once, so a rotation is survived; but each such `kid`
 * only once in half a minute, and all together only five times a minute, so that forged tokens cannot turn us against the OP.
 * A set older than ten minutes is read again, and kept for another half minute if that fails or has no usable key.
 *
 * A flood of forgeries must not keep logins from a new key, so what anybody sends has a count of its own, and waits for two
 * seconds after three failures in a row.
 *
 * openid-client's own cache would refuse a new `kid` for the first minute after a read.
 */
export function createKeySet({ load, now }: KeySetOptions): KeySet {
  let keys: readonly JWK[] | undefined;
  let imported = new Map<JWK, Promise<CryptoKey | undefined>>();
  let readAgainAt = 0;
  let loading: Promise<void> | undefined;
  let failures = 0;
  let lastFailure: { readonly at: number; readonly error: unknown } | undefined;
  const budgets = { provider: createReloadBudget(now), anybody: createReloadBudget(now) };

  const replaceKeys = async (): Promise<void> => {
    const usable = (await load()).filter(isSigningKey);
    if (usable.length === 0) {
      throw new RelyingPartyError('provider_unavailable', 'JWKS: no key for RS256 in it');
    }
    keys = usable;
    imported = new Map();
    readAgainAt = now() + MAX_AGE_MS;
  };

  const loadAndCount = async (): Promise<void> => {
    try {
      await replaceKeys();
      failures = 0;
    } catch (error) {
      failures += 1;
      lastFailure = { at: now(), error };
      throw error;
    } finally {
      loading = undefined;
    }
  };

  const reload = async (source: TokenSource): Promise<void> => {
    const isPausing =
      lastFailure !== undefined &&
      failures >= FAILURES_IN_A_ROW &&
      now() - lastFailure.at < PAUSE_AFTER_FAILURES_MS;
    if (isPausing && source === 'anybody') throw lastFailure?.error;
    loading ??= loadAndCount();
    return loading;
  };

  const renew = (source: TokenSource): Promise<void> =>
    reload(source).catch(() => {
      readAgainAt = now() + STALE_AGE_MS;
    });

  const known = async (kid: string | undefined): Promise<CryptoKey | undefined> => {
    const jwk = kid === undefined ? onlyOf(keys ?? []) : keys?.find((each) => each.kid === kid);
    if (jwk === undefined) return undefined;
    const key = imported.get(jwk) ?? importKey(jwk);
    imported.set(jwk, key);
    return key;
  };

  return {
    async find(kid, source = 'anybody') {
      if (keys === undefined) await reload(source);
      else if (now() >= readAgainAt) await renew(source);
      const key = await known(kid);
      if (key !== undefined || kid === undefined || !budgets[source].take(kid)) return key;
      await reload(source);
      const reloaded = await known(kid);
      if (reloaded === undefined && source === 'anybody') budgets[source].refuseForAWhile(kid);
      return reloaded;
    },
  };
}

interface ReloadBudget {
  /** Whether the OP may be asked again because of this `kid`; if so, it counts. */
  take(kid: string): boolean;
  refuseForAWhile(kid: string): void;
}

function createReloadBudget(now: () => number): ReloadBudget {
  let reloads: number[] = [];
  const refusedUntil = new Map<string, number>();
  return {
    take(kid) {
      const at = now();
      reloads = reloads.filter((time) => at - time < RELOAD_WINDOW_MS);
      if (at < (refusedUntil.get(kid) ?? 0) || reloads.length >= RELOADS_PER_WINDOW) return false;
      reloads.push(at);
      return true;
    },
    refuseForAWhile(kid) {
      if (refusedUntil.size >= MAX_REMEMBERED_KIDS) refusedUntil.clear();
      refusedUntil.set(kid, now() + UNKNOWN_KID_PENALTY_MS);
    },
  };
}

function isSigningKey({ kty, use = 'sig', alg = 'RS256' }: JWK): boolean {
  return kty === 'RSA' && use === 'sig' && alg === 'RS256';
}

const onlyOf = (keys: readonly JWK[]): JWK | undefined => (keys.length === 1 ? keys[0] : undefined);

/** A key that cannot be read is as good as not published. */
async function importKey(jwk: JWK): Promise<CryptoKey | undefined> {
  const { d: _privateHalf, ...publicHalf } = jwk;
  const key = await importJWK(publicHalf, 'RS256').catch(() => undefined);
  return key instanceof Uint8Array ? undefined : key;
}
