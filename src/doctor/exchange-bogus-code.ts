import { randomUUID } from 'node:crypto';
import type { Settings } from '../config/settings.js';
import {
  type ClientAuthenticationMetadata,
  clientAuthentication,
  type ClientCredentials,
} from '../tokens/client-authentication.js';
import { readClientKey } from '../tokens/client-key.js';
import type { DoctorContext } from './context.js';
import { isFirewall } from './firewall.js';
import { REQUEST_TIMEOUT_MS } from './visit.js';

/** What our own client has to show: with one of its secrets, or without any. */
export const credentialsOf = (
  { clientId, clientKey: key, clientAuthentication }: Settings,
  clientSecret: string | null,
): ClientCredentials => ({
  clientId,
  clientSecret,
  clientKey: key === undefined ? undefined : readClientKey({ key }),
  clientAuthentication,
});

export interface BogusExchange {
  readonly tokenEndpoint: string;
  readonly redirectUri: string;
  readonly credentials: ClientCredentials;
  readonly metadata: ClientAuthenticationMetadata;
}

export interface TokenEndpointAnswer {
  readonly status: number;
  /** As the answer names it; `undefined` where it is no answer of a token endpoint. */
  readonly error: unknown;
  /** By a firewall in front. */
  readonly isBlocked: boolean;
}

/**
 * Asks a token endpoint for tokens with a code that does not exist. A provider checks the client first, so the answer about the
 * code (`invalid_grant`) means that the secret is right (RFC 6749, section 5.2).
 *
 * @throws what `fetch` throws; {RelyingPartyError} when the provider takes the client in no way that we know
 */
export async function exchangeBogusCode(
  { fetch, now }: Pick<DoctorContext, 'fetch' | 'now'>,
  { tokenEndpoint, redirectUri, credentials, metadata }: BogusExchange,
): Promise<TokenEndpointAnswer> {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: randomUUID(),
    redirect_uri: redirectUri,
    code_verifier: `${randomUUID()}${randomUUID()}`,
  });
  const headers = new Headers({
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
  });
  await clientAuthentication(credentials, metadata, now)(form, headers);
  const response = await fetch(tokenEndpoint, {
    method: 'POST',
    redirect: 'manual',
    headers: Object.fromEntries(headers),
    body: form.toString(),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const { status, headers: answered } = response;
  const body = await response.text();
  const isBlocked = isFirewall({ status, headers: answered, body });
  return { status, error: errorIn(body), isBlocked };
}

function errorIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { error?: unknown } | null)?.error;
  } catch {
    return undefined;
  }
}
