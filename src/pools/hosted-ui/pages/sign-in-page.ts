import { redirect, withQuery } from '../../exchange/answers.js';
import type { Exchange } from '../../exchange/exchange.js';
import { ensureXsrfToken } from '../../exchange/xsrf.js';
import type { AuthorizationRequest } from '../../model/pool-state.js';
import { showPage, type PageForm } from './pages.js';

const UNAVAILABLE = 'Login option is not available. Please try another one';

/**
 * Shows the sign-in page: a button per identity provider of the client, and the form for the pool's
 * own users where `COGNITO` is one. The form is there once; the classic pages have it twice, for
 * small and for large screens.
 */
export function showSignIn(
  exchange: Exchange,
  request: AuthorizationRequest,
  { error, status = 200 }: { error?: string; status?: number } = {},
): void {
  const { pool, form, now } = exchange;
  const offered = request.client.identityProviders;
  const xsrfToken = ensureXsrfToken(exchange);
  showPage(exchange, status, 'sign-in', {
    error,
    providers: [...pool.identityProviders.values()]
      .filter(({ name }) => offered.includes(name))
      .map(({ name }) => ({ name, form: providerForm(exchange, name) })),
    nativeForm: offered.includes('COGNITO')
      ? {
          action: withQuery(`${pool.domain}/login`, exchange.query),
          hidden: [
            { name: '_csrf', value: xsrfToken },
            { name: 'cognitoAsfData', value: '' },
            { name: 'shown_at', value: String(now) },
          ],
          username: form.get('username') ?? request.loginHint ?? '',
        }
      : undefined,
  });
}

/**
 * The 401 page, as the classic ones have it, for a provider that is unknown, not the client's, or
 * out of reach.
 */
export function showUnavailable(exchange: Exchange, request: AuthorizationRequest): void {
  showSignIn(exchange, request, { error: UNAVAILABLE, status: 401 });
}

/** Sends the browser to the sign-in page, with the query of an authorization request. */
export function toSignInPage(exchange: Exchange, query: URLSearchParams): void {
  redirect(exchange, withQuery(`${exchange.pool.domain}/login`, query));
}

/** The query of a request without the provider it names. */
export function withoutProvider(query: URLSearchParams): URLSearchParams {
  const others = new URLSearchParams(query);
  others.delete('identity_provider');
  others.delete('idp_identifier');
  return others;
}

function providerForm({ pool, query }: Exchange, provider: string): PageForm {
  const parameters = [['identity_provider', provider] as const, ...withoutProvider(query)];
  return {
    action: `${pool.domain}/oauth2/authorize`,
    hidden: parameters.map(([name, value]) => ({ name, value })),
  };
}
