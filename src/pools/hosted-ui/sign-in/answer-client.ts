import { randomUUID } from 'node:crypto';
import { redirect, withQuery } from '../../exchange/answers.js';
import type { Exchange } from '../../exchange/exchange.js';
import { openGrant } from '../../model/grants.js';
import {
  dropOutdated,
  type AppClient,
  type AuthorizationRequest,
  type Grant,
  type PoolUser,
} from '../../model/pool-state.js';
import { mintTokens } from '../../model/tokens/mint.js';
import { startBrowserSession } from './browser-session.js';

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

/**
 * Sends the browser back to the client with a code or, in the implicit flow, with tokens in the
 * fragment.
 */
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
  sendAnswer(exchange, request, parameters);
}

/** Where an answer to the client goes. */
type AnswerTarget = Pick<AuthorizationRequest, 'redirectUri' | 'state' | 'responseType'>;

/** Sends an error to the client: in the query, or in the fragment if it asked for tokens. */
export function refuse(
  exchange: Exchange,
  target: AnswerTarget,
  error: string,
  description?: string,
): undefined {
  const parameters = new URLSearchParams();
  if (description !== undefined) parameters.set('error_description', description);
  if (target.state !== undefined) parameters.set('state', target.state);
  parameters.set('error', error);
  sendAnswer(exchange, target, parameters);
}

function sendAnswer(
  exchange: Exchange,
  { redirectUri, responseType }: AnswerTarget,
  parameters: URLSearchParams,
): void {
  const isInFragment = responseType === 'token';
  redirect(
    exchange,
    isInFragment ? `${redirectUri}#${parameters.toString()}` : withQuery(redirectUri, parameters),
  );
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
