import type { EventEmitter } from 'node:events';
import type { JWK } from 'jose';
import type * as client from 'openid-client';
import type { RelyingPartyError } from '../../errors/relying-party-error.js';
import { proxyFailureIn } from '../../errors/proxy-failure.js';
import { REQUEST_WAIT_MS, withinTimeLimit } from '../../sessions/time-limits.js';
import { algorithmsOf } from '../../tokens/algorithms.js';
import { createKeySet, type KeySet } from '../../tokens/key-set.js';
import type { RelyingPartyEvents } from '../events.js';
import { createPatience, type Patience } from './calls/patience.js';
import { clockSkew, configurationFor, type ConfigurationOptions } from './configuration.js';
import { loadKeys } from './keys.js';
import { readMetadata, type MetadataOptions } from './metadata.js';

/** The OP as discovery describes it. */
export interface Provider {
  /**
   * openid-client's configuration for the OP, with its metadata read and checked.
   * @throws {RelyingPartyError} `provider_unavailable`, `provider_metadata_invalid`,
   *   `client_authentication_unsupported`
   */
  configuration(wishes?: ConfigurationWishes): Promise<client.Configuration>;
  /** The metadata last read, without asking; `undefined` before the first success. */
  knownMetadata(): client.ServerMetadata | undefined;
  /**
   * Says that an endpoint cannot be reached: it may have moved, so the metadata is read again when
   * next needed.
   */
  reportUnreachable(): void;
  readonly keys: KeySet;
}

interface ConfigurationWishes {
  /** How calls with it are made; default the provider's own. */
  readonly fetch?: typeof globalThis.fetch;
  /**
   * What the request may still wait for an OP that is known to hang, or of which we know the
   * metadata.
   */
  readonly waitMs?: number;
}

export interface ProviderOptions extends MetadataOptions, ConfigurationOptions {
  readonly events: EventEmitter<RelyingPartyEvents>;
}

const MAX_AGE_MS = 60 * 60_000;
const STALE_AGE_MS = 30_000;

/** The OP of an issuer. Nothing is asked of it until somebody needs to know. */
export function createProvider(options: ProviderOptions): Provider {
  const { issuer, now, fetch } = options;
  const patience = createPatience();
  const metadata = createMetadataCache(options, patience);
  let configured:
    { metadata: client.ServerMetadata; skew: number; value: client.Configuration } | undefined;

  const readKeys = async (): Promise<readonly JWK[]> => {
    const { jwks_uri: uri } = await metadata.current();
    try {
      return await loadKeys(fetch, uri!);
    } catch (error) {
      if (proxyFailureIn(error) !== undefined) throw error;
      metadata.reportUnreachable();
      const { jwks_uri: uriNow } = await metadata.current();
      if (uriNow === uri) throw error;
      return loadKeys(fetch, uriNow!);
    }
  };

  return {
    async configuration({ fetch: calls, waitMs } = {}) {
      const current = await metadata.current(waitMs);
      const { reportUnreachable } = metadata;
      if (calls !== undefined) {
        return configurationFor({ ...options, fetch: calls }, current, reportUnreachable);
      }
      const skew = clockSkew(now);
      if (configured?.metadata !== current || configured.skew !== skew) {
        const value = configurationFor(options, current, reportUnreachable);
        configured = { metadata: current, skew, value };
      }
      return configured.value;
    },
    knownMetadata: metadata.known,
    reportUnreachable: metadata.reportUnreachable,
    keys: createKeySet({
      now,
      load: () => patience.wait('jwks', readKeys()),
      algorithms: () =>
        algorithmsOf(issuer, metadata.known()?.id_token_signing_alg_values_supported),
    }),
  };
}

interface MetadataCache {
  readonly current: (waitMs?: number) => Promise<client.ServerMetadata>;
  readonly known: () => client.ServerMetadata | undefined;
  readonly reportUnreachable: () => void;
}

/**
 * Discovery, lazy and cached: read when first needed, one request at a time, again after an hour,
 * or as soon as an endpoint it named cannot be reached. If the OP fails then, what is known is
 * served for another half minute, so that not every request waits for an OP that does not answer. A
 * first failure is not remembered, so the program starts with the OP down and recovers by itself;
 * that it hangs is remembered, so that one visitor waits for it and not each.
 */
function createMetadataCache(options: ProviderOptions, patience: Patience): MetadataCache {
  const { now, events } = options;
  let known: { metadata: client.ServerMetadata; readAgainAt: number } | undefined;
  let failedAt = -Infinity;
  let reading: Promise<client.ServerMetadata> | undefined;
  let readingSince = -Infinity;

  const read = async (): Promise<client.ServerMetadata> => {
    try {
      const metadata = await readMetadata(options);
      known = { metadata, readAgainAt: now() + MAX_AGE_MS };
    } catch (error) {
      failedAt = now();
      const { message } = error as RelyingPartyError;
      events.emit('discovery.failed', { detail: message, servedStale: known !== undefined });
      if (known === undefined) throw error;
      known = { ...known, readAgainAt: now() + STALE_AGE_MS };
    }
    return known.metadata;
  };

  return {
    known: () => known?.metadata,
    reportUnreachable() {
      if (known === undefined || now() - failedAt < STALE_AGE_MS) return;
      known = { ...known, readAgainAt: now() };
    },
    async current(waitMs = REQUEST_WAIT_MS) {
      if (known !== undefined && now() < known.readAgainAt) return known.metadata;
      if (reading === undefined) {
        readingSince = performance.now();
        reading = read().finally(() => {
          reading = undefined;
        });
      }
      const waiting = patience.wait('discovery', reading, waitMs);
      if (known === undefined) return waiting;
      // A request asks several times: all of them together wait no longer for one reading.
      const left = Math.min(
        waitMs,
        Math.max(0, readingSince + REQUEST_WAIT_MS - performance.now()),
      );
      try {
        return await withinTimeLimit(waiting, left);
      } catch {
        return known.metadata;
      }
    },
  };
}
