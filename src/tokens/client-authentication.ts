import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { RelyingPartyError } from '../errors/relying-party-error.js';
import { quoted } from '../errors/strangers-words.js';
import type { SignatureAlgorithm } from './algorithms.js';
import type { ClientSigningKey } from './client-key.js';

/**
 * How a client shows the OP who it is; the names are those of OpenID Connect Core 1.0 section 9.
 */
export type ClientAuthenticationMethod =
  'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';

/** What a client has to show, of which there is one at most, and how it is to do so. */
export interface ClientCredentials {
  readonly clientId: string;
  /** `null` without one. */
  readonly clientSecret: string | null;
  readonly clientKey?: ClientSigningKey | undefined;
  /** Default by the OP's metadata. */
  readonly clientAuthentication?: ClientAuthenticationMethod | undefined;
}

/** What of the OP's metadata it goes by; what is no list says nothing. */
export interface ClientAuthenticationMetadata {
  readonly issuer: string;
  readonly token_endpoint_auth_methods_supported?: unknown;
  readonly token_endpoint_auth_signing_alg_values_supported?: unknown;
}

/** Adds to a request what shows who we are. */
export type AuthenticateClient = (body: URLSearchParams, headers: Headers) => void | Promise<void>;

/** What each method shows. */
export const credentialOf: Readonly<
  Record<ClientAuthenticationMethod, 'secret' | 'key' | 'nothing'>
> = {
  client_secret_basic: 'secret',
  client_secret_post: 'secret',
  private_key_jwt: 'key',
  none: 'nothing',
};
const METHODS = Object.keys(credentialOf) as readonly ClientAuthenticationMethod[];
const ASSERTION_SECONDS = 60;

/**
 * The one way a client authenticates at all endpoints of its OP. Decided from the metadata, or as
 * it was set; never by trying.
 *
 * @param now epoch milliseconds
 * @throws {RelyingPartyError} `client_authentication_unsupported`, when the OP lists nothing that
 *   we could do
 * @see RFC 6749 section 2.3; RFC 7523 section 2.2; RFC 8414 section 2
 */
export function clientAuthentication(
  credentials: ClientCredentials,
  metadata: ClientAuthenticationMetadata,
  now: () => number,
): AuthenticateClient {
  const { clientId, clientSecret, clientKey } = credentials;
  const method = methodFor(credentials, metadata.token_endpoint_auth_methods_supported);
  if (method === 'private_key_jwt') return assertion(clientId, clientKey!, metadata, now);
  if (method === 'client_secret_basic') {
    return (_body, headers) => headers.set('authorization', basic(clientId, clientSecret!));
  }
  return (body) => {
    body.set('client_id', clientId);
    if (method === 'client_secret_post') body.set('client_secret', clientSecret!);
  };
}

function methodFor(
  { clientAuthentication: set, clientSecret, clientKey }: ClientCredentials,
  listed: unknown,
): ClientAuthenticationMethod {
  if (set !== undefined) return set;
  const has = clientKey !== undefined ? 'key' : clientSecret === null ? 'nothing' : 'secret';
  const possible = METHODS.filter((method) => credentialOf[method] === has);
  if (!Array.isArray(listed)) return possible[0]!;
  // Many that take public clients, user pools among them, do not list `none`.
  const acceptable = has === 'nothing' ? METHODS : possible;
  if (!acceptable.some((method) => listed.includes(method))) throw unsupported(possible, listed);
  return possible.find((method) => listed.includes(method)) ?? possible[0]!;
}

function unsupported(
  possible: readonly ClientAuthenticationMethod[],
  listed: readonly unknown[],
): RelyingPartyError {
  const offered = listed.filter((each) => typeof each === 'string').join(', ');
  return new RelyingPartyError(
    'client_authentication_unsupported',
    `discovery: token_endpoint_auth_methods_supported has ${quoted(offered) || 'nothing'}; we could do ${possible.join(' or ')}`,
  );
}

/**
 * The Authorization header of `client_secret_basic`: both halves form-urlencoded, so that a `:` or
 * `%` in them is no other letter. What no server reads differently stays as it is: some compare the
 * secret without decoding it.
 * @see RFC 6749 section 2.3.1 and appendix B
 */
export function basic(clientId: string, clientSecret: string): string {
  const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

const formEncoded = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+');

function assertion(
  clientId: string,
  key: ClientSigningKey,
  metadata: ClientAuthenticationMetadata,
  now: () => number,
): AuthenticateClient {
  const alg = algorithmFor(key, metadata.token_endpoint_auth_signing_alg_values_supported);
  const { kid } = key;
  const imported = key.import(alg);
  // Whoever uses it first is told; nobody else has to be.
  imported.catch(() => undefined);
  return async (body) => {
    const seconds = Math.floor(now() / 1000);
    const jwt = new SignJWT()
      .setProtectedHeader({ alg, ...(kid !== undefined && { kid }) })
      .setIssuer(clientId)
      .setSubject(clientId)
      .setAudience(metadata.issuer)
      .setJti(randomUUID())
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + ASSERTION_SECONDS);
    body.set('client_id', clientId);
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    body.set('client_assertion', await jwt.sign(await imported));
  };
}

function algorithmFor(key: ClientSigningKey, listed: unknown): SignatureAlgorithm {
  const found = Array.isArray(listed)
    ? key.algorithms.find((algorithm) => listed.includes(algorithm))
    : key.algorithms[0];
  if (found !== undefined) return found;
  throw new RelyingPartyError(
    'client_authentication_unsupported',
    `discovery: token_endpoint_auth_signing_alg_values_supported has none of ${key.algorithms.join(', ')}, which the client key is for`,
  );
}
