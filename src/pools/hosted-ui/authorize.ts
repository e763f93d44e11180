import type { Exchange } from '../exchange/exchange.js';
import { ensureXsrfToken } from '../exchange/xsrf.js';
import { startFederation } from './federation/federation.js';
import { toSignInPage } from './pages/sign-in-page.js';
import { answerClient, refuse } from './sign-in/answer-client.js';
import { readAuthorizationRequest } from './sign-in/authorization-request.js';
import { resumableSession } from './sign-in/browser-session.js';

/**
 * `GET /oauth2/authorize`: never a page. Back to the client if the browser session allows it, on to
 * the identity provider that was named, or to `/login` with the same query.
 *
 * A resumed sign-in has no nonce unless the client sent one, also where the first, federated one
 * had one of ours.
 */
export async function authorize(exchange: Exchange): Promise<void> {
  const request = readAuthorizationRequest(exchange);
  if (request === undefined) return;
  const { provider, prompts } = request;
  ensureXsrfToken(exchange);

  if (provider !== 'unavailable' && !prompts.includes('login')) {
    const named = typeof provider === 'object' ? provider.name : provider;
    const session = resumableSession(exchange, request.client, named);
    const user = session && exchange.pool.activeUser(session);
    if (session && user) {
      const { signedInAt } = session;
      await answerClient(exchange, request, { user, nonce: request.nonce, signedInAt });
      return;
    }
  }
  if (prompts.includes('none')) {
    refuse(exchange, request, 'login_required');
    return;
  }
  if (typeof provider === 'object') {
    await startFederation(exchange, request, provider);
    return;
  }
  toSignInPage(exchange, exchange.query);
}
