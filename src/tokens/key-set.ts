import { importJWK, type CryptoKey, type JWK } from 'jose';
import { RelyingPartyError } from '../errors/relying-party-error.js';
import { DEFAULT_ALGORITHMS, fitsAlgorithm, type SignatureAlgorithm } from './algorithms.js';

/** The OP's signing keys by `kid` and algorithm. */
export interface KeySet {
  /**
   * @param header as in the token; without a `kid`, the only key that fits will do (OpenID Connect
   *   Core 1.0 section 10.1)
   * @param source where the token came from; default `anybody`
   * @returns the key, or why there is none: the OP does not sign with this algorithm, or not with
   *   the key of this name; or it does not publish the key, also after asking again
   * @throws whatever `load` throws, when no key set has ever been read or an unknown `kid` makes it
   *   ask again; {RelyingPartyError} `provider_unavailable` when there is no key in it that we can
   *   use
   */
  find(header: KeyHeader, source?: TokenSource): Promise<FoundKey>;
}

/** What a token's header says of its key. */
interface KeyHeader {
  readonly alg: SignatureAlgorithm;
  readonly kid: string | undefined;
}

/** A key to check a signature with, or the reason to refuse the token. */
type FoundKey = CryptoKey | 'algorithm_refused' | 'key_unknown';

/**
 * Where a token came from: an answer of the OP to us, or a request that anybody can make. A
 * `notice` is one too, but its sender must hear when we could not look: told that its key is
 * unknown, it would not try again.
 */
type TokenSource = 'provider' | 'anybody' | 'notice';

export interface KeySetOptions {
  /** Reads the JWKS document's `keys`. */
  readonly load: () => Promise<readonly JWK[]>;
  /** What the OP signs with; asked after `load`. Default RS256 alone. */
  readonly algorithms?: (() => readonly SignatureAlgorithm[]) | undefined;
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
/** What the bearer of a token waits while an old set is read again in which its key is. */
export const OLD_SET_WAIT_MS = 750;

/**
 * A JWKS kept in memory. An unknown `kid` makes it ask the OP again at once, so a rotation is
 * survived; but each such `kid` only once in half a minute, and all together only five times a
 * minute, so that forged tokens cannot turn us against the OP. A set older than ten minutes is read
 * again, and kept for another half minute if that fails or has no usable key. Whose key is in it
 * waits for that reading no longer than a visitor may: it goes on, for those who come next.
 *
 * A flood of forgeries must not keep logins from a new key, so what anybody sends has a count of
 * its own, and waits for two seconds after three failures in a row.
 *
 * openid-client's own cache would refuse a new `kid` for the first minute after a read.
 */
export function createKeySet({
  load,
  now,
  algorithms = () => DEFAULT_ALGORITHMS,
}: KeySetOptions): KeySet {
  const published = createPublishedKeys(algorithms);
  let readAgainAt = 0;
  const reading = createReading(now, async () => {
    published.replace(await load());
    readAgainAt = now() + MAX_AGE_MS;
  });
  const strangers = createReloadBudget(now);
  const budgets = { provider: createReloadBudget(now), anybody: strangers, notice: strangers };

  /** @returns why an old set must do for another while; `undefined` when it need not */
  const renew = async (source: TokenSource): Promise<{ error: unknown } | undefined> => {
    try {
      await reading.again(source);
      return undefined;
    } catch (error) {
      if (!published.areKnown()) throw error;
      readAgainAt = now() + STALE_AGE_MS;
      return { error };
    }
  };

  const renewInTime = async (header: KeyHeader, source: TokenSource): ReturnType<typeof renew> => {
    const renewing = renew(source);
    if (typeof (await published.find(header)) === 'string') return renewing;
    const leftMs = Math.max(0, reading.since() + OLD_SET_WAIT_MS - performance.now());
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), leftMs);
    });
    return Promise.race([renewing, limit]).finally(() => clearTimeout(timer));
  };

  return {
    async find(header, source = 'anybody') {
      const { kid } = header;
      const isDue = !published.areKnown() || now() >= readAgainAt;
      const failure = isDue ? await renewInTime(header, source) : undefined;
      let found = await published.find(header);
      if (found !== 'key_unknown' || kid === undefined) return found;
      if (failure !== undefined) throw failure.error;
      if (!isDue) {
        if (!mayAskFor(kid, source, budgets[source])) return found;
        await reading.again(source);
        found = await published.find(header);
      }
      if (found === 'key_unknown' && source !== 'provider') budgets[source].refuseForAWhile(kid);
      return found;
    },
  };
}

interface PublishedKeys {
  /**
   * @throws {RelyingPartyError} `provider_unavailable` when none of these can be used; the former
   *   stay then
   */
  replace(published: readonly JWK[]): void;
  areKnown(): boolean;
  find(header: KeyHeader): Promise<FoundKey>;
}

