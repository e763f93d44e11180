import { createHash } from 'node:crypto';
import { sendJson, sendOAuthError } from '../exchange/answers.js';
import type { Exchange } from '../exchange/exchange.js';
import { ensureXsrfToken } from '../exchange/xsrf.js';
import { revokeGrant } from '../model/grants.js';
import type { AppClient, AuthorizationCode, Grant, PoolUser } from '../model/pool-state.js';
import { mintClientCredentialsToken, mintTokens } from '../model/tokens/mint.js';
import { activeRefreshToken, issueRefreshToken } from '../model/tokens/refresh-tokens.js';
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
  if (!grantType) {
    sendOAuthError(exchange, 'invalid_request');
    return;
  }
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
  if (!client.flows.includes('code')) {
    sendOAuthError(exchange, 'unauthorized_client');
    return;
  }
  const redirectUri = form.get('redirect_uri');
  if (!form.get('code') || !redirectUri) {
    sendOAuthError(exchange, 'invalid_request');
    return;
  }
  const code = pool.codes.get(form.get('code') ?? '');
  if (code?.grant.clientId !== client.id || code === undefined) {
    sendOAuthError(exchange, 'invalid_grant');
    return;
  }
  if (code.isUsed) revokeGrant(code.grant);
  const user = pool.activeUser(code.grant);
  if (code.isUsed || exchange.now > code.expiresAt || user === undefined) {
    sendOAuthError(exchange, 'invalid_grant');
    return;
  }
  if (redirectUri !== code.redirectUri) {
    sendOAuthError(exchange, 'unauthorized_client', 'invalid_redirect');
    return;
  }
  if (!isProofOfPossession(code.codeChallenge, form.get('code_verifier'))) {
    sendOAuthError(exchange, 'invalid_grant');
    return;
  }
  code.isUsed = true;
  await redeem(exchange, client, code, user);
}

async function redeem(
  exchange: Exchange,
  client: AppClient,
  { grant, nonce }: AuthorizationCode,
  user: PoolUser,
): Promise<void> {
  const { pool, now } = exchange;
  const expiresAt = now + client.refreshTokenSeconds * 1000;
  const refreshToken = await issueRefreshToken(pool, grant, { now, expiresAt });
  await sendTokens(exchange, { client, grant, user, nonce, refreshToken });
}

async function refresh(exchange: Exchange, client: AppClient): Promise<void> {
  const { pool, form, now } = exchange;
  // The refresh grant comes with the code flow.
  if (!client.flows.includes('code')) {
    sendOAuthError(exchange, 'unauthorized_client');
    return;
  }
  const presented = form.get('refresh_token');
  if (!presented) {
    sendOAuthError(exchange, 'invalid_request');
    return;
  }
  const found = activeRefreshToken(pool, presented, now);
  if (found === undefined || found.refreshToken.grant.clientId !== client.id) {
    sendOAuthError(exchange, 'invalid_grant');
    return;
  }
  const { refreshToken, user } = found;
  const { grant } = refreshToken;
  if (client.rotationGraceSeconds === undefined) {
    await sendTokens(exchange, { client, grant, user });
    return;
  }
  refreshToken.rotatedAt ??= now;
  const { expiresAt } = refreshToken;
  const successor = await issueRefreshToken(pool, grant, { now, expiresAt });
  await sendTokens(exchange, { client, grant, user, refreshToken: successor });
}

async function clientCredentials(exchange: Exchange, client: AppClient): Promise<void> {
  const { pool, form, now, fault } = exchange;
  if (!client.flows.includes('client_credentials')) {
    sendOAuthError(exchange, 'unauthorized_client');
    return;
  }
  const requested = (form.get('scope') ?? '').split(' ').filter(Boolean);
  if (!requested.every((scope) => client.scopes.includes(scope))) {
    sendOAuthError(exchange, 'invalid_scope');
    return;
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
  readonly refreshToken?: string;
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
  if (challenge === undefined || verifier === null)
    return challenge === undefined && verifier === null;
  return createHash('sha256').update(verifier).digest('base64url') === challenge;
}
