import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { TokenEndpointResponse } from 'openid-client';
import { groupsOf, identityProviderOf } from '../../cognito/claims.js';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import type { SessionTokens, SignedIn } from '../../sessions/session.js';
import { MAX_LIFETIME_MS } from '../../sessions/time-limits.js';
import { emailOf, isVouchedFor, withCheckedEmail, type EmailTrust } from '../../tokens/email.js';
import { verifyIdToken, type IdTokenClaims } from '../../tokens/id-token.js';
import type { KeySet } from '../../tokens/key-set.js';
import { textOf, type SignedClaims } from '../../tokens/signed-claims.js';
import { mergeUserInfo, type ReadUserInfo } from './user-info.js';

export type TokenResponse = TokenEndpointResponse;

/** Reads out of a token response who signed in. */
export interface SignInReader {
  /** Whether a sign-in's claims are those of userInfo too. */
  readonly mergesUserInfo: boolean;
  /** Checks the ID token of a token response; `nonce` is `null` on refresh. */
  verifyIdToken(response: TokenResponse, nonce: string | null): Promise<IdTokenClaims>;
  /**
   * The claims of a sign-in: the ID token's and, where the relying party was asked for it, what
   * userInfo says besides.
   * @throws {RelyingPartyError} see `ReadUserInfo` and `mergeUserInfo`
   */
  addUserInfo<Claims extends Pick<IdTokenClaims, 'subject' | 'all'>>(
    idToken: Claims,
    accessToken: string,
  ): Promise<Claims>;
  /** See `scopesOf`. */
  scopesOf(response: TokenResponse, before: readonly string[]): readonly string[];
  /**
   * Who signed in, from verified claims.
   * @param kept names of the claims that the session keeps; default the option's
   */
  describe(
    claims: Pick<IdTokenClaims, 'subject' | 'all'>,
    scopes: readonly string[],
    userAgent: string | undefined,
    kept?: readonly string[],
  ): SignedIn;
}

export interface SignInReaderOptions extends EmailTrust {
  readonly issuer: string;
  readonly clientId: string;
  readonly isUserPool: boolean;
  readonly keys: KeySet;
  /** Where userInfo is to be read besides the ID token. */
  readonly readUserInfo: ReadUserInfo | undefined;
  /** Where the OP names a user's groups. */
  readonly groupsClaim: string;
  /** Names of the ID token's claims that sessions keep. */
  readonly sessionClaims: readonly string[];
  readonly now: () => number;
}

export const MAX_USER_AGENT_LENGTH = 200;

export function createSignInReader(options: SignInReaderOptions): SignInReader {
  const { issuer, clientId, isUserPool, keys, readUserInfo, now } = options;
  const providerNames = options.identityProviders.map(({ name }) => name);

  return {
    mergesUserInfo: readUserInfo !== undefined,

    async verifyIdToken({ id_token: idToken, access_token: accessToken }, nonce) {
      if (idToken === undefined) {
        throw new RelyingPartyError('id_token_missing', 'the token response has no id_token');
      }
      const requiresTokenUse = isUserPool;
      const expected = { issuer, clientId, nonce, accessToken, requiresTokenUse, now };
      return verifyIdToken(idToken, expected, keys);
    },

    async addUserInfo(idToken, accessToken) {
      return readUserInfo === undefined
        ? idToken
        : mergeUserInfo(idToken, await readUserInfo(accessToken));
    },

    scopesOf: (response, before) => scopesOf(isUserPool, response, before),

    describe({ subject, all: claims }, scopes, userAgent = '', kept = options.sessionClaims) {
      const text = (name: string): string | undefined => textOf(claims, name);
      const checked = withCheckedEmail(claims, isVouchedFor(claims, options));
      const authTime = claims['auth_time'];
      return {
        issuer,
        subject,
        username: text('cognito:username') ?? text('preferred_username') ?? subject,
        name: text('name') ?? fullName(claims) ?? text('nickname'),
        ...emailOf(claims, checked),
        groups: groupsOf(claims, options.groupsClaim),
        scopes,
        identityProvider: identityProviderOf(claims, providerNames),
        originJti: text('origin_jti'),
        sid: text('sid'),
        authenticatedAt: typeof authTime === 'number' ? authTime * 1000 : undefined,
        acr: text('acr'),
        claims:
          kept.length === 0
            ? undefined
            : Object.fromEntries(kept.map((name) => [name, checked[name]])),
        userAgent: userAgent.slice(0, MAX_USER_AGENT_LENGTH),
      };
    },
  };
}

function fullName(claims: SignedClaims): string | undefined {
  const parts = ['given_name', 'family_name'].map((name) => textOf(claims, name));
  return parts.filter((part) => part !== undefined).join(' ') || undefined;
}

/** Also for a lifetime that is none, such as 0: otherwise every page would ask for tokens. */
const DEFAULT_LIFETIME_SECONDS = 300;
/** The shortest that is believed. */
const MIN_LIFETIME_SECONDS = 5;

/**
 * The tokens as a session keeps them. A refresh is due a tenth of the lifetime before the end, two
 * minutes at most, and up to as much again earlier: by the token's own hash, so that sessions begun
 * together do not refresh together.
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
 * The scopes that came. A user pool's token response has none; they stand in the access token, and
 * a trigger may have taken some out there. Its signature need not be looked at: it came from the
 * pool itself (OpenID Connect Core 3.1.3.7 (6)). Elsewhere an access token is not ours to read, and
 * an answer that names none means those from before (RFC 6749 sections 5.1 and 6).
 *
 * @param before what was asked for, or what a refreshed session has
 */
function scopesOf(
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
