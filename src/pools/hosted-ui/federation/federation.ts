import { randomUUID } from 'node:crypto';
import { readCookie } from '../../../web/cookies.js';
import { redirect, withQuery } from '../../exchange/answers.js';
import { clearPoolCookie, setPoolCookie } from '../../exchange/cookies.js';
import type { Exchange } from '../../exchange/exchange.js';
import { makeFederationState, makeNonce } from '../../model/identifiers.js';
import {
  dropOutdated,
  type AuthorizationRequest,
  type IdentityProvider,
  type PendingFederation,
} from '../../model/pool-state.js';
import { toErrorPage } from '../pages/error-page.js';
import { showUnavailable, withoutProvider, toSignInPage } from '../pages/sign-in-page.js';
import { finishSignIn, refuse } from '../sign-in/answer-client.js';
import { updateFederatedUser } from './federated-user.js';
import {
  discoverUpstream,
  exchangeUpstreamCode,
  networkError,
  readUpstreamUserInfo,
  UpstreamError,
  verifyUpstreamIdToken,
} from './upstream.js';

const STATE_SECONDS = 300;
const LATE_MEMORY_MS = 3_600_000;
const COOKIES = ['csrf-state', 'csrf-state-legacy'];

/**
 * Sends the browser to the identity provider: our own nonce, no PKCE, a `state` that only this
 * browser may bring back. A provider is asked for its discovery document each time, so that a
 * change there shows at once. A provider whose discovery fails is an unavailable login option.
 */
export async function startFederation(
  exchange: Exchange,
  request: AuthorizationRequest,
  provider: IdentityProvider,
): Promise<void> {
  const { pool, now } = exchange;
  const metadata = await discoverUpstream(provider, issuerUrlOf(exchange, provider)).catch(
    () => undefined,
  );
  if (metadata === undefined) {
    showUnavailable(exchange, request);
    return;
  }
  // Kept while present, so that sign-ins in two tabs can both come back.
  const browser = readCookie(exchange.request, 'csrf-state') || randomUUID();
  const state = makeFederationState();
  for (const name of [...COOKIES, attemptCookie(state)]) {
    setPoolCookie(exchange, name, browser, STATE_SECONDS);
  }
  const nonce = makeNonce();
  dropOutdated(pool.pendingFederations, (each) => now > each.startedAt + LATE_MEMORY_MS);
  pool.pendingFederations.set(state, {
    request,
    query: exchange.query,
    provider,
    nonce,
    browser,
    startedAt: now,
  });

  const parameters = new URLSearchParams({
    client_id: provider.clientId,
    redirect_uri: redirectUriOf(exchange),
    response_type: 'code',
    scope: provider.scopes,
    state,
    nonce,
  });
  if (request.loginHint !== undefined) parameters.set('login_hint', request.loginHint);
  const prompts = request.prompts.filter((prompt) => prompt !== 'none');
  if (prompts.length > 0) parameters.set('prompt', prompts.join(' '));
  redirect(exchange, withQuery(metadata.authorizationEndpoint, parameters));
}

/**
 * `GET /oauth2/idpresponse`: the provider's answer. The state works once, for five minutes, in the
 * browser that left with it; what the provider says is verified before anybody is signed in.
 * Failures after that go to the client.
 */
export async function idpResponse(exchange: Exchange): Promise<void> {
  const { pool, now } = exchange;
  const pending = takePending(exchange);
  if (pending === undefined) {
    toErrorPage(exchange, 'Invalid state');
    return;
  }
  const { request, provider } = pending;
  if (now > pending.startedAt + STATE_SECONDS * 1000) {
    // Naming the provider again would start the next attempt by itself; the user is to see what
    // happened.
    toSignInPage(exchange, withoutProvider(pending.query));
    return;
  }
  try {
    const claims = await claimsFromProvider(exchange, pending);
    const user = updateFederatedUser(pool, request.client, provider, claims, now);
    // Without a nonce from the client, the ID token shows the one we made up for the provider.
    const nonce = request.nonce ?? pending.nonce;
    await finishSignIn(exchange, request, { user, provider: provider.name, nonce });
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    refuse(exchange, request, error.error, error.description);
  }
}

function takePending(exchange: Exchange): PendingFederation | undefined {
  const { pool, query, request } = exchange;
  const state = query.get('state') ?? '';
  const pending = pool.pendingFederations.get(state);
  const names = [...COOKIES, attemptCookie(state)];
  const isThisBrowser = names.some((name) => readCookie(request, name) === pending?.browser);
  if (pending === undefined || !isThisBrowser) return undefined;
  pool.pendingFederations.delete(state);
  clearPoolCookie(exchange, attemptCookie(state));
  const { browser } = pending;
  const isLast = ![...pool.pendingFederations.values()].some((each) => each.browser === browser);
  if (isLast) for (const name of COOKIES) clearPoolCookie(exchange, name);
  return pending;
}

/**
 * One for each attempt: of two tabs that begin in the same instant the second overwrites the
 * documented cookies.
 */
const attemptCookie = (state: string): string => `csrf-state-${state.slice(0, 8)}`;

/** Claims of the ID token and of userInfo together; userInfo wins. */
async function claimsFromProvider(
  exchange: Exchange,
  { provider, nonce }: PendingFederation,
): Promise<Record<string, unknown>> {
  const { query, now } = exchange;
  const error = query.get('error');
  if (error !== null) {
    const description = query.get('error_description');
    const reason = description === null ? error : `${error} ${description}`;
    throw new UpstreamError(error, `${provider.name} Error - ${reason}`);
  }
  const issuerUrl = issuerUrlOf(exchange, provider);
  const metadata = await discoverUpstream(provider, issuerUrl).catch((cause: unknown) => {
    throw networkError('Read timed out', cause);
  });
  const { idToken, accessToken } = await exchangeUpstreamCode(provider, metadata, {
    code: query.get('code') ?? '',
    redirectUri: redirectUriOf(exchange),
  });
  const idTokenClaims = await verifyUpstreamIdToken(provider, metadata, idToken, { nonce, now });
  const { sub } = idTokenClaims;
  if (sub === undefined || sub === '') {
    throw new UpstreamError('invalid_request', 'username attribute mapping required');
  }
  return {
    ...idTokenClaims,
    ...(await readUpstreamUserInfo(provider, metadata, accessToken, sub)),
  };
}

/** A pool of ours is asked where it is, also if its issuer imitates AWS. */
function issuerUrlOf({ runtime }: Exchange, { issuer }: IdentityProvider): string {
  return runtime.pools.find((pool) => pool.issuer === issuer)?.issuerUrl ?? issuer;
}

const redirectUriOf = ({ pool }: Exchange): string => `${pool.domain}/oauth2/idpresponse`;
