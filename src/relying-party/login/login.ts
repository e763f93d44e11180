import type { Request, Response } from 'express';
import * as client from 'openid-client';
import type { IdentityProvider } from '../provider/identity-provider.js';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import type { Session } from '../../sessions/session.js';
import { withinTimeLimit } from '../../sessions/time-limits.js';
import { requestIdOf } from '../../web/request/request-id.js';
import { movedToBaseUrl } from './base-url-move.js';
import { chooseProvider } from './choose-provider.js';
import type { RelyingPartyContext } from '../context.js';
import { isBeyondAsking } from '../session/fresh.js';
import { requireNotLost } from '../session/lost-sessions.js';
import { readLoginRequest, type LoginRequest } from './request.js';
import type { ProviderPresence } from '../provider/presence.js';
import { reasonOf } from '../provider/calls/reason.js';
import { isStepUp, type StepUp } from '../session/step-up.js';
import { timeLeft } from '../session/time-left.js';

/**
 * `GET /login`: one identity provider, or one named, goes straight to the authorization endpoint; several get our own
 * sign-in page. Who is signed in already goes to the page they wanted, unless it asks for more than that, or might: of some
 * sign-ins the OP cannot say any more whether they hold.
 */
export async function login(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
): Promise<void> {
  const { identityProviders } = context;
  const request = readLoginRequest(req, context);
  const moved = movedToBaseUrl(context, req, request);
  if (moved !== undefined) return res.redirect(302, moved.href);
  const { provider, returnTo, stepUp } = request;
  if (provider !== undefined) return sendToProvider(context, req, res, request, provider);
  const session = await context.currentSession(req, res);
  refuseIfLost(context, req, session);
  const isEnough =
    session !== undefined && !isStepUp(stepUp) && !isBeyondAsking(session, context.now());
  if (isEnough) return res.redirect(302, returnTo);
  return identityProviders.length > 1
    ? chooseProvider(context, req, res, request)
    : sendToProvider(context, req, res, request, identityProviders[0]);
}

/** A session that no process but one knows would lead from here to the page and back for ever. */
function refuseIfLost(
  { lostSessions, notesOf }: RelyingPartyContext,
  req: Request,
  session: Session | undefined,
): void {
  if (session !== undefined && lostSessions.wasMissed(req, session.key)) {
    throw new RelyingPartyError(
      'session_lost',
      'this process knows a session that another one does not: store, secrets or clocks differ',
    );
  }
  requireNotLost(notesOf(req));
}

/** The authorization request: PKCE S256, nonce and state on every one (RFC 9700 section 2.1; OpenID Connect Core 3.1.2.1). */
async function sendToProvider(
  context: RelyingPartyContext,
  req: Request,
  res: Response,
  { returnTo, email, stepUp }: LoginRequest,
  identityProvider: IdentityProvider | undefined,
): Promise<void> {
  // Says why, where there is none. From here on the request's time is counted.
  await context.provider.configuration({ waitMs: timeLeft(req) });
  if ((await presenceInTime(context, req)) === 'no-one-there') {
    const failure = context.providerPresence.lastFailure();
    throw new RelyingPartyError(
      'provider_unavailable',
      `token endpoint: no connection: ${reasonOf(failure)}`,
      { cause: failure },
    );
  }
  const transaction = context.transactions.begin(req, res, returnTo, stepUp);
  // Discovery is asked again: that look may have found that the OP has moved.
  const parameters = {
    redirect_uri: redirectUri(context),
    scope: context.scope,
    state: transaction.state,
    nonce: transaction.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(transaction.codeVerifier),
    code_challenge_method: 'S256',
    ...(identityProvider && context.isUserPool && { identity_provider: identityProvider.name }),
    ...(email !== undefined && { login_hint: email }),
    // Cognito's managed login knows `prompt`, and not every plan `max_age`; the callback checks what came of it.
    ...(stepUp.maxAgeSeconds !== undefined && { max_age: String(stepUp.maxAgeSeconds) }),
    ...promptOf(context, stepUp),
    ...(stepUp.acrValues !== undefined && { acr_values: stepUp.acrValues }),
  };
  const url = await context.authorizationUrl(parameters, () => timeLeft(req));
  context.events.emit('login.started', {
    requestId: requestIdOf(res),
    identityProvider: identityProvider?.name,
  });
  res.redirect(302, url.href);
}

/**
 * A password to be given anew; and consent, without which an OP ignores `offline_access` and gives no refresh token. A user pool
 * has neither that scope nor a consent to give.
 * @see OpenID Connect Core 1.0 sections 3.1.2.1 and 11
 */
function promptOf(
  { isUserPool, scope }: RelyingPartyContext,
  { maxAgeSeconds }: StepUp,
): { readonly prompt?: string } {
  const wantsConsent = !isUserPool && scope.split(' ').includes('offline_access');
  const prompts = [
    ...(maxAgeSeconds === undefined ? [] : ['login']),
    ...(wantsConsent ? ['consent'] : []),
  ];
  return prompts.length === 0 ? {} : { prompt: prompts.join(' ') };
}

/** Who says nothing for as long as a request may wait is silent; the look goes on, for those who come next. */
async function presenceInTime(
  { providerPresence }: RelyingPartyContext,
  req: Request,
): Promise<ProviderPresence> {
  return withinTimeLimit(providerPresence(), timeLeft(req)).catch(() => 'silent');
}

/** The same at both ends, and never from the Host header. */
export function redirectUri({ baseUrl, basePath }: RelyingPartyContext): string {
  return `${baseUrl}${basePath}/callback`;
}
