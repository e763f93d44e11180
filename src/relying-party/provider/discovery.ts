import type { EventEmitter } from 'node:events';
import type { JWK } from 'jose';
import * as client from 'openid-client';
import { PROVIDER_CALL_MS, REQUEST_WAIT_MS, withinTimeLimit } from '../../sessions/time-limits.js';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import { proxyFailureIn } from '../../errors/proxy-failure.js';
import { algorithmsOf, SIGNATURE_ALGORITHMS } from '../../tokens/algorithms.js';
import {
  type AuthenticateClient,
  clientAuthentication,
  type ClientCredentials,
} from '../../tokens/client-authentication.js';
import { createKeySet, type KeySet } from '../../tokens/key-set.js';
import {
  endpointProblems,
  isPlainHttp,
  LOGIN_ENDPOINTS,
  type RequiredEndpoint,
} from '../../tokens/provider-metadata.js';
import { CLOCK_TOLERANCE_SECONDS } from '../../tokens/signed-claims.js';
import type { RelyingPartyEvents } from '../events.js';
import type { ClientSecrets } from './client-secrets.js';
import { reasonOf } from './calls/reason.js';
import { createTwoSecretCalls } from './second-secret.js';
import { createPatience } from './calls/patience.js';

/** The OP as discovery describes it. */
export interface Provider {
  /**
   * openid-client's configuration for the OP, with its metadata read and checked.
   * @throws {RelyingPartyError} `provider_unavailable`, `provider_metadata_invalid`, `client_authentication_unsupported`
   */
  configuration(options?: ConfigurationOptions): Promise<client.Configuration>;
  /** The metadata last read, without asking; `undefined` before the first success. */
  knownMetadata(): client.ServerMetadata | undefined;
  /** Says that an endpoint cannot be reached: it may have moved, so the metadata is read again when next needed. */
  reportUnreachable(): void;
  readonly keys: KeySet;
}

interface ConfigurationOptions {
  /** How calls with it are made; default the provider's own. */
  readonly fetch?: typeof globalThis.fetch;
  /** What the request may still wait for an OP that is known to hang, or of which we know the metadata. */
  readonly waitMs?: number;
}

export interface ProviderOptions extends Omit<ClientCredentials, 'clientSecret'> {
  readonly issuer: string;
  /** `null` for a client without any. */
  readonly clientSecrets: ClientSecrets | null;
  /** What an operator looks at when nobody answers at the issuer. */
  readonly setting: 'ISSUER' | 'API_ISSUERS';
  /** What the metadata must name; default what a login needs. */
  readonly requiredEndpoints?: readonly RequiredEndpoint[] | undefined;
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly events: EventEmitter<RelyingPartyEvents>;
}

const MAX_AGE_MS = 60 * 60_000;
const STALE_AGE_MS = 30_000;

/**
 * Discovery, lazy and cached: read when first needed, one request at a time, again after an hour, or as soon as an endpoint it
 * named cannot be reached. If the OP fails then, what is known is served for another half minute, so that not every request
 * waits for an OP that does not answer. A first failure is not remembered, so the program starts with the OP down and recovers
 * by itself; that it hangs is remembered, so that one visitor waits for it and not each.
 * @see OpenID Connect Discovery 1.0 section 4
 */
export function createProvider(options: ProviderOptions): Provider {
  const { issuer, now, events } = options;
  const patience = createPatience();
  let known: { metadata: client.ServerMetadata; readAgainAt: number } | undefined;
  let failedAt = -Infinity;
  let reading: Promise<client.ServerMetadata> | undefined;
  let readingSince = -Infinity;
  let configured:
    { metadata: client.ServerMetadata; skew: number; value: client.Configuration } | undefined;

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

  const metadata = async (waitMs = REQUEST_WAIT_MS): Promise<client.ServerMetadata> => {
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
    const left = Math.min(waitMs, Math.max(0, readingSince + REQUEST_WAIT_MS - performance.now()));
    try {
      return await withinTimeLimit(waiting, left);
    } catch {
      return known.metadata;
    }
  };

  const reportUnreachable = (): void => {
    if (known === undefined || now() - failedAt < STALE_AGE_MS) return;
    known = { ...known, readAgainAt: now() };
  };

  const readKeys = async (): Promise<readonly JWK[]> => {
    const { jwks_uri: uri } = await metadata();
    try {
      return await loadKeys(options, uri);
    } catch (error) {
      if (proxyFailureIn(error) !== undefined) throw error;
      reportUnreachable();
      const { jwks_uri: uriNow } = await metadata();
      if (uriNow === uri) throw error;
      return loadKeys(options, uriNow);
    }
  };

  return {
    async configuration({ fetch, waitMs } = {}) {
      const current = await metadata(waitMs);
      const skew = Math.round((now() - Date.now()) / 1000);
      if (fetch !== undefined) return configure(fetch, current, skew);
      if (configured?.metadata !== current || configured.skew !== skew) {
        configured = { metadata: current, skew, value: configure(options.fetch, current, skew) };
      }
      return configured.value;
    },
    knownMetadata: () => known?.metadata,
    reportUnreachable,
    keys: createKeySet({
      now,
      load: () => patience.wait('jwks', readKeys()),
      algorithms: () => algorithmsOf(issuer, known?.metadata.id_token_signing_alg_values_supported),
    }),
  };

  function configure(
    fetch: typeof globalThis.fetch,
    server: client.ServerMetadata,
    skew: number,
  ): client.Configuration {
    const authenticateWith = (clientSecret: string | null): AuthenticateClient =>
      clientAuthentication({ ...options, clientSecret }, server, now);
    const calls =
      options.clientSecrets === null
        ? { authenticate: authenticateWith(null), fetch }
        : createTwoSecretCalls(options.clientSecrets, authenticateWith, fetch);
    const announced = server.id_token_signing_alg_values_supported;
    const configuration = new client.Configuration(
      { ...server, id_token_signing_alg_values_supported: [...algorithmsOf(issuer, announced)] },
      options.clientId,
      {
        [client.clockSkew]: skew,
        [client.clockTolerance]: CLOCK_TOLERANCE_SECONDS,
      },
      // It waits for a promise, although its type does not say so.
      (_server, _client, body, headers) => calls.authenticate(body, headers) as void,
    );
    configuration.timeout = PROVIDER_CALL_MS / 1000;
    configuration[client.customFetch] = reporting(calls.fetch, reportUnreachable);
    if (isPlainHttp(issuer)) client.allowInsecureRequests(configuration);
    return configuration;
  }
}

