import { GROUPS_CLAIM } from '../../cognito/claims.js';
import { isUserPool } from '../../cognito/user-pool.js';
import { RelyingPartyError } from '../../errors/relying-party-error.js';
import {
  verifyAccessToken,
  type ExpectedAccessToken,
  type TrustedIssuer,
} from '../../tokens/access/access-token.js';
import type { AccessTokenClaims } from '../../tokens/access/claims.js';
import { createSeenTokens, type SeenToken } from '../../tokens/access/seen-tokens.js';
import { CLOCK_TOLERANCE_SECONDS, type SignedClaims } from '../../tokens/signed-claims.js';
import { isVouchedFor, type EmailTrust } from '../../tokens/email.js';
import { createProvider, type Provider, type ProviderOptions } from './discovery.js';

export interface ApiOptions {
  /**
   * Who an access token must be meant for: what its `aud` must be, or have among others, to the
   * letter. One or several; default `baseUrl`, whatever `basePath`. A user pool writes `aud` only
   * when `resource` was asked for: there a token without one passes. `null` writes out that no
   * `aud` is looked at: then a token that was issued for somebody else's API opens this one too.
   *
   * The first that is a web address is what the API is called as a resource, which decides where
   * `rp.resourceMetadata` answers.
   * @see RFC 9068 section 4, RFC 8707
   */
  readonly audience?: string | readonly string[] | null | undefined;
  /**
   * The claim of our own issuer's tokens that names groups, also of those who sign in; default
   * `cognito:groups`.
   */
  readonly groupsClaim?: string | undefined;
  /**
   * App clients at our own issuer, besides our own, whose access tokens are taken. Default none.
   */
  readonly clientIds?: readonly string[] | undefined;
  /** Other issuers, each with the clients it is trusted for. Default none. */
  readonly issuers?: readonly ApiIssuer[] | undefined;
  /** Seconds of disagreement with an issuer's clock that are accepted; default 60, at most 600. */
  readonly clockToleranceSeconds?: number | undefined;
  /**
   * The scopes the API knows, for `/.well-known/oauth-protected-resource`. Default none are named.
   */
  readonly scopes?: readonly string[] | undefined;
}

/** An issuer whose access tokens the API takes. */
export interface ApiIssuer {
  /** Exactly as in its tokens. Its metadata and keys are read when its first token comes. */
  readonly issuer: string;
  /** At least one: a token of any other client is refused. */
  readonly clientIds: readonly string[];
  /** As `api.audience`, for its tokens; default the same. */
  readonly audience?: string | readonly string[] | null | undefined;
  /**
   * Those of our scopes it may speak of. Whatever else its tokens name is as if it were not there.
   * Default none.
   */
  readonly scopes?: readonly string[] | undefined;
  /** Those of our groups it may speak of. Default none. */
  readonly groups?: readonly string[] | undefined;
  /** The claim that names groups, e.g. `roles`; default `cognito:groups`. */
  readonly groupsClaim?: string | undefined;
  /**
   * Further claims it may speak of, for guards with `claim` and for `req.auth.claims`, which
   * otherwise have only those that say which token this is: issuer, subject, client, times.
   * `req.auth.username` is one of them that is named here, or `undefined`: a name of theirs may be
   * that of somebody here. Default none.
   */
  readonly claims?: readonly string[] | undefined;
  /**
   * Whether its addresses are verified although its tokens have no `email_verified`, which decides
   * where it is. Default false.
   */
  readonly emailIsVerified?: boolean | undefined;
}

/**
 * Gives the claims of an access token presented to the API, or rejects with one of the
 * `access_token_…` codes.
 */
export type CheckAccessToken = (token: string) => Promise<AccessTokenClaims>;

export interface ApiTokensOptions
  extends EmailTrust, Pick<ProviderOptions, 'issuer' | 'clientId' | 'fetch' | 'now' | 'events'> {
  readonly provider: Pick<Provider, 'keys'>;
  readonly revokedSignIns: {
    has(token: AccessTokenClaims): Promise<boolean>;
    lastEndedAt(): number;
  };
  readonly api: ApiOptions;
  /** See `audienceOf`. */
  readonly audience: readonly string[] | null;
}

