import * as client from 'openid-client';
import { proxyFailureIn } from '../../errors/proxy-failure.js';
import { PROVIDER_CALL_MS } from '../../sessions/time-limits.js';
import { algorithmsOf } from '../../tokens/algorithms.js';
import {
  type AuthenticateClient,
  clientAuthentication,
  type ClientCredentials,
} from '../../tokens/client-authentication.js';
import { isPlainHttp } from '../../tokens/provider-metadata.js';
import { CLOCK_TOLERANCE_SECONDS } from '../../tokens/signed-claims.js';
import { createTwoSecretCalls, type ClientSecrets } from './secrets/client-secrets.js';

export interface ConfigurationOptions extends Omit<ClientCredentials, 'clientSecret'> {
  readonly issuer: string;
  /** `null` for a client without any. */
  readonly clientSecrets: ClientSecrets | null;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

/**
 * openid-client's configuration for this client at an OP with this metadata.
 *
 * @param onUnreachable told when an endpoint is not where the metadata says
 * @throws {RelyingPartyError} `client_authentication_unsupported`
 */
export function configurationFor(
  options: ConfigurationOptions,
  server: client.ServerMetadata,
  onUnreachable: () => void,
): client.Configuration {
  const { issuer, clientId, clientSecrets, fetch, now } = options;
  const authenticateWith = (clientSecret: string | null): AuthenticateClient =>
    clientAuthentication({ ...options, clientSecret }, server, now);
  const calls =
    clientSecrets === null
      ? { authenticate: authenticateWith(null), fetch }
      : createTwoSecretCalls(clientSecrets, authenticateWith, fetch);
  const announced = server.id_token_signing_alg_values_supported;
  const configuration = new client.Configuration(
    { ...server, id_token_signing_alg_values_supported: [...algorithmsOf(issuer, announced)] },
    clientId,
    {
      [client.clockSkew]: clockSkew(now),
      [client.clockTolerance]: CLOCK_TOLERANCE_SECONDS,
    },
    // It waits for a promise, although its type does not say so.
    (_server, _client, body, headers) => calls.authenticate(body, headers) as void,
  );
  configuration.timeout = PROVIDER_CALL_MS / 1000;
  configuration[client.customFetch] = reportUnreachable(calls.fetch, onUnreachable);
  if (isPlainHttp(issuer)) client.allowInsecureRequests(configuration);
  return configuration;
}

/** By how many seconds our clock differs from this machine's. */
export const clockSkew = (now: () => number): number => Math.round((now() - Date.now()) / 1000);

/** What an address answers that serves something else, or nothing, today. */
const MOVED_STATUSES: ReadonlySet<number> = new Set([404, 405, 410, 421]);

/** Calls that tell when an endpoint is not where the metadata says. */
function reportUnreachable(
  fetch: typeof globalThis.fetch,
  unreachable: () => void,
): client.CustomFetch {
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
