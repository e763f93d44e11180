import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { TokenEndpointResponse } from 'openid-client';
import type { SessionTokens } from '../../sessions/session.js';
import { MAX_LIFETIME_MS } from '../../sessions/time-limits.js';
import { textOf } from '../../tokens/signed-claims.js';

export type TokenResponse = TokenEndpointResponse;

/** Also for a lifetime that is none, such as 0: otherwise every page would ask for tokens. */
const DEFAULT_LIFETIME_SECONDS = 300;
/** The shortest that is believed. */
const MIN_LIFETIME_SECONDS = 5;

/**
 * The tokens as a session keeps them. A refresh is due a tenth of the lifetime before the end, two minutes at most, and up
 * to as much again earlier: by the token's own hash, so that sessions begun together do not refresh together.
 */
export function sessionTokens(
  response: TokenResponse,
  before: Pick<SessionTokens, 'idToken' | 'refreshToken' | 'nonce'>,
  now: number,
): SessionTokens {
  const lifetimeMs = lifetimeSeconds(response.expires_in) * 1000;
  const accessTokenExpiresAt = now + lifetimeMs;
  const margin = Math.min(lifetimeMs / 10, 120_000);
  const spread = createHash('sha256').update(response.access_token).digest().readUInt8(0) / 255;
  return {
    idToken: response.id_token ?? before.idToken,
    accessToken: response.access_token,
    refreshToken: response.refresh_token ?? before.refreshToken,
    nonce: before.nonce,
    accessTokenExpiresAt,
    refreshDueAt: Math.floor(accessTokenExpiresAt - margin * (1 + spread)),
  };
}

function lifetimeSeconds(expiresIn: number | undefined): number {
  if (expiresIn === undefined || !(expiresIn > 0)) return DEFAULT_LIFETIME_SECONDS;
  return Math.min(Math.max(expiresIn, MIN_LIFETIME_SECONDS), MAX_LIFETIME_MS / 1000);
}

/**
 * The scopes that came. A user pool's token response has none; they stand in the access token, and a trigger may have taken some
 * out there. Its signature need not be looked at: it came from the pool itself (OpenID Connect Core 3.1.3.7 (6)). Elsewhere an
 * access token is not ours to read, and an answer that names none means those from before (RFC 6749 sections 5.1 and 6).
 *
 * @param before what was asked for, or what a refreshed session has
 */
export function scopesOf(
  isUserPool: boolean,
  response: TokenResponse,
  before: readonly string[],
): readonly string[] {
  const said = isUserPool ? scopeIn(response.access_token) : response.scope;
  return said?.split(' ').filter(Boolean) ?? before;
}

/** A token that says nothing of scopes has none. */
function scopeIn(accessToken: string): string {
  try {
    return textOf(decodeJwt(accessToken), 'scope') ?? '';
  } catch {
    return '';
  }
}
