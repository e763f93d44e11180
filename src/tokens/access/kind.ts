import { hasScope, isEntraAccessToken } from './program-tokens.js';
import { requireType } from './rules.js';
import { refused, type SignedClaims, type SignedToken } from '../signed-claims.js';

/** How `typ` calls an access token. @see RFC 9068 section 2.1 */
const ACCESS_TOKEN_TYPE = 'at+jwt';
/**
 * Claims that only an ID token has (OpenID Connect Core 1.0 sections 2, 3.1.3.6 and 3.3.2.11), and
 * one that only events have.
 */
const MARKS_OF_OTHERS = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'];

/** What decides of an issuer's tokens which are access tokens. */
export interface KindRules {
  /** Cognito says of each token what it is for; other OPs need not. */
  readonly isUserPool: boolean;
  /** Clients whose ID tokens an attacker may have, since they are ours or trusted. */
  readonly clientIds: readonly string[];
}

/**
 * Refuses whatever an issuer signed that is no access token: ID tokens above all, logout tokens,
 * and every other JWT that says its type. Providers that write `typ: JWT` or nothing (a user pool,
 * Keycloak, Auth0, Okta, Entra) say it in a claim, or leave it to be told by what only an ID token
 * has.
 *
 * @throws {RelyingPartyError} `access_token_use_wrong`
 * @see RFC 8725 sections 3.11 and 3.12, RFC 9068 section 4
 */
export function checkIsAccessToken({ typ, claims }: SignedToken, rules: KindRules): void {
  requireType(typ, ACCESS_TOKEN_TYPE, (_reason, message) => wrongUse(message));
  const tokenUse = claims['token_use'];
  if (tokenUse !== 'access' && (rules.isUserPool || tokenUse !== undefined)) {
    throw wrongUse('token_use is not "access"');
  }
  // Keycloak's: Bearer, ID, Refresh, Offline, Logout, DPoP.
  const type = claims['typ'];
  if (type !== undefined && type !== 'Bearer') throw wrongUse('the claim typ is not "Bearer"');
  if (MARKS_OF_OTHERS.some((name) => claims[name] !== undefined)) {
    throw wrongUse('it is a token for a sign-in or a sign-out');
  }
  const saysItIsOne =
    typ === ACCESS_TOKEN_TYPE ||
    tokenUse === 'access' ||
    type === 'Bearer' ||
    isEntraAccessToken(claims);
  if (!saysItIsOne && isMeantForClient(claims, rules.clientIds) && !hasScope(claims)) {
    throw wrongUse('it is meant for a client and has no scope, as an ID token');
  }
}

/**
 * An ID token's audience is a client. An access token's may be too, where an API is registered as
 * one; but it has a scope.
 */
function isMeantForClient(claims: SignedClaims, clientIds: readonly string[]): boolean {
  return [claims['aud']]
    .flat()
    .some((audience) => (clientIds as readonly unknown[]).includes(audience));
}

const wrongUse = (message: string): Error => refused('access_token', 'use_wrong', message);
