import type { Request, Response } from 'express';
import * as client from 'openid-client';
import { recogniseAuthorizationError } from '../../cognito/error-descriptions.js';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import { operatorHelp } from '../../errors/operator-help.js';
import { quoted } from '../../errors/strangers-words.js';
import type { Session } from '../../sessions/session.js';
import type { Established } from '../../sessions/sessions.js';
import type { IdTokenClaims } from '../../tokens/id-token.js';
import { queryOf } from '../../web/request/query.js';
import { requestIdOf } from '../../web/request/request-id.js';
import type { RelyingPartyContext } from '../context.js';
import type { LoginTransaction } from './transaction.js';
import { endSession, type EndedSession } from '../session/end.js';
import { redirectUri } from './login.js';
import { placesLeft } from '../logout/chain.js';
import { revokeTokens } from '../provider/revoke.js';
import { requireStepUp } from '../session/step-up.js';
import { withUserInfo } from '../provider/user-info.js';
import {
  scopesOf,
  sessionTokens,
  tokenEndpointError,
  type TokenResponse,
  verifiedIdToken,
  whoSignedIn,
} from '../provider/token-response.js';

/**
 * `GET /callback`: authorization response → login transaction → code exchange → verified ID token → new session → `return_to`.
 * @see OpenID Connect Core 1.0 sections 3.1.2.5 to 3.1.3.7; RFC 9207
 */
export async function callback(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
): Promise<void> {
  const parameters = authorizationResponse(context, req, res);
  // Taken before the exchange: a replayed callback must find nothing, even if this exchange fails.
  const transaction = context.transactions.take(req, res, parameters.get('state') ?? '');
  if (transaction === undefined || transaction.isExpired) {
    context.tellStrayError(parameters, res);
    return answerStray(context, req, res, transaction?.returnTo);
  }
  context.notesOf(req).returnTo = transaction.returnTo;

  const response = await exchangeCode(context, parameters, transaction, res);
  const { sessionId, session, claims } = await begin(context, req, response, transaction);
  context.sessionCookie.write(res, sessionId);
  context.lostSessions.begun(req, res, session);
  const replaced = await endPrevious(context, req, claims);
  await forgetSignOut(context, req, res, [replaced, session]);
  context.events.emit('login.succeeded', {
    requestId: requestIdOf(res),
    subject: session.subject,
    session: session.key,
    identityProvider: session.identityProvider,
  });
  res.redirect(302, transaction.returnTo);
}

export const MAX_PARAMETER_LENGTH = 4096;

/**
 * Hostile input: each parameter once, as text, of a sane length (RFC 6749 section 3.1), and of our OP if it says whose. What it
 * says of an error is told all the same, since it may be the only trace of the cause.
 */
function authorizationResponse(
  { issuer, tellStrayError }: RelyingPartyContext,
  req: Request,
  res: Response,
): URLSearchParams {
  const parameters = new URLSearchParams();
  let problem: string | undefined;
  for (const [name, value = ''] of Object.entries(queryOf(req))) {
    if (typeof value !== 'string' || value.length > MAX_PARAMETER_LENGTH) {
      problem = 'a parameter is repeated or too long';
    }
    parameters.set(name, [value].flat().join(' | ').slice(0, MAX_PARAMETER_LENGTH));
  }
  if ((parameters.get('iss') ?? issuer) !== issuer) problem ??= 'iss is another issuer';
  if (problem === undefined) return parameters;
  tellStrayError(parameters, res);
  throw new RelyingPartyError('callback_malformed', problem);
}

/**
 * No transaction fits: the back button, a second click, a bookmark, a slow user, another browser, or an attack. Who is signed
 * in goes on to the page they wanted; nobody is signed in or out.
 */
async function answerStray(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
  returnTo: string | undefined,
): Promise<void> {
  const session = await context.currentSession(req, res);
  if (session !== undefined) return res.redirect(302, returnTo ?? context.homePath);
  context.notesOf(req).returnTo = returnTo;
  throw new RelyingPartyError(
    'login_transaction_missing',
    returnTo === undefined
      ? 'no login transaction for this state'
      : 'the login transaction is too old',
  );
}

async function exchangeCode(
  context: RelyingPartyContext,
  parameters: URLSearchParams,
  { state, nonce, codeVerifier }: LoginTransaction,
  res: Response,
): Promise<TokenResponse> {
  const configuration = await context.provider.configuration();
  const missing = whatIsMissing(parameters, configuration.serverMetadata());
  if (missing !== undefined) {
    context.tellStrayError(parameters, res);
    throw new RelyingPartyError('callback_malformed', `unverified, the browser brought ${missing}`);
  }
  const currentUrl = new URL(`${redirectUri(context)}?${parameters.toString()}`);
  try {
    return await client.authorizationCodeGrant(configuration, currentUrl, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
    });
  } catch (error) {
    throw error instanceof client.AuthorizationResponseError
      ? authorizationError(error)
      : tokenEndpointError(error);
  }
}

