import { importJWK, type CryptoKey, type JWK } from 'jose';

/** The OP's signing keys by `kid`. */
export interface KeySet {
  /**
   * @returns the key, or `undefined` when the OP does not publish it, also after asking again
   * @throws whatever `load` throws, when no key set has ever been read
   */
  find(kid: string): Promise<CryptoKey | undefined>;
}

export interface KeySetOptions {
  /** Reads the JWKS document's `keys`. */
  readonly load: () => Promise<readonly JWK[]>;
  readonly now: () => number;
}

const MAX_AGE_MS = 10 * 60_000;
const UNKNOWN_KID_PENALTY_MS = 30_000;
const RELOADS_PER_WINDOW = 5;
const RELOAD_WINDOW_MS = 60_000;
const MAX_REMEMBERED_KIDS = 100;

/**
 * A JWKS kept in memory. An unknown `kid` makes it ask the OP again at once, so a rotation is survived; but each such `kid`
 * only once in half a minute, and all together only five times a minute, so that forged tokens cannot turn us against the OP.
 * A set older than ten minutes is read again, and kept if that fails.
 *
 * openid-client's own cache would refuse a new `kid` for the first minute after a read.
 */
export function createKeySet({ load, now }: KeySetOptions): KeySet {
  let keys: ReadonlyMap<string, JWK> | undefined;
  let imported = new Map<string, Promise<CryptoKey>>();
  let loadedAt = 0;
  let loading: Promise<void> | undefined;
  let reloads: number[] = [];
  const unknown = new Map<string, number>();

  const replaceKeys = async (): Promise<void> => {
    const jwks = await load();
    keys = new Map(jwks.filter(isSigningKey).map((jwk) => [jwk.kid, jwk]));
    imported = new Map();
    loadedAt = now();
  };

  const reload = (): Promise<void> => {
    loading ??= replaceKeys().finally(() => {
      loading = undefined;
    });
    return loading;
  };

  const mayReloadFor = (kid: string): boolean => {
    const at = now();
    reloads = reloads.filter((time) => at - time < RELOAD_WINDOW_MS);
    if (at < (unknown.get(kid) ?? 0) || reloads.length >= RELOADS_PER_WINDOW) return false;
    reloads.push(at);
    return true;
  };

  const rememberUnknown = (kid: string): void => {
    if (unknown.size >= MAX_REMEMBERED_KIDS) unknown.clear();
    unknown.set(kid, now() + UNKNOWN_KID_PENALTY_MS);
  };

  const known = (kid: string): Promise<CryptoKey> | undefined => {
    const jwk = keys?.get(kid);
    if (jwk === undefined) return undefined;
    const key = imported.get(kid) ?? (importJWK(jwk, 'RS256') as Promise<CryptoKey>);
    imported.set(kid, key);
    return key;
  };

  return {
    async find(kid) {
      if (keys === undefined) await reload();
      else if (now() - loadedAt > MAX_AGE_MS) await reload().catch(() => undefined);
      const key = known(kid);
      if (key !== undefined || !mayReloadFor(kid)) return key;
      await reload();
      if (known(kid) === undefined) rememberUnknown(kid);
      return known(kid);
    },
  };
}

function isSigningKey(jwk: JWK): jwk is JWK & { kid: string } {
  return (
    jwk.kty === 'RSA' &&
    typeof jwk.kid === 'string' &&
    (jwk.use ?? 'sig') === 'sig' &&
    (jwk.alg ?? 'RS256') === 'RS256'
  );
}
