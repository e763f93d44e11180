import { randomUUID } from 'node:crypto';
import type { Exchange } from './exchange.js';

/** A URL with parameters attached, form-encoded (a blank is `+`). */
export function withQuery(url: string, parameters: URLSearchParams): string {
  return `${url}${url.includes('?') ? '&' : '?'}${parameters.toString()}`;
}

/** Sends the browser on. The URL must be ours or registered. */
export function redirect({ response }: Exchange, location: string): void {
  // Express's own redirect would re-encode the URL and add a body; Cognito does neither.
  response.status(302).set({ Location: location, 'Cache-Control': 'no-store' }).end();
}

/**
 * Answers in JSON with the headers of Cognito's OAuth endpoints (`Strict-Transport-Security` means
 * nothing over http).
 */
export function sendJson(
  { response }: Exchange,
  status: number,
  body: object | undefined,
  headers: Record<string, string> = {},
): void {
  response.status(status).set({
    'Cache-Control': 'no-cache, no-store, max-age=0, must-revalidate',
    Pragma: 'no-cache',
    Expires: '0',
    'X-Content-Type-Options': 'nosniff',
    'X-XSS-Protection': '1; mode=block',
    'X-Frame-Options': 'DENY',
    'Strict-Transport-Security': 'max-age=31536000 ; includeSubDomains',
    'Access-Control-Allow-Origin': '*',
    Server: 'Server',
    'x-amz-cognito-request-id': randomUUID(),
    ...headers,
  });
  if (body === undefined) {
    response.end();
    return;
  }
  response.setHeader('Content-Type', 'application/json;charset=UTF-8');
  response.end(JSON.stringify(body));
}

/** An OAuth error (RFC 6749, section 5.2); Cognito answers 400 where the RFC allows 401. */
export function sendOAuthError(
  exchange: Exchange,
  error: string,
  description?: string,
  status = 400,
): void {
  const body = description === undefined ? { error } : { error, error_description: description };
  sendJson(exchange, status, body);
}
