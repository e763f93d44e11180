import type { RelyingPartyErrorCode } from '../errors.js';

/**
 * The `WWW-Authenticate` value for a refused API request: bare without a token, `invalid_token` for a bad one,
 * `insufficient_scope` for one that allows too little.
 * @see RFC 6750 section 3
 */
export function bearerChallenge(code: RelyingPartyErrorCode, scope: string | undefined): string {
  if (code === 'scope_insufficient' && scope !== undefined) {
    return `Bearer error="insufficient_scope", scope="${scope}"`;
  }
  if (code === 'group_required' || code === 'scope_insufficient') {
    return 'Bearer error="insufficient_scope"';
  }
  if (code === 'authorization_header_malformed') return 'Bearer error="invalid_request"';
  if (code.startsWith('access_token_') && code !== 'access_token_missing') {
    return 'Bearer error="invalid_token"';
  }
  return 'Bearer';
}
