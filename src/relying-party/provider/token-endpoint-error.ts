import * as client from 'openid-client';
import { RelyingPartyError, type RelyingPartyErrorCode } from '../../errors/relying-party-error.js';
import { faultOf, isServerFault } from './calls/fault.js';

/**
 * What a failed call to the token endpoint means. openid-client checks the ID token's claims before
 * we do; its refusals get the same codes as ours.
 */
export function tokenEndpointError(error: unknown): RelyingPartyError {
  if (error instanceof RelyingPartyError) return error;
  const { isOutage, reason } = faultOf(error);
  const refusal = isCodeRefused(error) ? 'code_refused' : 'code_exchange_failed';
  const code = idTokenCode(error) ?? (isOutage ? 'provider_unavailable' : refusal);
  return new RelyingPartyError(code, `token endpoint: ${reason}`, { cause: error });
}

/**
 * The OP's clear no to this person: the grant is over, or it wants to see them. Everything else it
 * may say is about us, and would sign out everybody for a mistake in our registration.
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

/**
 * Which check failed, from the details openid-client gives with its error; the header and the
 * claims are unverified.
 */
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