/** Why the answer cannot be one to our request, before anybody else is asked about it (RFC 6749 section 4.1.2, RFC 9207). */
function whatIsMissing(
  parameters: URLSearchParams,
  { authorization_response_iss_parameter_supported: namesIssuer }: client.ServerMetadata,
): string | undefined {
  if (!parameters.get('code') && !parameters.get('error')) return 'neither code nor error';
  if (parameters.has('response') || parameters.has('id_token')) {
    return 'response or id_token, which nobody asked for';
  }
  return namesIssuer === true && !parameters.has('iss')
    ? 'no iss, although discovery announces it'
    : undefined;
}

/**
 * Recognised where it can be; the description, and what it means, are for the operator. Anybody can begin a sign-in and end it
 * with words of their own, so what the browser brought comes last, where it cannot pass for ours. It is not told more seldom than
 * that sign-ins fail, though: then a stranger could silence what the provider says to everybody else.
 */
function authorizationError(error: client.AuthorizationResponseError): RelyingPartyError {
  const code = recogniseAuthorizationError(error.error, error.error_description);
  const said = `${error.error}: ${error.error_description ?? 'no description'}`;
  const { cause, fix } = operatorHelp[code];
  const help = `${cause} | ${fix} | docs/errors/${code}.md`;
  const message = `${help} | unverified, the browser brought: ${quoted(said.trim())}`;
  return new RelyingPartyError(code, message, { cause: error });
}

/**
 * A sign-out that was interrupted is of no use any more; a session it could not end is still to be ended, and where it has not
 * been to is still to be visited, as is where the session before came from.
 */
async function forgetSignOut(
  { currentSignOut, logoutChains, places }: RelyingPartyContext,
  req: Request,
  res: Response,
  signIns: readonly (Pick<Session, 'identityProvider'> | undefined)[],
): Promise<void> {
  const { chain, unended } = (await currentSignOut(req, res)) ?? { chain: [], unended: [] };
  if (unended.length === 0) logoutChains.clear(res);
  else logoutChains.write(res, { chain: [], unended });
  const left = placesLeft(places.read(req) ?? [], chain);
  places.write(res, [...left, ...signIns.flatMap((signIn) => signIn?.identityProvider ?? [])]);
}

/**
 * Token response → verified ID token → new session. Where there can be none, as for a sign-in that is too old or a store that is
 * full, the one before goes on, and what came for the new one is given back; but not to an OP where both may hang on one grant.
 */
async function begin(
  context: RelyingPartyContext,
  req: Request,
  response: TokenResponse,
  transaction: LoginTransaction,
): Promise<Established & { claims: IdTokenClaims }> {
  try {
    const { nonce } = transaction;
    const idToken = await verifiedIdToken(context, response, nonce);
    requireStepUp(idToken, transaction, context.now());
    const claims = await withUserInfo(context, idToken, response.access_token);
    const first = { idToken: response.id_token!, refreshToken: undefined, nonce };
    const tokens = sessionTokens(response, first, context.now());
    const scopes = scopesOf(context, response, context.scope.split(' '));
    const who = whoSignedIn(context, claims, scopes, req.get('User-Agent'));
    await context.revokedSignIns.resume(who, claims.issuedAt);
    return { ...(await context.sessions.establish(who, tokens)), claims };
  } catch (error) {
    const mayShareGrant = !context.revokeReplaced && context.sessionCookie.read(req) !== undefined;
    const given = { refreshToken: response.refresh_token };
    if (!mayShareGrant) void revokeTokens(context, undefined, given);
    throw error;
  }
}

/** The browser's earlier session, if any, ends once the login that replaces it has one of its own. */
async function endPrevious(
  context: RelyingPartyContext,
  req: Request,
  { issuedAt }: IdTokenClaims,
): Promise<EndedSession['signIn']> {
  const sessionId = context.sessionCookie.read(req);
  if (sessionId === undefined) return undefined;
  const key = context.sessions.keyOf(sessionId);
  const found = context.sessions.findByKey(key).catch(() => undefined);
  // The new tokens may have the same `sid`, and are older than this end of the session before.
  const issuedBeforeSeconds = issuedAt - 1;
  const { signIn } = await endSession(context, { key, signIn: found }, 'replaced', {
    revoke: context.revokeReplaced,
    issuedBeforeSeconds,
  });
  return signIn;
}
