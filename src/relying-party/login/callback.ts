import type { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import * as client from 'openid-client';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import type { Session } from '../../sessions/session.js';
import type { Established, Sessions } from '../../sessions/sessions.js';
import type { IdTokenClaims } from '../../tokens/id-token.js';
import { requestIdOf } from '../../web/request/request-id.js';
import type { Addresses } from '../addresses.js';
import type { RelyingPartyEvents } from '../events.js';
import { placesLeft, type BrowserMemory } from '../logout/memory.js';
import type { CurrentSignOut } from '../logout/unended.js';
import type { Provider } from '../provider/discovery.js';
import type { RevokeTokens } from '../provider/revoke.js';
import type { SignInReader } from '../provider/token-response.js';
import { tokenEndpointError } from '../provider/token-endpoint-error.js';
import { sessionTokens, type TokenResponse } from '../provider/token-response.js';
import type { SessionCookie } from '../session/cookie.js';
import { sessionOf, type CurrentSession } from '../session/current.js';
import type { EndedSession, SessionEnds } from '../session/end.js';
import type { LostSessions } from '../session/lost-sessions.js';
import type { RevokedSignIns } from '../session/revoked-sign-ins.js';
import { requireStepUp } from '../session/step-up.js';
import {
  authorizationError,
  readAuthorizationResponse,
  whatIsMissing,
} from './authorization-response.js';
import type { Wishes } from './return-to.js';
import type { TellStrayError } from './stray-errors.js';
import type { LoginTransaction, LoginTransactions } from './transaction.js';

export interface CallbackOptions extends Addresses {
  readonly redirectUri: string;
  readonly issuer: string;
  readonly scope: string;
  /** A sign-in that another replaces in the same browser ends at the OP too. */
  readonly revokeReplaced: boolean;
  readonly now: () => number;
  readonly events: EventEmitter<RelyingPartyEvents>;
  readonly provider: Pick<Provider, 'configuration'>;
  readonly signIns: SignInReader;
  readonly revokeTokens: RevokeTokens;
  readonly sessions: Pick<Sessions, 'establish' | 'keyOf'>;
  readonly cookie: SessionCookie;
  readonly currentSession: CurrentSession;
  readonly ends: SessionEnds;
  readonly revokedSignIns: Pick<RevokedSignIns, 'resume'>;
  readonly lostSessions: Pick<LostSessions, 'begun'>;
  readonly memory: BrowserMemory;
  readonly currentSignOut: CurrentSignOut;
  readonly transactions: LoginTransactions;
  readonly tellStrayError: TellStrayError;
  readonly wishes: Wishes;
}

/**
 * `GET /callback`: authorization response → login transaction → code exchange → verified ID token →
 * new session → `return_to`.
 * @see OpenID Connect Core 1.0 sections 3.1.2.5 to 3.1.3.7; RFC 9207
 */
export async function callback(
  options: CallbackOptions,
  req: Request,
  res: Response,
): Promise<void> {
  const { transactions, tellStrayError, wishes, lostSessions, events } = options;
  const parameters = readAuthorizationResponse(options.issuer, tellStrayError, req, res);
  // Taken before the exchange: a replayed callback must find nothing, even if this exchange fails.
  const transaction = transactions.take(req, res, parameters.get('state') ?? '');
  if (transaction === undefined || transaction.isExpired) {
    tellStrayError(parameters, res);
    return answerStray(options, req, res, transaction?.returnTo);
  }
  wishes.set(req, { returnTo: transaction.returnTo });

  const response = await exchangeCode(options, parameters, transaction, res);
  const { sessionId, session, claims } = await establishSession(
    options,
    req,
    response,
    transaction,
  );
  options.cookie.write(res, sessionId);
  lostSessions.begun(req, res, session);
  const replaced = await endReplaced(options, req, claims);
  await forgetSignOut(options, req, res, [replaced, session]);
  events.emit('login.succeeded', {
    requestId: requestIdOf(res),
    subject: session.subject,
    session: session.key,
    identityProvider: session.identityProvider,
  });
  res.redirect(302, transaction.returnTo);
}

/**
 * No transaction fits: the back button, a second click, a bookmark, a slow user, another browser,
 * or an attack. Who is signed in goes on to the page they wanted; nobody is signed in or out.
 */
async function answerStray(
  { currentSession, homePath, wishes }: CallbackOptions,
  req: Request,
  res: Response,
  returnTo: string | undefined,
): Promise<void> {
  const session = sessionOf(await currentSession(req, res));
  if (session !== undefined) return res.redirect(302, returnTo ?? homePath);
  if (returnTo !== undefined) wishes.set(req, { returnTo });
  throw new RelyingPartyError(
    'login_transaction_missing',
    returnTo === undefined
      ? 'no login transaction for this state'
      : 'the login transaction is too old',
  );
}

async function exchangeCode(
  options: CallbackOptions,
  parameters: URLSearchParams,
  { state, nonce, codeVerifier }: LoginTransaction,
  res: Response,
): Promise<TokenResponse> {
  const configuration = await options.provider.configuration();
  const missing = whatIsMissing(parameters, configuration.serverMetadata());
  if (missing !== undefined) {
    options.tellStrayError(parameters, res);
    throw new RelyingPartyError('callback_malformed', `unverified, the browser brought ${missing}`);
  }
  const currentUrl = new URL(`${options.redirectUri}?${parameters.toString()}`);
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

/**
 * Token response → verified ID token → new session. Where there can be none, as for a sign-in that
 * is too old or a store that is full, the one before goes on, and what came for the new one is
 * given back; but not to an OP where both may hang on one grant.
 */
async function establishSession(
  { now, signIns, sessions, revokedSignIns, cookie, ...options }: CallbackOptions,
  req: Request,
  response: TokenResponse,
  transaction: LoginTransaction,
): Promise<Established & { claims: IdTokenClaims }> {
  try {
    const { nonce } = transaction;
    const idToken = await signIns.verifyIdToken(response, nonce);
    requireStepUp(idToken, transaction, now());
    const claims = await signIns.addUserInfo(idToken, response.access_token);
    const first = { idToken: response.id_token!, refreshToken: undefined, nonce };
    const tokens = sessionTokens(response, first, now());
    const scopes = signIns.scopesOf(response, options.scope.split(' '));
    const who = signIns.describe(claims, scopes, req.get('User-Agent'));
    await revokedSignIns.resume(who, claims.issuedAt);
    return { ...(await sessions.establish(who, tokens)), claims };
  } catch (error) {
    const mayShareGrant = !options.revokeReplaced && cookie.read(req) !== undefined;
    const given = { refreshToken: response.refresh_token };
    if (!mayShareGrant) void options.revokeTokens(undefined, given);
    throw error;
  }
}

/**
 * The browser's earlier session, if any, ends once the login that replaces it has one of its own.
 */
async function endReplaced(
  { cookie, sessions, ends, revokeReplaced }: CallbackOptions,
  req: Request,
  { issuedAt }: IdTokenClaims,
): Promise<EndedSession['signIn']> {
  const sessionId = cookie.read(req);
  if (sessionId === undefined) return undefined;
  // The new tokens may have the same `sid`, and are older than this end of the session before.
  const end = { revoke: revokeReplaced, issuedBeforeSeconds: issuedAt - 1 };
  return (await ends.one(sessions.keyOf(sessionId), 'replaced', end)).signIn;
}

/**
 * A sign-out that was interrupted is of no use any more; a session it could not end is still to be
 * ended, and where it has not been to is still to be visited, as is where the session before came
 * from.
 */
async function forgetSignOut(
  { currentSignOut, memory }: CallbackOptions,
  req: Request,
  res: Response,
  signIns: readonly (Pick<Session, 'identityProvider'> | undefined)[],
): Promise<void> {
  const signOut = await currentSignOut(req, res);
  const { unended } = signOut ?? { unended: [] };
  if (unended.length === 0) memory.signOut.clear(res);
  else memory.signOut.write(res, { chain: [], unended });
  const left = placesLeft(memory, req, signOut) ?? [];
  const places = signIns.flatMap((signIn) => signIn?.identityProvider ?? []);
  memory.places.write(res, [...left, ...places]);
}
