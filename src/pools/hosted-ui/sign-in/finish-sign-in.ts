import { randomUUID } from 'node:crypto';
import { answerUrl } from './authorization-request.js';
import { startBrowserSession } from './browser-session.js';
import { redirect, type Exchange } from '../../exchange/exchange.js';
import { mintTokens } from '../../model/tokens/mint.js';
import {
  dropOutdated,
  type AppClient,
  type AuthorizationRequest,
  type Grant,
  type PoolUser,
} from '../../model/pool-state.js';
import type { UserPool } from '../../model/user-pool.js';

const CODE_SECONDS = 300;
const REPLAY_MEMORY_MS = 3_600_000;

/**
 * Ends an interactive sign-in: a browser session starts, and the client gets what it asked for.
 *
 * @param provider `COGNITO`, or the provider the user came through
 * @param nonce for the ID token; after a federated sign-in it may be one we made up
 */
export async function finishSignIn(
  exchange: Exchange,
  request: AuthorizationRequest,
  { user, provider, nonce }: { user: PoolUser; provider: string; nonce: string | undefined },
): Promise<void> {
  startBrowserSession(exchange, { user, client: request.client, provider });
  await answerClient(exchange, request, { user, nonce, signedInAt: exchange.now });
}

/** Sends the browser back to the client with a code or, in the implicit flow, with tokens in the fragment. */
export async function answerClient(
  exchange: Exchange,
  request: AuthorizationRequest,
  { user, nonce, signedInAt }: { user: PoolUser; nonce: string | undefined; signedInAt: number },
): Promise<void> {
  const { pool, now } = exchange;
  const { client, scopes } = request;
  const grant = openGrant(pool, { client, user, scopes, signedInAt });
  const parameters =
    request.responseType === 'code'
      ? new URLSearchParams({ code: issueCode(exchange, request, grant, nonce) })
      : implicitAnswer(await mintTokens(pool, { client, grant, user, nonce, now }), client);
  if (request.state !== undefined) parameters.set('state', request.state);
  redirect(exchange, answerUrl(request, parameters));
}

/** Opens a grant, which every token of this sign-in will name. */
export function openGrant(
  pool: UserPool,
  {
    client,
    user,
    scopes,
    signedInAt,
    isFromApi = false,
  }: {
    client: AppClient;
    user: PoolUser;
    scopes: readonly string[];
    signedInAt: number;
    isFromApi?: boolean;
  },
): Grant {
  const grant = {
    eventId: randomUUID(),
    originJti: randomUUID(),
    clientId: client.id,
    username: user.username,
    sub: user.sub,
    scopes,
    isFromApi,
    authTime: Math.floor(signedInAt / 1000),
    isRevoked: false,
  };
  pool.grants.set(grant.eventId, grant);
  return grant;
}

function issueCode(
  { pool, now }: Exchange,
  { redirectUri, codeChallenge }: AuthorizationRequest,
  grant: Grant,
  nonce: string | undefined,
): string {
  dropOutdated(pool.codes, (each) => now > each.expiresAt + REPLAY_MEMORY_MS);
  const code = randomUUID();
  const expiresAt = now + CODE_SECONDS * 1000;
  pool.codes.set(code, { grant, redirectUri, codeChallenge, nonce, expiresAt, isUsed: false });
  return code;
}

function implicitAnswer(
  { idToken, accessToken }: { idToken: string | undefined; accessToken: string },
  client: AppClient,
): URLSearchParams {
  const parameters = new URLSearchParams(idToken === undefined ? {} : { id_token: idToken });
  parameters.set('access_token', accessToken);
  parameters.set('token_type', 'bearer');
  parameters.set('expires_in', String(client.accessTokenSeconds));
  return parameters;
}
