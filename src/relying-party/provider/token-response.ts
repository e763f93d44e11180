import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { groupsOf, identityProviderOf } from '../../cognito/claims.js';
import { MAX_LIFETIME_MS } from '../../sessions/time-limits.js';
import { RelyingPartyError, type RelyingPartyErrorCode } from '../../errors/relying-party-error.js';
import type { SessionTokens, SignedIn } from '../../sessions/session.js';
import { verifyIdToken, type IdTokenClaims } from '../../tokens/id-token.js';
import { textOf, type SignedClaims } from '../../tokens/signed-claims.js';
import type { RelyingPartyParts } from '../context.js';
import { checkedClaims, emailOf } from './email.js';
import { faultOf, isServerFault } from './calls/fault.js';

export type TokenResponse = client.TokenEndpointResponse;

/** Also for a lifetime that is none, such as 0: otherwise every page would ask for tokens. */
const DEFAULT_LIFETIME_SECONDS = 300;
/** The shortest that is believed. */
const MIN_LIFETIME_SECONDS = 5;
export const MAX_USER_AGENT_LENGTH = 200;

/** Checks the ID token of a token response; `nonce` is `null` on refresh. */
export async function verifiedIdToken(
  context: RelyingPartyParts,
  response: TokenResponse,
  nonce: string | null,
): Promise<IdTokenClaims> {
  if (response.id_token === undefined) {
    throw new RelyingPartyError('id_token_missing', 'the token response has no id_token');
  }
  const { issuer, clientId, isUserPool, now, provider } = context;
  const { access_token: accessToken } = response;
  return verifyIdToken(
    response.id_token,
    { issuer, clientId, nonce, accessToken, requiresTokenUse: isUserPool, now },
    provider.keys,
  );
}

/**
 * The tokens as a session keeps them. A refresh is due a tenth of the lifetime before the end, two minutes at most, and up
 * to as much again earlier: by the token's own hash, so that sessions begun together do not refresh together.
 */
export function sessionTokens(
  response: TokenResponse,
  before: Pick<SessionTokens, 'idToken' | 'refreshToken' | 'nonce'>,
  now: number,
): SessionTokens {
  const lifetimeMs = lifetimeSeconds(response.expires_in) * 1000;
  const accessTokenExpiresAt = now + lifetimeMs;
  const margin = Math.min(lifetimeMs / 10, 120_000);
  const spread = createHash('sha256').update(response.access_token).digest().readUInt8(0) / 255;
  return {
    idToken: response.id_token ?? before.idToken,
    accessToken: response.access_token,
    refreshToken: response.refresh_token ?? before.refreshToken,
    nonce: before.nonce,
    accessTokenExpiresAt,
    refreshDueAt: Math.floor(accessTokenExpiresAt - margin * (1 + spread)),
  };
}

function lifetimeSeconds(expiresIn: number | undefined): number {
  if (expiresIn === undefined || !(expiresIn > 0)) return DEFAULT_LIFETIME_SECONDS;
  return Math.min(Math.max(expiresIn, MIN_LIFETIME_SECONDS), MAX_LIFETIME_MS / 1000);
}

/** Who signed in, from verified claims. */
export function whoSignedIn(
  context: RelyingPartyParts,
  { subject, all: claims }: Pick<IdTokenClaims, 'subject' | 'all'>,
  scopes: readonly string[],
  userAgent: string | undefined,
): SignedIn {
  const text = (name: string): string | undefined => textOf(claims, name);
  const checked = checkedClaims(claims, context);
  const identityProvider = identityProviderOf(
    claims,
    context.identityProviders.map(({ name }) => name),
  );
  return {
    issuer: context.issuer,
    subject,
    username: text('cognito:username') ?? text('preferred_username') ?? subject,
    name: text('name') ?? fullName(claims) ?? text('nickname'),
    ...emailOf(claims, checked),
    groups: groupsOf(claims, context.groupsClaim),
    scopes,
    identityProvider,
    authenticatedAt:
      typeof claims['auth_time'] === 'number' ? claims['auth_time'] * 1000 : undefined,
    acr: text('acr'),
    originJti: text('origin_jti'),
    sid: text('sid'),
    claims: kept(checked, context.sessionClaims),
    userAgent: (userAgent ?? '').slice(0, MAX_USER_AGENT_LENGTH),
  };
}

