import type { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import * as client from 'openid-client';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import type { Session } from '../../sessions/session.js';
import { withinTimeLimit } from '../../sessions/time-limits.js';
import { requestIdOf } from '../../web/request/request-id.js';
import type { Addresses } from '../addresses.js';
import type { RelyingPartyEvents } from '../events.js';
import { reasonOf } from '../provider/calls/reason.js';
import type { Provider } from '../provider/discovery.js';
import type { IdentityProvider } from '../provider/identity-provider.js';
import type { LookAtProvider, ProviderPresence } from '../provider/presence.js';
import { requireNotLost, sessionOf, type CurrentSession } from '../session/current.js';
import { isBeyondAsking } from '../session/fresh.js';
import type { LostSessions } from '../session/lost-sessions.js';
import { isStepUp, type StepUp } from '../session/step-up.js';
import { timeLeft } from '../../sessions/time-left.js';
import type { Pages } from '../session/pages.js';
import type { AuthorizationUrl } from './authorization-request.js';
import { chooseProvider } from './choose-provider.js';
import { movedToBaseUrl, readLoginRequest, type LoginRequest } from './request.js';
import type { LoginTransactions } from './transaction.js';

export interface LoginOptions extends Addresses {
  readonly redirectUri: string;
  readonly scope: string;
  /** The OP is a Cognito user pool and speaks Cognito's dialect. */
  readonly isUserPool: boolean;
  readonly identityProviders: readonly IdentityProvider[];
  readonly now: () => number;
  readonly events: EventEmitter<RelyingPartyEvents>;
  readonly provider: Pick<Provider, 'configuration'>;
  readonly providerPresence: LookAtProvider;
  readonly authorizationUrl: AuthorizationUrl;
  readonly transactions: LoginTransactions;
  readonly currentSession: CurrentSession;
  readonly lostSessions: Pick<LostSessions, 'wasMissed'>;
  readonly pages: Pages;
}

/**
 * `GET /login`: one identity provider, or one named, goes straight to the authorization endpoint;
 * several get our own sign-in page. Who is signed in already goes to the page they wanted, unless
 * it asks for more than that, or might: of some sign-ins the OP cannot say any more whether they
 * hold.
 */
export async function login(options: LoginOptions, req: Request, res: Response): Promise<void> {
  const { identityProviders, currentSession, now } = options;
  const request = readLoginRequest(req, options);
  const moved = movedToBaseUrl(options, req, request);
  if (moved !== undefined) return res.redirect(302, moved.href);
  const { provider, returnTo, stepUp } = request;
  if (provider !== undefined) return sendToProvider(options, req, res, request, provider);
  const found = await currentSession(req, res);
  const session = sessionOf(found);
  refuseIfMissed(options, req, session);
  requireNotLost(found);
  const isEnough = session !== undefined && !isStepUp(stepUp) && !isBeyondAsking(session, now());
  if (isEnough) return res.redirect(302, returnTo);
  return identityProviders.length > 1
    ? chooseProvider(options, req, res, request)
    : sendToProvider(options, req, res, request, identityProviders[0]);
}

/** A session that no process but one knows would lead from here to the page and back for ever. */
function refuseIfMissed(
  { lostSessions }: Pick<LoginOptions, 'lostSessions'>,
  req: Request,
  session: Session | undefined,
): void {
  if (session === undefined || !lostSessions.wasMissed(req, session.key)) return;
  throw new RelyingPartyError(
    'session_lost',
    'this process knows a session that another one does not: store, secrets or clocks differ',
  );
}

/**
 * The authorization request: PKCE S256, nonce and state on every one (RFC 9700 section 2.1; OpenID
 * Connect Core 3.1.2.1).
 */
async function sendToProvider(
  options: LoginOptions,
  req: Request,
  res: Response,
  { returnTo, email, stepUp }: LoginRequest,
  identityProvider: IdentityProvider | undefined,
): Promise<void> {
  await requireProvider(options, req);
  const transaction = options.transactions.begin(req, res, returnTo, stepUp);
  // Discovery is asked again: that look may have found that the OP has moved.
  const parameters = {
    redirect_uri: options.redirectUri,
    scope: options.scope,
    state: transaction.state,
    nonce: transaction.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(transaction.codeVerifier),
    code_challenge_method: 'S256',
    ...(identityProvider && options.isUserPool && { identity_provider: identityProvider.name }),
    ...(email !== undefined && { login_hint: email }),
    // Cognito's managed login knows `prompt`, and not every plan `max_age`; the callback checks
    // what came of it.
    ...(stepUp.maxAgeSeconds !== undefined && { max_age: String(stepUp.maxAgeSeconds) }),
    ...promptOf(options, stepUp),
    ...(stepUp.acrValues !== undefined && { acr_values: stepUp.acrValues }),
  };
  const url = await options.authorizationUrl(parameters, () => timeLeft(req));
  options.events.emit('login.started', {
    requestId: requestIdOf(res),
    identityProvider: identityProvider?.name,
  });
  res.redirect(302, url.href);
}

/**
 * Better a page of ours than the browser's own about a connection that failed.
 * @throws {RelyingPartyError} `provider_unavailable`, and whatever else discovery may say
 */
async function requireProvider(
  { provider, providerPresence }: LoginOptions,
  req: Request,
): Promise<void> {
  // Says why, where there is none. From here on the request's time is counted.
  await provider.configuration({ waitMs: timeLeft(req) });
  // Who says nothing for as long as a request may wait is silent; the look goes on, for those who
  // come next.
  const presence = await withinTimeLimit(providerPresence(), timeLeft(req)).catch(
    (): ProviderPresence => 'silent',
  );
  if (presence !== 'no-one-there') return;
  const cause = providerPresence.lastFailure();
  const message = `token endpoint: no connection: ${reasonOf(cause)}`;
  throw new RelyingPartyError('provider_unavailable', message, { cause });
}

/**
 * A password to be given anew; and consent, without which an OP ignores `offline_access` and gives
 * no refresh token. A user pool has neither that scope nor a consent to give.
 * @see OpenID Connect Core 1.0 sections 3.1.2.1 and 11
 */
function promptOf(
  { isUserPool, scope }: Pick<LoginOptions, 'isUserPool' | 'scope'>,
  { maxAgeSeconds }: StepUp,
): { readonly prompt?: string } {
  const wantsConsent = !isUserPool && scope.split(' ').includes('offline_access');
  const prompts = [
    ...(maxAgeSeconds === undefined ? [] : ['login']),
    ...(wantsConsent ? ['consent'] : []),
  ];
  return prompts.length === 0 ? {} : { prompt: prompts.join(' ') };
}
