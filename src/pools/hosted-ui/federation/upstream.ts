import { randomUUID } from 'node:crypto';
import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import type { IdentityProvider } from '../../model/pool-state.js';

/** Something the provider did that ends the sign-in, in the words the client gets. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly error: string;
  readonly description: string;

  constructor(error: string, description: string, options?: ErrorOptions) {
    super(description, options);
    this.error = error;
    this.description = description;
  }
}

/** What we use of the provider's discovery document. */
export interface UpstreamMetadata {
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly userInfoEndpoint: string;
  readonly jwksUri: string;
}

const TIMEOUT_MS = 5000;

/**
 * The provider's endpoints: those that were set, and the others from its discovery document, read
 * each time anew. That the document names the same issuer is not asked here: a wrong one shows in
 * the ID token, as it does with Cognito.
 *
 * @param issuerUrl where the issuer really is, in case its name only imitates AWS
 * @throws {Error} when the document is needed and cannot be had
 */
export async function discoverUpstream(
  { endpoints }: IdentityProvider,
  issuerUrl: string,
): Promise<UpstreamMetadata> {
  const isComplete = Object.values(endpoints).every((endpoint) => endpoint !== undefined);
  const document = isComplete ? {} : await discoveryDocument(issuerUrl);
  const member = (endpoint: string | undefined, name: string): string =>
    new URL(endpoint ?? String(document[name])).href;
  return {
    authorizationEndpoint: member(endpoints.authorizationEndpoint, 'authorization_endpoint'),
    tokenEndpoint: member(endpoints.tokenEndpoint, 'token_endpoint'),
    userInfoEndpoint: member(endpoints.userInfoEndpoint, 'userinfo_endpoint'),
    jwksUri: member(endpoints.jwksUri, 'jwks_uri'),
  };
}

async function discoveryDocument(issuerUrl: string): Promise<Record<string, unknown>> {
  const response = await call(`${issuerUrl.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (!response.ok) throw new TypeError(`Discovery answered ${response.status}`);
  return (await response.json()) as Record<string, unknown>;
}

/**
 * Exchanges a code the way Cognito does: secret in the form, no PKCE, members in this order.
 *
 * @throws {UpstreamError} when the provider refuses, is silent or answers nonsense
 */
export async function exchangeUpstreamCode(
  provider: IdentityProvider,
  metadata: UpstreamMetadata,
  { code, redirectUri }: { code: string; redirectUri: string },
): Promise<{ idToken: string; accessToken: string }> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: provider.clientId,
    redirect_uri: redirectUri,
    client_secret: provider.clientSecret,
    code,
  });
  const response = await call(metadata.tokenEndpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: body.toString(),
  }).catch((cause: unknown) => {
    throw networkError('Timeout occurred in calling IdP token endpoint', cause);
  });
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  if (!response.ok) throw tokenError(provider, response.status, answer);
  const { id_token: idToken, access_token: accessToken } = answer;
  if (typeof idToken !== 'string' || typeof accessToken !== 'string') throw unusableAnswer();
  return { idToken, accessToken };
}

/**
 * Verifies the provider's ID token: signature by its JWKS, issuer to the letter, audience, expiry,
 * nonce.
 *
 * @throws {UpstreamError} when any of it is wrong
 */
export async function verifyUpstreamIdToken(
  provider: IdentityProvider,
  metadata: UpstreamMetadata,
  idToken: string,
  { nonce, now }: { nonce: string; now: number },
): Promise<JWTPayload> {
  const response = await call(metadata.jwksUri).catch((cause: unknown) => {
    throw networkError('Timeout in calling jwks uri', cause);
  });
  try {
    const jwks = createLocalJWKSet((await response.json()) as JSONWebKeySet);
    const { payload } = await jwtVerify(idToken, jwks, {
      issuer: provider.issuer,
      audience: provider.clientId,
      currentDate: new Date(now),
      requiredClaims: ['exp'],
    });
    if (payload['nonce'] !== nonce) throw unusableAnswer();
    return payload;
  } catch (cause) {
    if (cause instanceof errors.JWTClaimValidationFailed && cause.claim === 'iss') {
      throw new UpstreamError(
        'invalid_request',
        `Bad id_token issuer ${String(cause.payload.iss)}`,
      );
    }
    throw cause instanceof UpstreamError ? cause : unusableAnswer(cause);
  }
}

/**
 * Asks userInfo, with GET or POST as the provider's settings say.
 *
 * @throws {UpstreamError} when there is no answer, or one about another user
 */
export async function readUpstreamUserInfo(
  { userInfoMethod }: IdentityProvider,
  metadata: UpstreamMetadata,
  accessToken: string,
  subject: string,
): Promise<Record<string, unknown>> {
  const response = await call(metadata.userInfoEndpoint, {
    method: userInfoMethod,
    headers: { Authorization: `Bearer ${accessToken}` },
  }).catch((cause: unknown) => {
    throw networkError('Read timed out', cause);
  });
  const claims = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  // OpenID Connect Core 1.0, section 5.3.2: an answer about somebody else must not be used.
  if (!response.ok || claims['sub'] !== subject) throw unusableAnswer();
  return claims;
}

async function call(
  url: string,
  init: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  return fetch(url, {
    ...init,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: {
      ...init.headers,
      'User-Agent': 'Amazon/Cognito',
      'Accept-Encoding': 'gzip,deflate',
      'x-amz-cognito-request-id': randomUUID(),
    },
  });
}

/** What the client is told when the provider is silent or hangs up. */
export function networkError(timeoutText: string, cause: unknown): UpstreamError {
  const isTimeout = cause instanceof Error && cause.name === 'TimeoutError';
  return new UpstreamError('invalid_request', isTimeout ? timeoutText : 'Connection reset', {
    cause,
  });
}

function tokenError(
  { name }: IdentityProvider,
  status: number,
  { error, error_description: description }: Record<string, unknown>,
): UpstreamError {
  const reason = [error, description].filter((part) => typeof part === 'string').join(' ');
  const text = `${name} Error - ${status} ${reason || 'error getting token'}`;
  return new UpstreamError('invalid_request', text);
}

const unusableAnswer = (cause?: unknown): UpstreamError =>
  new UpstreamError('server_error', 'Exception processing authorization code', { cause });
