import { groupsOf, identityProviderOf } from '../../cognito/claims.js';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import type { SignedIn } from '../../sessions/session.js';
import { emailOf, isVouchedFor, withCheckedEmail, type EmailTrust } from '../../tokens/email.js';
import { verifyIdToken, type IdTokenClaims } from '../../tokens/id-token.js';
import type { KeySet } from '../../tokens/key-set.js';
import { textOf, type SignedClaims } from '../../tokens/signed-claims.js';
import { scopesOf, type TokenResponse } from './token-response.js';
import { mergeUserInfo, type ReadUserInfo } from './user-info.js';

/** Reads out of a token response who signed in. */
export interface SignInReader {
  /** Whether a sign-in's claims are those of userInfo too. */
  readonly mergesUserInfo: boolean;
  /** Checks the ID token of a token response; `nonce` is `null` on refresh. */
  verifyIdToken(response: TokenResponse, nonce: string | null): Promise<IdTokenClaims>;
  /**
   * The claims of a sign-in: the ID token's and, where the relying party was asked for it, what userInfo says besides.
   * @throws {RelyingPartyError} see `ReadUserInfo` and `mergeUserInfo`
   */
  addUserInfo<Claims extends Pick<IdTokenClaims, 'subject' | 'all'>>(
    idToken: Claims,
    accessToken: string,
  ): Promise<Claims>;
  /** See `scopesOf`. */
  scopesOf(response: TokenResponse, before: readonly string[]): readonly string[];
  /** Who signed in, from verified claims. @param kept names of the claims that the session keeps; default the option's */
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
