import { sendJson, sendOAuthError } from '../exchange/answers.js';
import type { Exchange } from '../exchange/exchange.js';
import { revokeGrant } from '../model/grants.js';
import { grantOf } from '../model/tokens/refresh-tokens.js';
import { authenticateClient } from './client-authentication.js';

/**
 * `POST /oauth2/revoke`: a refresh token, and with it the access and ID tokens of its grant.
 * Unknown tokens are answered like revoked ones (RFC 7009, section 2.2). Browser sessions and other
 * grants stay.
 *
 * The secret is taken from the form as well, which Cognito does not document here. A token of
 * another client is refused as `unauthorized_client` (RFC 7009, section 2.1); Cognito's answer is
 * not known.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/revocation-endpoint.html
 */
export function revoke(exchange: Exchange): void {
  const { pool, form } = exchange;
  const token = form.get('token');
  if (!token) {
    sendOAuthError(exchange, 'invalid_request');
    return;
  }
  const client = authenticateClient(exchange);
  if (typeof client === 'string') {
    sendOAuthError(exchange, 'invalid_client', undefined, 401);
    return;
  }
  if (!client.tokenRevocation) {
    sendOAuthError(exchange, 'invalid_request');
    return;
  }
  if (token.split('.').length === 3) {
    sendOAuthError(exchange, 'unsupported_token_type');
    return;
  }
  const grant = grantOf(pool, token);
  if (grant !== undefined && grant.clientId !== client.id) {
    sendOAuthError(exchange, 'unauthorized_client');
    return;
  }
  if (grant !== undefined) revokeGrant(grant);
  sendJson(exchange, 200, undefined);
}
