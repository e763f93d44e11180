import { redirect } from '../../exchange/answers.js';
import type { Exchange } from '../../exchange/exchange.js';
import { showPage } from './pages.js';

const GENERIC = 'An error was encountered with the requested page.';

/** `GET /error`: the page requests end at that must not go back to the client. Always 400. */
export function errorPage(exchange: Exchange): void {
  showError(exchange, exchange.query.get('error')?.slice(0, 200));
}

/** Sends the browser to the pool's own error page. */
export function toErrorPage(exchange: Exchange, error: string, clientId?: string): undefined {
  const client = clientId === undefined ? '' : `&client_id=${encodeURIComponent(clientId)}`;
  redirect(exchange, `${exchange.pool.domain}/error?error=${encodeURIComponent(error)}${client}`);
}

/** Answers with the error page where the browser is. */
export function showError(exchange: Exchange, error: string | undefined, status = 400): undefined {
  showPage(exchange, status, 'error', { message: GENERIC, error });
}

/** The classic pages' answer when a parameter is absent. */
export function showMissingParameter(exchange: Exchange, parameter: string): undefined {
  showError(exchange, `Required String parameter '${parameter}' is not present`);
}
