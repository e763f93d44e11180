import type { Pool } from '../../src/pools/index.js';
import {
  codeIn,
  type Credentials,
  openBrowser,
  type Parameters,
  parametersOf,
  signIn,
} from './journeys.js';
import { callback } from './seed.js';

/** An answer of a JSON endpoint, its text as it was on the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Members of the JSON object; empty when the body is not one. */
  readonly json: Record<string, unknown>;
}

export interface Tokens {
  readonly id_token: string;
  readonly access_token: string;
  readonly refresh_token: string;
}

export type ClientAuthentication = 'basic' | 'post' | 'none';

/** Sends a form, with `Authorization: Basic` when given. */
export async function postForm(
  url: string,
  parameters: Parameters,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return answerOf(await fetch(url, { method: 'POST', body: parametersOf(parameters), headers }));
}

/** Reads an answer whole. */
export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json') && text !== '';
  const json: Record<string, unknown> = isJson ? JSON.parse(text) : {};
  return { status: response.status, headers: response.headers, text, json };
}

/** `client_secret_basic` as RFC 6749, section 2.3.1, wants it: both halves form-encoded first. */
export function basic(id: string, secret: string): Record<string, string> {
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** A token request of a client that authenticates in the given way. */
export async function requestTokens(
  pool: Pool,
  client: string,
  parameters: Parameters,
  authentication: ClientAuthentication = 'basic',
): Promise<Answer> {
  const { id, secret = '' } = pool.client(client);
  const url = `${pool.domain}/oauth2/token`;
  switch (authentication) {
    case 'basic':
      return postForm(url, parameters, basic(id, secret));
    case 'post':
      return postForm(url, { client_id: id, client_secret: secret, ...parameters });
    case 'none':
      return postForm(url, { client_id: id, ...parameters });
  }
}

/** Exchanges a code with the usual redirect URI. */
export async function exchangeCode(
  pool: Pool,
  client: string,
  code: string,
  parameters: Parameters = {},
): Promise<Answer> {
  const authentication = pool.client(client).secret === undefined ? 'none' : 'basic';
  return requestTokens(
    pool,
    client,
    { grant_type: 'authorization_code', code, redirect_uri: callback, ...parameters },
    authentication,
  );
}

/** Uses a refresh token. */
export async function refresh(pool: Pool, client: string, refreshToken: string): Promise<Answer> {
  const authentication = pool.client(client).secret === undefined ? 'none' : 'basic';
  return requestTokens(
    pool,
    client,
    { grant_type: 'refresh_token', refresh_token: refreshToken },
    authentication,
  );
}

/** The tokens of an answer that must be a success. */
export function tokensIn(answer: Answer): Tokens {
  if (answer.status !== 200) throw new Error(`No tokens: ${answer.status} ${answer.text}`);
  const token = (name: string): string => {
    const value = answer.json[name];
    return typeof value === 'string' ? value : '';
  };
  return {
    id_token: token('id_token'),
    access_token: token('access_token'),
    refresh_token: token('refresh_token'),
  };
}

/** Signs in with a new browser and exchanges the code. */
export async function signInForTokens(
  pool: Pool,
  client: string,
  credentials: Credentials,
  parameters: Parameters = {},
): Promise<Tokens> {
  const page = await signIn(openBrowser(), pool, client, credentials, parameters);
  return tokensIn(await exchangeCode(pool, client, codeIn(page)));
}

/** `GET /oauth2/userInfo` with a bearer token. */
export async function userInfo(pool: Pool, accessToken: string | undefined): Promise<Answer> {
  const headers: HeadersInit =
    accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };
  return answerOf(await fetch(`${pool.domain}/oauth2/userInfo`, { headers }));
}

/**
 * `POST /oauth2/revoke` with Basic authentication, or with `client_id` alone for a public client.
 */
export async function revoke(
  pool: Pool,
  client: string,
  token: string | undefined,
): Promise<Answer> {
  const { id, secret } = pool.client(client);
  const url = `${pool.domain}/oauth2/revoke`;
  if (secret === undefined) return postForm(url, { client_id: id, token });
  return postForm(url, { token }, basic(id, secret));
}
