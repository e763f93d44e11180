import { createPrivateKey, type KeyObject } from 'node:crypto';
import { types } from 'node:util';
import { importJWK, type CryptoKey, type JWK } from 'jose';
import { fitsAlgorithm, SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from './algorithms.js';

/** The private key a client shows who it is with (`private_key_jwt`). */
export interface ClientKey {
  /**
   * A `CryptoKey` that may sign, a private JWK, or text: PEM (PKCS #8) or such a JWK as JSON. RSA,
   * P-256 or Ed25519.
   */
  readonly key: CryptoKey | JWK | string;
  /** What the OP calls the key; default the `kid` of the JWK, if it is one. */
  readonly kid?: string | undefined;
  /** Default the `alg` of the JWK, else what the key can do and the OP lists. */
  readonly alg?: SignatureAlgorithm | undefined;
}

/** A client key that has been read. */
export interface ClientSigningKey {
  readonly kid: string | undefined;
  /** What it can sign with, the preferred one first; at least one. */
  readonly algorithms: readonly SignatureAlgorithm[];
  /** For one of `algorithms`. */
  import(algorithm: SignatureAlgorithm): Promise<CryptoKey>;
}

const LEAST_RSA_BITS = 2048;

/**
 * Reads a client key at once, so that a wrong one is found at construction.
 * @throws {TypeError} whose message completes the sentence "the key …" and quotes nothing of it
 */
export function readClientKey({ key, kid, alg }: ClientKey): ClientSigningKey {
  const found = types.isCryptoKey(key) ? readCryptoKey(key) : readJwk(jwkFrom(key));
  const algorithms = found.algorithms.filter((each) => alg === undefined || each === alg);
  if (algorithms.length === 0) {
    throw new TypeError(
      alg === undefined
        ? 'is none for RS256, PS256, ES256 or EdDSA'
        : 'is not for the algorithm in alg',
    );
  }
  return { ...found, algorithms, kid: kid ?? found.kid };
}

function readCryptoKey(key: CryptoKey): ClientSigningKey {
  if (key.type !== 'private' || !key.usages.includes('sign')) {
    throw new TypeError('is not a private CryptoKey with the usage "sign"');
  }
  const { name, hash, namedCurve } = key.algorithm as {
    name: string;
    hash?: { name: string };
    namedCurve?: string;
  };
  const algorithms = ALGORITHMS_OF[`${name} ${hash?.name ?? namedCurve ?? ''}`.trim()] ?? [];
  return { kid: undefined, algorithms, import: async () => key };
}

const ALGORITHMS_OF: Readonly<Record<string, readonly SignatureAlgorithm[]>> = {
  'RSASSA-PKCS1-v1_5 SHA-256': ['RS256'],
  'RSA-PSS SHA-256': ['PS256'],
  'ECDSA P-256': ['ES256'],
  Ed25519: ['EdDSA', 'Ed25519'],
};

function readJwk(jwk: JWK): ClientSigningKey {
  // What `key_ops` of a private key says is what it may do, not what its public half may.
  const { kty, crv, alg, use, kid } = jwk;
  const purpose = { kty, crv, ...(alg && { alg }), ...(use && { use }) } as JWK;
  return {
    kid,
    algorithms: SIGNATURE_ALGORITHMS.filter((algorithm) => fitsAlgorithm(purpose, algorithm)),
    import: async (algorithm) => {
      const { key_ops: _operations, ...material } = jwk;
      return (await importJWK(material, algorithm)) as CryptoKey;
    },
  };
}

/** Node reads it, which proves that it is whole and private; what it declares besides is kept. */
function jwkFrom(key: unknown): JWK {
  const declared = typeof key === 'string' && !key.trimStart().startsWith('{') ? {} : parse(key);
  const secretHalf = privateKey(key, declared);
  const bits = secretHalf.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < LEAST_RSA_BITS) {
    throw new TypeError(`is an RSA key of ${bits} bits; ${LEAST_RSA_BITS} are the least`);
  }
  return { ...declared, ...(secretHalf.export({ format: 'jwk' }) as JWK) };
}

function privateKey(key: unknown, declared: JWK): KeyObject {
  try {
    return typeof key === 'string' && declared.kty === undefined
      ? createPrivateKey(key)
      : createPrivateKey({ key: declared as never, format: 'jwk' });
  } catch {
    throw new TypeError('is not a private key as PEM or JWK');
  }
}

function parse(key: unknown): JWK {
  try {
    const value: unknown = typeof key === 'string' ? JSON.parse(key) : key;
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Said below.
  }
  throw new TypeError('is not a private key as PEM or JWK');
}
