import { hash } from 'node:crypto';
import { sendJson, sendOAuthError } from '../exchange/answers.js';
import type { Exchange } from '../exchange/exchange.js';
import { ensureXsrfToken } from '../exchange/xsrf.js';
import { revokeGrant } from '../model/grants.js';
import type { AppClient, Grant, PoolUser } from '../model/pool-state.js';
import { mintClientCredentialsToken, mintTokens } from '../model/tokens/mint.js';
import {
  activeRefreshToken,
  issueRefreshToken,
  issueSuccessor,
} from '../model/tokens/refresh-tokens.js';
import { authenticateClient } from './client-authentication.js';

/**
 * `POST /oauth2/token`. The client is authenticated before anything it presents is looked at, and a
 * code is used up only by an exchange that succeeds; presented again, it takes back what the first
 * exchange gave.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html
 */
export async function token(exchange: Exchange): Promise<void> {
  const { form } = exchange;
  // Cognito sets the cookie of its pages here too.
  ensureXsrfToken(exchange);
  const grantType = form.get('grant_type');
  if (!grantType) return sendOAuthError(exchange, 'invalid_request');
  const client = authenticateClient(exchange);
  if (client === 'no client') sendOAuthError(exchange, 'invalid_request');
  else if (client === 'unknown client') sendOAuthError(exchange, 'invalid_client');
  else if (client === 'wrong secret') {
    sendOAuthError(exchange, 'invalid_client', 'invalid_client_secret');
  } else if (grantType === 'authorization_code') await exchangeCode(exchange, client);
  else if (grantType === 'refresh_token') await refresh(exchange, client);
  else if (grantType === 'client_credentials') await clientCredentials(exchange, client);
  else sendOAuthError(exchange, 'unsupported_grant_type');
}

async function exchangeCode(exchange: Exchange, client: AppClient): Promise<void> {
  const { pool, form } = exchange;
  if (!client.flows.includes('code')) return sendOAuthError(exchange, 'unauthorized_client');
  const redirectUri = form.get('redirect_uri');
  if (!form.get('code') || !redirectUri) return sendOAuthError(exchange, 'invalid_request');
  const code = pool.codes.get(form.get('code') ?? '');
  if (code?.grant.clientId !== client.id || code === undefined) {
    return sendOAuthError(exchange, 'invalid_grant');
  }
  if (code.isUsed) revokeGrant(code.grant);
  const user = pool.activeUser(code.grant);
  if (code.isUsed || exchange.now > code.expiresAt || user === undefined) {
    return sendOAuthError(exchange, 'invalid_grant');
  }
  if (redirectUri !== code.redirectUri) {
    return sendOAuthError(exchange, 'unauthorized_client', 'invalid_redirect');
  }
  if (!isProofOfPossession(code.codeChallenge, form.get('code_verifier'))) {
    return sendOAuthError(exchange, 'invalid_grant');
  }
  code.isUsed = true;
  const { grant, nonce } = code;
  const refreshToken = await issueRefreshToken(pool, client, grant, exchange.now);
  await sendTokens(exchange, { client, grant, user, nonce, refreshToken });
}

async function refresh(exchange: Exchange, client: AppClient): Promise<void> {
  const { pool, form, now } = exchange;
  // The refresh grant comes with the code flow.
  if (!client.flows.includes('code')) return sendOAuthError(exchange, 'unauthorized_client');
  const presented = form.get('refresh_token');
  if (!presented) return sendOAuthError(exchange, 'invalid_request');
  const found = activeRefreshToken(pool, presented, now);
  if (found === undefined || found.refreshToken.grant.clientId !== client.id) {
    return sendOAuthError(exchange, 'invalid_grant');
  }
  const { user, refreshToken: used } = found;
  const refreshToken = await issueSuccessor(pool, client, used, now);
  await sendTokens(exchange, { client, grant: used.grant, user, refreshToken });
}

async function clientCredentials(exchange: Exchange, client: AppClient): Promise<void> {
  const { pool, form, now, fault } = exchange;
  if (!client.flows.includes('client_credentials')) {
    return sendOAuthError(exchange, 'unauthorized_client');
  }
  const requested = (form.get('scope') ?? '').split(' ').filter(Boolean);
  if (!requested.every((scope) => client.scopes.includes(scope))) {
    return sendOAuthError(exchange, 'invalid_scope');
  }
  const scopes = requested.length > 0 ? requested : client.scopes;
  const accessToken = await mintClientCredentialsToken(
    pool,
    client,
    scopes,
    now,
    fault?.accessToken,
  );
  sendTokenResponse(exchange, {
    access_token: accessToken,
    expires_in: client.accessTokenSeconds,
    token_type: 'Bearer',
  });
}

interface TokensToSend {
  readonly client: AppClient;
  readonly grant: Grant;
  readonly user: PoolUser;
  /** Absent on refresh: whether Cognito repeats it there is not known. */
  readonly nonce?: string | undefined;
  readonly refreshToken: string | undefined;
}

async function sendTokens(exchange: Exchange, tokens: TokensToSend): Promise<void> {
  const { pool, now, fault } = exchange;
  const faults = { idTokenFault: fault?.idToken, accessTokenFault: fault?.accessToken };
  const { idToken, accessToken } = await mintTokens(pool, { ...tokens, ...faults, now });
  sendTokenResponse(exchange, {
    id_token: idToken,
    access_token: accessToken,
    refresh_token: tokens.refreshToken,
    expires_in: tokens.client.accessTokenSeconds,
    token_type: 'Bearer',
  });
}

function sendTokenResponse(exchange: Exchange, members: Record<string, unknown>): void {
  const omitted: readonly string[] = exchange.fault?.omit ?? [];
  const sent = Object.entries(members).filter(([name]) => !omitted.includes(name));
  sendJson(exchange, 200, Object.fromEntries(sent));
}

/** Does the verifier belong to the challenge, or is there neither? @see RFC 7636, section 4.6 */
function isProofOfPossession(challenge: string | undefined, verifier: string | null): boolean {
  if (challenge === undefined || verifier === null) {
    return challenge === undefined && verifier === null;
  }
  return hash('sha256', verifier, 'base64url') === challenge;
}
