import * as client from 'openid-client';
import type { RelyingPartyError } from '../../../errors/relying-party-error.js';
import type { Provider } from '../../provider/discovery.js';
import { tokenEndpointError } from '../../provider/token-endpoint-error.js';

/** What the token endpoint answered to a refresh token. */
export interface RefreshAnswer {
  /** The refresh token it was given for. */
  readonly presented: string;
  /**
   * The one that replaces it, if any; to be kept also when something else about the answer is
   * wrong.
   */
  readonly refreshToken: string | undefined;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** The answer, its ID token not verified yet; or what is wrong with it. */
  readonly outcome:
    { readonly response: client.TokenEndpointResponse } | { readonly error: RelyingPartyError };
}

/**
 * One call to the token endpoint. A new refresh token is taken out of the answer before anything
 * else about it is checked: the OP has replaced the old one, whatever is wrong with the rest.
 *
 * @param presented the refresh token
 * @throws {RelyingPartyError} `code_refused` for `invalid_grant`, or another code of the token
 *   endpoint, when it gave no such token
 * @see RFC 6749 section 6; OpenID Connect Core 1.0 section 12
 */
export type RequestRefresh = (presented: string) => Promise<RefreshAnswer>;

export interface RefreshGrantOptions {
  readonly provider: Pick<Provider, 'configuration'>;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

export function createRefreshGrant({ provider, fetch, now }: RefreshGrantOptions): RequestRefresh {
  return async (presented) => {
    let refreshToken: string | undefined;
    const readingAhead = async (url: string, init?: RequestInit): Promise<Response> => {
      const response = await fetch(url, init);
      const body = await response.text();
      const { status, headers } = response;
      if (status === 200) refreshToken = refreshTokenIn(body);
      return new Response(body, { status, headers });
    };
    const answer = (outcome: RefreshAnswer['outcome']): RefreshAnswer => ({
      presented,
      refreshToken,
      receivedAt: now(),
      outcome,
    });
    try {
      const configuration = await provider.configuration({ fetch: readingAhead as typeof fetch });
      return answer({ response: await client.refreshTokenGrant(configuration, presented) });
    } catch (thrown) {
      const error = tokenEndpointError(thrown);
      if (refreshToken === undefined) throw error;
      return answer({ error });
    }
  };
}

/** Of something that is a token response at all; a page of a proxy in between is none. */
function refreshTokenIn(body: string): string | undefined {
  try {
    const members = JSON.parse(body) as Record<string, unknown>;
    return isText(members['access_token']) && isText(members['refresh_token'])
      ? members['refresh_token']
      : undefined;
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
