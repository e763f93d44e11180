import { redirect } from '../exchange/answers.js';
import type { Exchange } from '../exchange/exchange.js';
import { showMissingParameter, toErrorPage } from './pages/error-page.js';
import { withoutProvider, toSignInPage } from './pages/sign-in-page.js';
import { endBrowserSession } from './sign-in/browser-session.js';

/**
 * `GET /logout`: ends the pool's session in this browser, whatever else is wrong with the request,
 * and goes to a registered `logout_uri`; or, with `redirect_uri` and `response_type`, to the login
 * page. The identity provider's session stays. `state` does not come back;
 * `post_logout_redirect_uri` and `id_token_hint` are ignored.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
 */
export function logout(exchange: Exchange): void {
  const { pool, query } = exchange;
  endBrowserSession(exchange);
  const clientId = query.get('client_id');
  if (!clientId) {
    showMissingParameter(exchange, 'client_id');
    return;
  }
  const client = pool.client(clientId);
  if (client === undefined) {
    toErrorPage(exchange, 'invalid_request', clientId);
    return;
  }
  const logoutUri = query.get('logout_uri');
  if (logoutUri !== null && client.logoutUrls.includes(logoutUri)) {
    redirect(exchange, logoutUri);
    return;
  }
  const redirectUri = query.get('redirect_uri');
  if (!redirectUri || !query.get('response_type')) {
    showMissingParameter(exchange, redirectUri ? 'response_type' : 'redirect_uri');
    return;
  }
  if (!client.callbackUrls.includes(redirectUri)) {
    toErrorPage(exchange, 'redirect_mismatch', clientId);
    return;
  }
  const parameters = withoutProvider(query);
  parameters.delete('logout_uri');
  if (!parameters.get('scope')) parameters.set('scope', client.scopes.join(' '));
  toSignInPage(exchange, parameters);
}
