import type { JWK } from 'jose';
import { isUserPool } from '../cognito/user-pool.js';

/**
 * A signature algorithm we check: asymmetric, and with one kind of key each. `none` and HMAC are
 * not among them.
 */
export type SignatureAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA' | 'Ed25519';

interface AlgorithmTraits {
  readonly kty: string;
  readonly crv: string | undefined;
  /** Other names of the same algorithm that a key may carry. */
  readonly alias?: string;
  /** What `at_hash` is made with. */
  readonly hash: 'sha256' | 'sha512';
}

/**
 * @see RFC 7518 section 3; RFC 8037 section 3.1; RFC 9864 section 2.2, which names EdDSA over Ed25519 by its curve
 */
const TRAITS: Readonly<Record<SignatureAlgorithm, AlgorithmTraits>> = {
  RS256: { kty: 'RSA', crv: undefined, hash: 'sha256' },
  PS256: { kty: 'RSA', crv: undefined, hash: 'sha256' },
  ES256: { kty: 'EC', crv: 'P-256', hash: 'sha256' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', alias: 'Ed25519', hash: 'sha512' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519', alias: 'EdDSA', hash: 'sha512' },
};

/**
 * What an issuer that announces nothing signs with (OpenID Connect Core 1.0 section 3.1.3.7, point
 * 7).
 */
export const DEFAULT_ALGORITHMS: readonly SignatureAlgorithm[] = ['RS256'];

export const SIGNATURE_ALGORITHMS = Object.keys(TRAITS) as readonly SignatureAlgorithm[];

export function isSignatureAlgorithm(alg: unknown): alg is SignatureAlgorithm {
  return typeof alg === 'string' && Object.hasOwn(TRAITS, alg);
}

/**
 * What an issuer's tokens may be signed with: a user pool's with RS256 alone, another's with those
 * of ours that it announces.
 * @param announced `id_token_signing_alg_values_supported`; what is no list announces nothing
 */
export function algorithmsOf(issuer: string, announced: unknown): readonly SignatureAlgorithm[] {
  if (isUserPool(issuer) || !Array.isArray(announced)) return DEFAULT_ALGORITHMS;
  return SIGNATURE_ALGORITHMS.filter((alg) => announced.includes(alg));
}

/**
 * Whether a published key is for signatures of this algorithm: its kind, curve and declared purpose
 * all agree, so that no token can choose how a key is used.
 * @see RFC 8725 section 3.1; RFC 7517 sections 4.1 to 4.4
 */
export function fitsAlgorithm(jwk: JWK, algorithm: SignatureAlgorithm): boolean {
  const { kty, crv, alias } = TRAITS[algorithm];
  const { use = 'sig', alg = algorithm, key_ops: operations } = jwk;
  return (
    jwk.kty === kty &&
    (crv === undefined || jwk.crv === crv) &&
    (alg === algorithm || alg === alias) &&
    use === 'sig' &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')))
  );
}

/**
 * The hash of `at_hash`: the one the ID token's own signature uses (OpenID Connect Core 1.0 section
 * 3.1.3.6).
 */
export const hashOf = (algorithm: SignatureAlgorithm): 'sha256' | 'sha512' =>
  TRAITS[algorithm].hash;
