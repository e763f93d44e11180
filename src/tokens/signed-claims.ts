import {
  compactVerify,
  decodeProtectedHeader,
  errors,
  type CompactVerifyResult,
  type CryptoKey,
} from 'jose';
import { RelyingPartyError } from '../errors/relying-party-error.js';
import { isSignatureAlgorithm, type SignatureAlgorithm } from './algorithms.js';
import type { KeySet } from './key-set.js';

/** What kind of token is being checked; begins the error code. */
export type TokenKind = 'id_token' | 'access_token' | 'logout_token';

/** Claims whose signature held; what they say is still to be checked. */
export type SignedClaims = Readonly<Record<string, unknown>>;

/** What the issuer signed: the claims, and the kind of token it says this is. */
export interface SignedToken {
  /**
   * The header's `typ` in lower case and without `application/`, as media types are compared (RFC
   * 7515 section 4.1.9); `undefined` when absent. Whether it fits is still to be checked.
   */
  readonly typ: string | undefined;
  readonly alg: SignatureAlgorithm;
  readonly claims: SignedClaims;
}

/** Seconds of disagreement between the OP's clock and ours that we accept. */
export const CLOCK_TOLERANCE_SECONDS = 60;

/**
 * In characters. An ID token comes from the OP itself, over TLS, and may name a hundred groups and
 * every custom attribute; the others anybody can send. An access token of a user in a hundred long
 * groups still opens the API.
 */
export const MAX_TOKEN_LENGTH: Readonly<Record<TokenKind, number>> = {
  id_token: 256 * 1024,
  access_token: 32 * 1024,
  logout_token: 16 * 1024,
};

/**
 * Where a token from the network becomes claims we may read: well formed, an algorithm the issuer
 * signs with, a key of the issuer's that is for this algorithm, a signature that holds.
 *
 * @throws {RelyingPartyError} `…_malformed`, `…_algorithm_refused`, `…_key_unknown`,
 *   `…_signature_invalid`
 * @see RFC 7515 section 5.2, RFC 8725 sections 3.1 to 3.3
 */
export async function signedClaims(
  unverifiedToken: string,
  kind: TokenKind,
  keys: KeySet,
): Promise<SignedToken> {
  const { alg, kid } = unverifiedHeader(unverifiedToken, kind);
  if (!isSignatureAlgorithm(alg)) throw refused(kind, 'algorithm_refused', 'alg is none of ours');
  const key = await keys.find({ alg, kid }, SOURCE_OF[kind]);
  if (key === 'algorithm_refused') throw refused(kind, key, 'alg is not the issuer’s or the key’s');
  if (key === 'key_unknown') throw refused(kind, key, 'kid is not in the JWKS');
  const { payload, protectedHeader } = await verifySignature(unverifiedToken, kind, key, alg);
  return { typ: mediaType(protectedHeader.typ, kind), alg, claims: parseClaims(payload, kind) };
}

const SOURCE_OF = {
  id_token: 'provider',
  access_token: 'anybody',
  logout_token: 'notice',
} as const;

function mediaType(typ: unknown, kind: TokenKind): string | undefined {
  if (typ === undefined) return undefined;
  if (typeof typ !== 'string') throw refused(kind, 'malformed', 'typ is not text');
  return typ.toLowerCase().replace(/^application\//, '');
}

/** A claim that is text and not empty. */
export function textOf(claims: SignedClaims, name: string): string | undefined {
  const value = claims[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * An error of one kind of token: `refused('id_token', 'expired', …)` has the code
 * `id_token_expired`.
 */
export function refused<Kind extends TokenKind, Reason extends ReasonOf<Kind>>(
  kind: Kind,
  reason: Reason,
  message: string,
  options?: ErrorOptions,
): RelyingPartyError {
  return new RelyingPartyError(`${kind}_${reason}` as CodeOf<Kind>, `${kind}: ${message}`, options);
}

type CodeOf<Kind extends TokenKind> = Extract<RelyingPartyError['code'], `${Kind}_${string}`>;
type ReasonOf<Kind extends TokenKind> =
  CodeOf<Kind> extends `${Kind}_${infer Reason}` ? Reason : never;

function unverifiedHeader(token: string, kind: TokenKind): { alg?: string; kid?: string } {
  if (token.length > MAX_TOKEN_LENGTH[kind]) throw refused(kind, 'malformed', 'too long');
  if (token.split('.').length !== 3) throw refused(kind, 'malformed', 'not a compact JWS');
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    return {
      ...(typeof alg === 'string' && { alg }),
      ...(typeof kid === 'string' && kid !== '' && { kid }),
    };
  } catch (error) {
    throw refused(kind, 'malformed', 'the header is not JSON', { cause: error });
  }
}

async function verifySignature(
  token: string,
  kind: TokenKind,
  key: CryptoKey,
  alg: SignatureAlgorithm,
): Promise<CompactVerifyResult> {
  try {
    return await compactVerify(token, key, { algorithms: [alg] });
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) {
      throw refused(kind, 'signature_invalid', 'the signature does not hold', { cause: error });
    }
    // jose's word for a key that is too short for its algorithm (RFC 7518 section 3.3).
    if (error instanceof TypeError) {
      throw refused(kind, 'key_unknown', `no key to check it with: ${error.message}`, {
        cause: error,
      });
    }
    throw refused(kind, 'malformed', 'not a JWS we can check', { cause: error });
  }
}

function parseClaims(payload: Uint8Array, kind: TokenKind): SignedClaims {
  let claims: unknown;
  try {
    claims = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (error) {
    throw refused(kind, 'malformed', 'the claims are not JSON', { cause: error });
  }
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw refused(kind, 'malformed', 'the claims are not an object');
  }
  return claims as SignedClaims;
}
