import { isUserPool } from '../cognito/user-pool.js';
import { RelyingPartyError } from '../errors.js';
import { verifyAccessToken, type ExpectedAccessToken } from '../tokens/access-token.js';
import type { AccessTokenClaims } from '../tokens/claims.js';
import { createSeenTokens, type SeenToken } from '../tokens/seen-tokens.js';
import { CLOCK_TOLERANCE_SECONDS } from '../tokens/signed-claims.js';
import type { RelyingPartyParts } from './context.js';
import { createProvider } from './discovery.js';
import type { ApiOptions } from './options.js';

/** Gives the claims of an access token presented to the API, or rejects with one of the `access_token_…` codes. */
export type CheckAccessToken = (token: string) => Promise<AccessTokenClaims>;

/** A sign-out in another process is noticed within this time; one in this process at once. */
const CHECKED_FOR_MS = 1000;

/**
 * Access tokens of our own issuer and of those trusted besides. A token that was verified before costs a hash; whether its
 * sign-in has ended here is asked of the session store, once a second at most for each token. Only our own issuer's sign-ins
 * can end here, and a client's own tokens come from none: for these the store is not asked.
 */
export function createApiTokens(
  parts: RelyingPartyParts,
  { clientIds = [], issuers = [], clockToleranceSeconds = CLOCK_TOLERANCE_SECONDS }: ApiOptions,
): CheckAccessToken {
  const { issuer, clientId, now, fetch, events, revokedSignIns } = parts;
  const expected: ExpectedAccessToken = {
    clockToleranceSeconds,
    now,
    issuers: [
      {
        issuer,
        clientIds: [clientId, ...clientIds],
        requiresTokenUse: parts.isUserPool,
        keys: parts.provider.keys,
      },
      ...issuers.map((trusted) => ({
        ...trusted,
        requiresTokenUse: isUserPool(trusted.issuer),
        keys: createProvider({
          issuer: trusted.issuer,
          clientId,
          clientSecret: null,
          requiredEndpoints: ['jwks_uri'],
          fetch,
          now,
          events,
        }).keys,
      })),
    ],
  };
  const seenTokens = createSeenTokens({ now, clockToleranceSeconds });
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

  return async (token) => {
    const found = seenTokens.find(token);
    const isKnownToStand =
      found !== undefined &&
      found.checkedAt > endedHereAt &&
      now() - found.checkedAt < CHECKED_FOR_MS;
    if (isKnownToStand) return found.claims;
    const seen = found ?? seenTokens.remember(token, await verifyAccessToken(token, expected));
    await refuseRevoked(seen);
    return seen.claims;
  };
}
