import type { Exchange } from '../exchange/exchange.js';

/**
 * `GET /.well-known/openid-configuration`, members in Cognito's alphabetical order.
 *
 * `code_challenge_methods_supported` is absent on purpose: Cognito has PKCE but does not say so,
 * and strict clients fail on that. `revocation_endpoint` is there, as in documents of 2025. A pool
 * without a domain has no endpoints.
 */
export function discovery(exchange: Exchange): void {
  const { pool } = exchange;
  if (pool.mainDomain === undefined) {
    sendPublic(exchange, {
      id_token_signing_alg_values_supported: ['RS256'],
      issuer: pool.issuer,
      jwks_uri: `${pool.issuerUrl}/.well-known/jwks.json`,
      response_types_supported: ['code', 'token'],
      subject_types_supported: ['public'],
    });
    return;
  }
  sendPublic(exchange, {
    authorization_endpoint: `${pool.domain}/oauth2/authorize`,
    end_session_endpoint: `${pool.domain}/logout`,
    id_token_signing_alg_values_supported: ['RS256'],
    issuer: pool.issuer,
    jwks_uri: `${pool.issuerUrl}/.well-known/jwks.json`,
    response_types_supported: ['code', 'token'],
    revocation_endpoint: `${pool.domain}/oauth2/revoke`,
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    subject_types_supported: ['public'],
    token_endpoint: `${pool.domain}/oauth2/token`,
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    userinfo_endpoint: `${pool.domain}/oauth2/userInfo`,
  });
}

/**
 * `GET /.well-known/jwks.json`: two keys, one for ID tokens and one for access tokens, and retired
 * ones kept on.
 */
export function jwks(exchange: Exchange): void {
  const { pool, fault } = exchange;
  sendPublic(exchange, {
    keys: fault?.emptyJwks ? [] : pool.publishedKeys.map((key) => key.publicJwk()),
  });
}

// Cognito's cache headers are not known; a day is a choice.
function sendPublic({ response }: Exchange, body: object): void {
  response.status(200).set({
    'Content-Type': 'application/json',
    'Cache-Control': 'public, max-age=86400',
    'Access-Control-Allow-Origin': '*',
  });
  response.end(JSON.stringify(body));
}
