import type { Exchange } from '../../exchange/exchange.js';
import { hasValidXsrfToken } from '../../exchange/xsrf.js';
import type { AppClient, AuthorizationRequest } from '../../model/pool-state.js';
import type { UserPool } from '../../model/user-pool.js';
import { showError, showMissingParameter, toErrorPage } from '../pages/error-page.js';
import { refuse } from './answer-client.js';

/**
 * Reads an authorization request from the query of `/oauth2/authorize` or `/login`, which check it
 * the same way.
 *
 * Order and answers are Cognito's. `state` comes back between `error_description` and `error`; a
 * scope problem is `invalid_request` with the description `invalid_scope`. Parameters of other
 * OpenID providers (`max_age`, `claims`, `response_mode`, `resource` …) are ignored, as the classic
 * pages do.
 *
 * @returns `undefined` when the request was refused; the answer has been sent then
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
 */
export function readAuthorizationRequest(exchange: Exchange): AuthorizationRequest | undefined {
  const { pool, query } = exchange;
  const registration = readRegistration(exchange);
  if (registration === undefined) return undefined;
  const { client, redirectUri } = registration;

  const responseType = query.get('response_type');
  const state = query.get('state') ?? undefined;
  const target = {
    redirectUri,
    state,
    responseType: responseType === 'token' ? 'token' : 'code',
  } as const;
  if (responseType !== 'code' && responseType !== 'token') {
    return refuse(exchange, target, 'invalid_request');
  }
  const codeChallenge = query.get('code_challenge') ?? undefined;
  const method = query.get('code_challenge_method') ?? undefined;
  if ((codeChallenge !== undefined || method !== undefined) && method !== 'S256') {
    return refuse(exchange, target, 'invalid_request');
  }
  if (!client.flows.includes(responseType === 'code' ? 'code' : 'implicit')) {
    return refuse(exchange, target, 'unauthorized_client');
  }
  const scopes = grantableScopes(query.get('scope'), client);
  if (scopes === undefined) return refuse(exchange, target, 'invalid_request', 'invalid_scope');

  return {
    ...target,
    client,
    scopes,
    codeChallenge,
    nonce: query.get('nonce') ?? undefined,
    loginHint: query.get('login_hint') ?? undefined,
    prompts: (query.get('prompt') ?? '').split(' ').filter(Boolean),
    provider: requestedProvider(pool, client, query),
  };
}

/**
 * The request behind a form that was sent in; `undefined` also when the form was on no page of
 * ours.
 */
export function readSubmittedRequest(exchange: Exchange): AuthorizationRequest | undefined {
  const request = readAuthorizationRequest(exchange);
  if (request === undefined || hasValidXsrfToken(exchange)) return request;
  return showError(exchange, 'Invalid CSRF token');
}

// What a client looks like on a managed login domain before it has a branding style.
const NO_BRANDING = 'Login pages unavailable. Please contact an administrator.';

// A client or redirect URI we do not know: the answer must stay here (RFC 6749, section 4.1.2.1).
function readRegistration(
  exchange: Exchange,
): { client: AppClient; redirectUri: string } | undefined {
  const { pool, query } = exchange;
  const clientId = query.get('client_id');
  if (!clientId) return showMissingParameter(exchange, 'client_id');
  const client = pool.client(clientId);
  const redirectUri = query.get('redirect_uri') || client?.defaultRedirectUri;
  if (!redirectUri) return showMissingParameter(exchange, 'redirect_uri');

  if (client === undefined) return toErrorPage(exchange, 'invalid_request', clientId);
  if (!client.callbackUrls.includes(redirectUri)) {
    return toErrorPage(exchange, 'redirect_mismatch', clientId);
  }
  if (pool.mainDomain?.managedLoginVersion === 2 && !pool.brandings.has(clientId)) {
    return showError(exchange, NO_BRANDING, 403);
  }
  return { client, redirectUri };
}

function grantableScopes(
  requested: string | null,
  client: AppClient,
): readonly string[] | undefined {
  const scopes = (requested ?? '').split(' ').filter(Boolean);
  if (scopes.length === 0) return client.scopes;
  const needOpenid = scopes.some((scope) => ['email', 'phone', 'profile'].includes(scope));
  if (needOpenid && !scopes.includes('openid')) return undefined;
  return scopes.every((scope) => client.scopes.includes(scope)) ? scopes : undefined;
}

function requestedProvider(
  pool: UserPool,
  client: AppClient,
  query: URLSearchParams,
): AuthorizationRequest['provider'] {
  const name = query.get('identity_provider');
  const identifier = query.get('idp_identifier');
  if (!name && !identifier) return undefined;
  if (name === 'COGNITO') return client.identityProviders.includes(name) ? name : 'unavailable';
  const provider = [...pool.identityProviders.values()].find((each) =>
    name ? each.name === name : each.identifiers.includes(identifier ?? ''),
  );
  return provider && client.identityProviders.includes(provider.name) ? provider : 'unavailable';
}
