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
import type { ApiIssuer, ApiOptions } from '../options/options.js';

/** Gives the claims of an access token presented to the API, or rejects with one of the `access_token_…` codes. */
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
 * Access tokens of our own issuer and of those trusted besides. A token that was verified before costs a hash; whether its
 * sign-in has ended here is asked of the session store, once a second at most for each token. Only our own issuer's sign-ins
 * can end here, and a client's own tokens come from none: for these the store is not asked.
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
    // Taken before the question: a sign-in that ends while it is answered must be asked about again.
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
    // Of sign-ins that ended in this process a remembered token is refused without a second's delay.
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

/** Another issuer, by the options as they are now: what is written into them later changes nothing. */
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
      setting: 'API_ISSUERS',
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
