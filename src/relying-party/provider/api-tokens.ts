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
import type { RelyingPartyParts } from '../context.js';
import { createProvider } from './discovery.js';
import { isVouchedFor } from './email.js';
import type { ApiIssuer, ApiOptions } from '../options/options.js';

/** Gives the claims of an access token presented to the API, or rejects with one of the `access_token_…` codes. */
export type CheckAccessToken = (token: string) => Promise<AccessTokenClaims>;

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
export function createApiTokens(
  parts: RelyingPartyParts,
  api: ApiOptions,
  audience: readonly string[] | null,
): CheckAccessToken {
  const { clientIds = [], issuers = [], clockToleranceSeconds = CLOCK_TOLERANCE_SECONDS } = api;
  const { issuer, clientId, now, events, revokedSignIns } = parts;
  const expected: ExpectedAccessToken = {
    clockToleranceSeconds,
    now,
    issuers: [
      {
        issuer,
        clientIds: [clientId, ...clientIds],
        audience,
        isUserPool: parts.isUserPool,
        groupsClaim: parts.groupsClaim,
        allowance: undefined,
        vouchesForEmail: (claims) => isVouchedFor(asInIdToken(claims), parts),
        keys: parts.provider.keys,
      },
      ...issuers.map((each) => partner(parts, each, audience)),
    ],
  };
  const seenTokens = createSeenTokens({
    verify: (token) => verifyAccessToken(token, expected),
    now,
    clockToleranceSeconds,
  });
  /** Sign-ins that ended in this process, so that a remembered token of theirs is refused without a second's delay. */
  let endedHereAt = -Infinity;
  events.on('session.ended', () => {
    endedHereAt = now();
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
    const isKnownToStand = seen.checkedAt > endedHereAt && now() - seen.checkedAt < CHECKED_FOR_MS;
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
  { clientId, fetch, now, events }: RelyingPartyParts,
  {
    issuer,
    clientIds,
    scopes = [],
    groups = [],
    claims = [],
    emailIsVerified = false,
    ...trusted
  }: ApiIssuer,
  audience: readonly string[] | null,
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
