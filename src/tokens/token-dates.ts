import { decodeJwt } from 'jose';
import type { SignedClaims } from './signed-claims.js';

/** By the OP's clock, as far as tokens say it. */
interface TokenDates {
  /** When the last of them was issued. */
  readonly issuedAtSeconds: number;
  /** When the access token expires, in epoch milliseconds. */
  readonly expiresAt: number;
}

/**
 * `expires_in` was the OP's word about its access token, or our guess; one that is a JWT says
 * itself what an API believes.
 */
export function datesOf(
  tokens: { readonly accessToken: string; readonly idToken: string } | undefined,
): TokenDates {
  const [access, id] = [claimsIn(tokens?.accessToken), claimsIn(tokens?.idToken)];
  return {
    issuedAtSeconds: Math.max(numberOf(access, 'iat'), numberOf(id, 'iat')),
    expiresAt: numberOf(access, 'exp') * 1000,
  };
}

/**
 * Nothing for a token that is no JWT: an access token need not be one, and the test kit signs
 * people in with none at all.
 */
export function claimsIn(token = ''): SignedClaims {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}

function numberOf(claims: SignedClaims, name: string): number {
  const value = claims[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