/**
 * The scopes that came. A user pool's token response has none; they stand in the access token, and a trigger may have taken some
 * out there. Its signature need not be looked at: it came from the pool itself (OpenID Connect Core 3.1.3.7 (6)). Elsewhere an
 * access token is not ours to read, and an answer that names none means those from before (RFC 6749 sections 5.1 and 6).
 *
 * @param before what was asked for, or what a refreshed session has
 */
export function scopesOf(
  { isUserPool }: Pick<RelyingPartyParts, 'isUserPool'>,
  response: TokenResponse,
  before: readonly string[],
): readonly string[] {
  const said = isUserPool ? scopeIn(response.access_token) : response.scope;
  return said?.split(' ').filter(Boolean) ?? before;
}

/** A token that says nothing of scopes has none. */
function scopeIn(accessToken: string): string {
  try {
    return textOf(decodeJwt(accessToken), 'scope') ?? '';
  } catch {
    return '';
  }
}

function fullName(claims: SignedClaims): string | undefined {
  const parts = ['given_name', 'family_name'].map((name) => textOf(claims, name));
  return parts.filter((part) => part !== undefined).join(' ') || undefined;
}

function kept(
  claims: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Readonly<Record<string, unknown>> | undefined {
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, claims[name]]));
}

/**
 * What a failed call to the token endpoint means. openid-client checks the ID token's claims before we do; its refusals get
 * the same codes as ours.
 */
export function tokenEndpointError(error: unknown): RelyingPartyError {
  if (error instanceof RelyingPartyError) return error;
  const { isOutage, reason } = faultOf(error);
  const refusal = isCodeRefused(error) ? 'code_refused' : 'code_exchange_failed';
  const code = idTokenCode(error) ?? (isOutage ? 'provider_unavailable' : refusal);
  return new RelyingPartyError(code, `token endpoint: ${reason}`, { cause: error });
}

/**
 * The OP's clear no to this person: the grant is over, or it wants to see them. Everything else it may say is about us, and would
 * sign out everybody for a mistake in our registration.
 * @see RFC 6749 section 5.2; OpenID Connect Core 1.0 section 3.1.2.6
 */
const REFUSES_PERSON: ReadonlySet<string> = new Set([
  'invalid_grant',
  'access_denied',
  'interaction_required',
  'login_required',
  'account_selection_required',
  'consent_required',
]);

/** Whether the failure of a refresh is that no. */
export const isPersonRefused = (error: unknown): boolean =>
  error instanceof RelyingPartyError &&
  error.cause instanceof client.ResponseBodyError &&
  !isServerFault(error.cause.status) &&
  REFUSES_PERSON.has(error.cause.error);

const isCodeRefused = (error: unknown): boolean =>
  error instanceof client.ResponseBodyError && error.error === 'invalid_grant';

const CODE_OF_CLAIM: Readonly<Record<string, RelyingPartyErrorCode>> = {
  iss: 'id_token_issuer_mismatch',
  aud: 'id_token_audience_mismatch',
  azp: 'id_token_audience_mismatch',
  exp: 'id_token_expired',
  iat: 'id_token_issued_in_future',
  nbf: 'id_token_issued_in_future',
  nonce: 'id_token_nonce_mismatch',
  sub: 'id_token_subject_invalid',
};

/** Which check failed, from the details openid-client gives with its error; the header and the claims are unverified. */
function idTokenCode(error: unknown): RelyingPartyErrorCode | undefined {
  if (!(error instanceof client.ClientError)) return undefined;
  const details = error.cause instanceof Error ? error.cause.cause : undefined;
  if (typeof details !== 'object' || details === null) return undefined;
  if ('claim' in details) return CODE_OF_CLAIM[String(details.claim)];
  if ('header' in details) return 'id_token_algorithm_refused';
  if ('claims' in details && typeof details.claims === 'object') {
    const claims = { ...details.claims };
    const missing = Object.keys(CODE_OF_CLAIM).find(
      (name) => REQUIRED.has(name) && !(name in claims),
    );
    return missing === undefined ? 'id_token_malformed' : CODE_OF_CLAIM[missing];
  }
  const isOnlyIdTokenMissing =
    'body' in details && isTokenResponse(details.body) && !('id_token' in details.body);
  return isOnlyIdTokenMissing ? 'id_token_missing' : undefined;
}

const REQUIRED: ReadonlySet<string> = new Set(['iss', 'aud', 'exp', 'iat', 'nonce', 'sub']);

function isTokenResponse(body: unknown): body is object {
  return (
    typeof body === 'object' && body !== null && 'access_token' in body && 'token_type' in body
  );
}
