import { sendJson } from '../exchange/answers.js';
import type { Exchange } from '../exchange/exchange.js';
import { signedClaims, tokenUser } from '../model/tokens/access-tokens.js';
import { visibleAttributes } from '../model/tokens/visible-attributes.js';

const NO_TOKEN = 'Bad OAuth2 request at UserInfo Endpoint';
const BAD_TOKEN =
  'Access token is expired, disabled, or deleted, or the user has globally signed out.';
const NO_OPENID = 'Access token does not contain openid scope';

/**
 * `GET /oauth2/userInfo`: attributes as strings, booleans too, and a `username` no standard knows.
 * Unlike offline verification it notices revocation, global sign-out, and disabled or deleted
 * users.
 *
 * Errors are in `WWW-Authenticate` (without the word `Bearer`, as AWS documents it) and in a JSON
 * body.
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
  const signed = await signedClaims(pool, accessToken);
  const claims = signed && signed.expiresAt > now ? signed : undefined;
  if (claims !== undefined && !claims.scopes.includes('openid')) {
    challenge(exchange, 401, 'invalid_token', NO_OPENID);
    return;
  }
  const user = claims && tokenUser(pool, claims);
  if (claims === undefined || user === undefined) {
    challenge(exchange, 401, 'invalid_token', BAD_TOKEN);
    return;
  }
  const client = pool.client(claims.clientId) ?? { readAttributes: undefined };
  const attributes = visibleAttributes(user, client, claims.scopes);
  sendJson(exchange, 200, { sub: user.sub, ...attributes, username: user.username });
}

function challenge(exchange: Exchange, status: number, error: string, description: string): void {
  sendJson(
    exchange,
    status,
    { error, error_description: description },
    { 'WWW-Authenticate': `error="${error}", error_description="${description}"` },
  );
}