/** What an address answers that serves something else, or nothing, today. */
const MOVED_STATUSES: ReadonlySet<number> = new Set([404, 405, 410, 421]);

/** Calls that tell when an endpoint is not where the metadata says. */
function reporting(fetch: typeof globalThis.fetch, unreachable: () => void): client.CustomFetch {
  return async (url, options) => {
    try {
      const response = await fetch(url, options as RequestInit);
      if (MOVED_STATUSES.has(response.status)) unreachable();
      return response;
    } catch (error) {
      if (proxyFailureIn(error) === undefined) unreachable();
      throw error;
    }
  };
}

async function readMetadata(options: ProviderOptions): Promise<client.ServerMetadata> {
  const { issuer, clientId, fetch } = options;
  let server: client.ServerMetadata;
  try {
    const discovered = await client.discovery(new URL(issuer), clientId, undefined, undefined, {
      timeout: PROVIDER_CALL_MS / 1000,
      [client.customFetch]: fetch as client.CustomFetch,
      ...(isPlainHttp(issuer) && { execute: [client.allowInsecureRequests] }),
    });
    server = discovered.serverMetadata();
  } catch (error) {
    throw discoveryError(error, options.setting);
  }
  checkMetadata(server, issuer, options.requiredEndpoints ?? LOGIN_ENDPOINTS);
  return server;
}

function discoveryError(error: unknown, setting: string): RelyingPartyError {
  const isWrongAnswer =
    error instanceof client.ClientError && error.code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED';
  return isWrongAnswer
    ? new RelyingPartyError(
        'provider_metadata_invalid',
        'discovery: issuer is not the configured one',
        {
          cause: error,
        },
      )
    : new RelyingPartyError('provider_unavailable', `discovery of ${setting}: ${reasonOf(error)}`, {
        cause: error,
      });
}

/** Throws for the first thing that is wrong. */
function checkMetadata(
  server: client.ServerMetadata,
  issuer: string,
  required: readonly RequiredEndpoint[],
): void {
  if (server.issuer !== issuer) {
    throw new RelyingPartyError(
      'provider_metadata_invalid',
      'discovery: issuer is not the configured one',
    );
  }
  if (algorithmsOf(issuer, server.id_token_signing_alg_values_supported).length === 0) {
    throw new RelyingPartyError(
      'provider_metadata_invalid',
      `discovery: id_token_signing_alg_values_supported has none of ${SIGNATURE_ALGORITHMS.join(', ')}`,
    );
  }
  const [first] = endpointProblems({ ...server }, issuer, required);
  if (first === undefined) return;
  throw new RelyingPartyError(
    'provider_metadata_invalid',
    `discovery: ${first.name} ${first.problem}`,
  );
}

async function loadKeys(
  { fetch }: ProviderOptions,
  jwksUri: string | undefined,
): Promise<readonly JWK[]> {
  try {
    const response = await fetch(jwksUri!, {
      redirect: 'manual',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(PROVIDER_CALL_MS),
    });
    if (response.status !== 200) throw unusable('another status than 200', response);
    const document = (await response.json()) as { keys?: unknown } | null;
    if (!Array.isArray(document?.keys)) throw unusable('no "keys" in the document', response);
    return document.keys.filter(isObject) as JWK[];
  } catch (error) {
    throw new RelyingPartyError('provider_unavailable', `JWKS: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

const unusable = (problem: string, response: Response): RelyingPartyError =>
  new RelyingPartyError('provider_unavailable', problem, { cause: response });

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
