import { randomUUID } from 'node:crypto';
import type { Settings } from '../../config/options/settings.js';
import {
  type ClientAuthenticationMetadata,
  clientAuthentication,
  type ClientCredentials,
} from '../../../tokens/client-authentication.js';
import { readClientKey } from '../../../tokens/client-key.js';
import type { DoctorContext } from '../context/context.js';
import { isFirewall } from './firewall.js';

/** What our own client has to show: with one of its secrets, or without any. */
export const credentialsOf = (
  { clientId, clientKey: key, clientAuthentication: method }: Settings,
  clientSecret: string | null,
): ClientCredentials => ({
  clientId,
  clientSecret,
  clientKey: key === undefined ? undefined : readClientKey({ key }),
  clientAuthentication: method,
});

/** What is asked of an endpoint that lets in nobody but clients. */
interface ClientRequest {
  readonly endpoint: string;
  readonly form: URLSearchParams;
  readonly credentials: ClientCredentials;
  readonly metadata: ClientAuthenticationMetadata;
}

export interface ClientAnswer {
  readonly status: number;
  /** As the answer names it; `undefined` where it is no answer of such an endpoint. */
  readonly error: unknown;
  readonly members: ReturnType<typeof membersOf>;
  /** By a firewall in front. */
  readonly isBlocked: boolean;
}

/**
 * Asks an endpoint of the provider as its client.
 *
 * @throws what `fetch` throws; {RelyingPartyError} when the provider takes the client in no way
 *   that we know
 */
export async function askAsClient(
  { fetch, now }: Pick<DoctorContext, 'fetch' | 'now'>,
  { endpoint, form, credentials, metadata }: ClientRequest,
): Promise<ClientAnswer> {
  const headers = new Headers({
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
  });
  await clientAuthentication(credentials, metadata, now)(form, headers);
  const response = await fetch(endpoint, {
    method: 'POST',
    redirect: 'manual',
    headers: Object.fromEntries(headers),
    body: form.toString(),
  });
  const { status, headers: answered } = response;
  const body = await response.text();
  const members = membersOf(body);
  const isBlocked = isFirewall({ status, headers: answered, body });
  return { status, error: members['error'], members, isBlocked };
}

/** Of JSON that came over the network, by name; none where it is no object. */
export function membersOf(body: string): Readonly<Record<string, unknown>> {
  try {
    return { ...(JSON.parse(body) as object) };
  } catch {
    return {};
  }
}

export interface BogusExchange extends Omit<ClientRequest, 'endpoint' | 'form'> {
  readonly tokenEndpoint: string;
  readonly redirectUri: string;
}

/**
 * Asks a token endpoint for tokens with a code that does not exist. A provider checks the client
 * first, so the answer about the code (`invalid_grant`) means that the secret is right (RFC 6749,
 * section 5.2).
 *
 * @throws what `askAsClient` throws
 */
export function exchangeBogusCode(
  context: Pick<DoctorContext, 'fetch' | 'now'>,
  { tokenEndpoint, redirectUri, ...client }: BogusExchange,
): Promise<ClientAnswer> {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: randomUUID(),
    redirect_uri: redirectUri,
    code_verifier: `${randomUUID()}${randomUUID()}`,
  });
  return askAsClient(context, { ...client, endpoint: tokenEndpoint, form });
}
