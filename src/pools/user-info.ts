import { compactVerify, decodeProtectedHeader } from 'jose';
import { visibleAttributes } from './claims.js';
import { sendJson, type Exchange } from './exchange.js';
import type { PoolUser } from './pool-state.js';
import type { UserPool } from './user-pool.js';

const NO_TOKEN = 'Bad OAuth2 request at UserInfo Endpoint';
const BAD_TOKEN =
  'Access token is expired, disabled, or deleted, or the user has globally signed out.';
const NO_OPENID = 'Access token does not contain openid scope';

/**
 * `GET /oauth2/userInfo`: attributes as strings, booleans too, and a `username` no standard knows. Unlike offline
 * verification it notices revocation, global sign-out, and disabled or deleted users.
 *
 * Errors are in `WWW-Authenticate` (without the word `Bearer`, as AWS documents it) and in a JSON body.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html
 */
export async function userInfo(exchange: Exchange): Promise<void> {
  const { pool, request, now } = exchange;
  const accessToken = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (accessToken === undefined) {
    challenge(exchange, 400, 'invalid_request', NO_TOKEN);
    return;
  }
  const claims = await verifiedClaims(pool, accessToken, now);
  const scopes = String(claims?.['scope']).split(' ');
  if (claims !== undefined && !scopes.includes('openid')) {
    challenge(exchange, 401, 'invalid_token', NO_OPENID);
    return;
  }
  const user = claims && tokenUser(pool, claims);
  if (user === undefined) {
    challenge(exchange, 401, 'invalid_token', BAD_TOKEN);
    return;
  }
  const client = pool.client(String(claims?.['client_id'])) ?? { readAttributes: undefined };
  const attributes = visibleAttributes(user, client, scopes);
  sendJson(exchange, 200, { sub: user.sub, ...attributes, username: user.username });
}

async function verifiedClaims(
  pool: UserPool,
  accessToken: string,
  now: number,
): Promise<Record<string, unknown> | undefined> {
  try {
    const { kid, alg } = decodeProtectedHeader(accessToken);
    const key = pool.publishedKeys.find((each) => each.kid === kid);
    if (key === undefined || alg !== 'RS256') return undefined;
    const { payload } = await compactVerify(accessToken, key.publicJwk());
    const claims = JSON.parse(Buffer.from(payload).toString()) as Record<string, unknown>;
    const isCurrent = typeof claims['exp'] === 'number' && claims['exp'] * 1000 > now;
    return isCurrent && claims['token_use'] === 'access' ? claims : undefined;
  } catch {
    return undefined;
  }
}

function tokenUser(pool: UserPool, claims: Record<string, unknown>): PoolUser | undefined {
  const grant = pool.grants.get(String(claims['event_id']));
  return grant === undefined || grant.isRevoked ? undefined : pool.activeUser(grant);
}

function challenge(exchange: Exchange, status: number, error: string, description: string): void {
  sendJson(
    exchange,
    status,
    { error, error_description: description },
    { 'WWW-Authenticate': `error="${error}", error_description="${description}"` },
  );
}