function createPublishedKeys(algorithms: () => readonly SignatureAlgorithm[]): PublishedKeys {
  let keys: readonly JWK[] | undefined;
  let imported = new Map<JWK, Map<SignatureAlgorithm, Promise<CryptoKey | undefined>>>();

  const importOnce = (jwk: JWK, alg: SignatureAlgorithm): Promise<CryptoKey | undefined> => {
    const ofKey =
      imported.get(jwk) ?? new Map<SignatureAlgorithm, Promise<CryptoKey | undefined>>();
    const key = ofKey.get(alg) ?? importKey(jwk, alg);
    imported.set(jwk, ofKey.set(alg, key));
    return key;
  };

  return {
    replace(published) {
      const usable = published.filter((jwk) => algorithms().some((alg) => fitsAlgorithm(jwk, alg)));
      if (usable.length === 0) {
        const message = `JWKS: no key for ${algorithms().join(', ')} in it`;
        throw new RelyingPartyError('provider_unavailable', message);
      }
      keys = usable;
      imported = new Map();
    },
    areKnown: () => keys !== undefined,
    async find({ alg, kid }) {
      if (!algorithms().includes(alg)) return 'algorithm_refused';
      const named = (keys ?? []).filter((jwk) => kid === undefined || jwk.kid === kid);
      const fitting = named.filter((jwk) => fitsAlgorithm(jwk, alg));
      if (kid !== undefined && named.length > 0 && fitting.length === 0) return 'algorithm_refused';
      const [jwk] = fitting;
      // Two keys that both fit: we do not guess.
      if (jwk === undefined || (kid === undefined && fitting.length > 1)) return 'key_unknown';
      return (await importOnce(jwk, alg)) ?? 'key_unknown';
    },
  };
}

interface Reading {
  /** Reads, or waits for who is reading. */
  again(source: TokenSource): Promise<void>;
  /** When the last reading began, by `performance.now()`. */
  since(): number;
}

/** One reading at a time; after several failures in a row it pauses for what anybody can send. */
function createReading(now: () => number, read: () => Promise<void>): Reading {
  let running: Promise<void> | undefined;
  let since = -Infinity;
  let failures = 0;
  let lastFailure: { readonly at: number; readonly error: unknown } | undefined;

  const readAndCount = async (): Promise<void> => {
    try {
      await read();
      failures = 0;
    } catch (error) {
      failures += 1;
      lastFailure = { at: now(), error };
      throw error;
    } finally {
      running = undefined;
    }
  };

  return {
    since: () => since,
    async again(source) {
      const isPausing =
        lastFailure !== undefined &&
        failures >= FAILURES_IN_A_ROW &&
        now() - lastFailure.at < PAUSE_AFTER_FAILURES_MS;
      if (isPausing && source !== 'provider') throw lastFailure?.error;
      if (running === undefined) {
        since = performance.now();
        running = readAndCount();
      }
      return running;
    },
  };
}

/** Whether an unknown `kid` is reason enough to ask the OP again. */
function mayAskFor(kid: string, source: TokenSource, budget: ReloadBudget): boolean {
  const answer = budget.take(kid);
  if (answer === 'spent' && source === 'notice') {
    throw new RelyingPartyError('provider_unavailable', 'JWKS: asked too often for unknown kids');
  }
  return answer === 'yes';
}

interface ReloadBudget {
  /** Whether the OP may be asked again because of this `kid`; if so, it counts. */
  take(kid: string): 'yes' | 'asked-already' | 'spent';
  refuseForAWhile(kid: string): void;
}

function createReloadBudget(now: () => number): ReloadBudget {
  let reloads: number[] = [];
  const refusedUntil = new Map<string, number>();
  return {
    take(kid) {
      const at = now();
      reloads = reloads.filter((time) => at - time < RELOAD_WINDOW_MS);
      if (at < (refusedUntil.get(kid) ?? 0)) return 'asked-already';
      if (reloads.length >= RELOADS_PER_WINDOW) return 'spent';
      reloads.push(at);
      return 'yes';
    },
    refuseForAWhile(kid) {
      if (refusedUntil.size >= MAX_REMEMBERED_KIDS) refusedUntil.clear();
      refusedUntil.set(kid, now() + UNKNOWN_KID_PENALTY_MS);
    },
  };
}

/** A key that cannot be read is as good as not published. Only its public half is looked at. */
async function importKey(
  { kty, crv, n, e, x, y }: JWK,
  alg: SignatureAlgorithm,
): Promise<CryptoKey | undefined> {
  const publicHalf = { kty, crv, n, e, x, y } as JWK;
  const key = await importJWK(publicHalf, alg).catch(() => undefined);
  return key instanceof Uint8Array ? undefined : key;
}
