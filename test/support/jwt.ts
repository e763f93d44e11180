import { createHash } from 'node:crypto';
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';

/** A compact JWS taken apart without checking anything. */
export interface UnverifiedJwt {
  /** Header and payload as they stand on the wire: key order and escapes are visible. */
  readonly headerText: string;
  readonly payloadText: string;
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
}

/** Decodes a token to look at its bytes; see {@link verifiedJwt} for trusting them. */
export function unverifiedJwt(token: string): UnverifiedJwt {
  const [header = '', payload = ''] = token.split('.');
  const headerText = Buffer.from(header, 'base64url').toString('utf8');
  const payloadText = Buffer.from(payload, 'base64url').toString('utf8');
  const unverifiedHeader: Record<string, unknown> = JSON.parse(headerText);
  const claims: Record<string, unknown> = JSON.parse(payloadText);
  return { headerText, payloadText, header: unverifiedHeader, claims };
}

/** Checks the RS256 signature against the JWKS an issuer publishes right now, then decodes. */
export async function verifiedJwt(token: string, issuer: string): Promise<UnverifiedJwt> {
  const response = await fetch(`${issuer}/.well-known/jwks.json`);
  const jwks: JSONWebKeySet = JSON.parse(await response.text());
  await compactVerify(token, createLocalJWKSet(jwks), { algorithms: ['RS256'] });
  return unverifiedJwt(token);
}

/**
 * The ID token's `at_hash` for an access token under RS256 (OpenID Connect Core, section 3.1.3.6).
 */
export function atHash(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url');
}

/**
 * Changes a token without changing its shape: one character in the middle of one of its three
 * parts.
 */
export function tamper(token: string, part: 'payload' | 'signature'): string {
  const parts = token.split('.');
  const index = part === 'payload' ? 1 : 2;
  const text = parts[index] ?? '';
  const middle = Math.floor(text.length / 2);
  parts[index] =
    text.slice(0, middle) + (text[middle] === 'A' ? 'B' : 'A') + text.slice(middle + 1);
  return parts.join('.');
}