/** A sign-out in another process is noticed within this time; one in this process at once. */
const CHECKED_FOR_MS = 1000;

/** @returns what `aud` must name; `null` when it is not looked at */
export function audienceOf(
  option: ApiOptions['audience'],
  otherwise: readonly string[] | null,
): readonly string[] | null {
  if (option === undefined) return otherwise;
  return option === null ? null : [option].flat();
}

/**
 * Access tokens of our own issuer and of those trusted besides. A token that was verified before
 * costs a hash; whether its sign-in has ended here is asked of the session store, once a second at
 * most for each token. Only our own issuer's sign-ins can end here, and a client's own tokens come
 * from none: for these the store is not asked.
 */
export function createApiTokens(options: ApiTokensOptions): CheckAccessToken {
  const { issuer, clientId, now, revokedSignIns, api, audience } = options;
  const { clientIds = [], issuers = [], clockToleranceSeconds = CLOCK_TOLERANCE_SECONDS } = api;
  const expected: ExpectedAccessToken = {
    clockToleranceSeconds,
    now,
    issuers: [
      {
        issuer,
        clientIds: [clientId, ...clientIds],
        audience,
        isUserPool: isUserPool(issuer),
        groupsClaim: api.groupsClaim ?? GROUPS_CLAIM,
        allowance: undefined,
        vouchesForEmail: (claims) => isVouchedFor(asInIdToken(claims), options),
        keys: options.provider.keys,
      },
      ...issuers.map((each) => partner(options, each)),
    ],
  };
  const seenTokens = createSeenTokens({
    verify: (token) => verifyAccessToken(token, expected),
    now,
    clockToleranceSeconds,
  });

  const refuseRevoked = async (seen: SeenToken): Promise<void> => {
    const { claims } = seen;
    const comesFromSignIn = claims.originJti !== undefined || claims.sid !== undefined;
    if (!comesFromSignIn || claims.issuer !== issuer) return;
    // Taken before the question: a sign-in that ends while it is answered must be asked about
    // again.
    const askedAt = now();
    if (await revokedSignIns.has(claims)) {
      throw new RelyingPartyError('access_token_revoked', 'its sign-in has ended here');
    }
    seen.checkedAt = askedAt;
  };

  return async (token: unknown) => {
    if (typeof token !== 'string') {
      throw new RelyingPartyError('access_token_malformed', 'the token is no text');
    }
    const seen = await seenTokens.take(token);
    // Of sign-ins that ended in this process a remembered token is refused without a second's
    // delay.
    const isKnownToStand =
      seen.checkedAt > revokedSignIns.lastEndedAt() && now() - seen.checkedAt < CHECKED_FOR_MS;
    if (!isKnownToStand) await refuseRevoked(seen);
    return seen.claims;
  };
}

/** A user pool's access token has the user name under another name. */
const asInIdToken = (claims: SignedClaims): SignedClaims => ({
  'cognito:username': claims['username'],
  ...claims,
});

/**
 * Another issuer, by the options as they are now: what is written into them later changes nothing.
 */
function partner(
  { clientId, fetch, now, events, audience }: ApiTokensOptions,
  {
    issuer,
    clientIds,
    scopes = [],
    groups = [],
    claims = [],
    emailIsVerified = false,
    ...trusted
  }: ApiIssuer,
): TrustedIssuer {
  return {
    issuer,
    clientIds: [...clientIds],
    audience: audienceOf(trusted.audience, audience),
    isUserPool: isUserPool(issuer),
    groupsClaim: trusted.groupsClaim ?? GROUPS_CLAIM,
    vouchesForEmail: () => emailIsVerified,
    allowance: { scopes: [...scopes], groups: [...groups], claims: [...claims] },
    keys: createProvider({
      option: 'api.issuers',
      issuer,
      clientId,
      clientSecrets: null,
      requiredEndpoints: ['jwks_uri'],
      fetch,
      now,
      events,
    }).keys,
  };
}
