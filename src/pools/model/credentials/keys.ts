import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'jose';
import { fixedKeyPairs, foreignKey as shippedForeignKey, type ShippedKey } from './fixed-keys.js';

/** A key a pool signs with. */
export interface SigningKey {
  readonly kid: string;
  /**
   * Read when first needed, because importing a key takes longer than the rest of a pool's start.
   */
  readonly privateKey: () => KeyObject;
  /** As published, members in alphabetical order like Cognito's. */
  readonly publicJwk: () => JWK;
  /** DER in base64: for keeping it. */
  readonly pkcs8: () => string;
}

/** A pool's two keys: the `kid` of the two tokens of one response differ. */
export interface PoolKeys {
  readonly idToken: SigningKey;
  readonly accessToken: SigningKey;
}

/** Where pools take their keys from. */
export interface KeySupply {
  /** A pair no running pool has had from this supply. */
  next(): Promise<PoolKeys>;
  /** Whoever had a pair after the first so many is gone; those may be given out again. */
  reuseAfter(count: number): void;
}

const generateRsa = promisify(generateKeyPair);

/** New RSA-2048 keys each time. */
export function generatedKeys(): KeySupply {
  return { next: generatePair, reuseAfter: () => undefined };
}

/** The pairs shipped for tests, in order; generated ones after those. */
export function fixedKeys(): KeySupply {
  let given = 0;
  return {
    next: async () => {
      const pair = fixedKeyPairs[given];
      given += 1;
      if (pair === undefined) return generatePair();
      return { idToken: signingKeyFrom(pair[0]), accessToken: signingKeyFrom(pair[1]) };
    },
    reuseAfter: (count) => {
      given = count;
    },
  };
}

/** A key no pool publishes, for faults. */
export const foreignKey: SigningKey = signingKeyFrom(shippedForeignKey);

async function generatePair(): Promise<PoolKeys> {
  const [idToken, accessToken] = await Promise.all([generate(), generate()]);
  return { idToken, accessToken };
}

async function generate(): Promise<SigningKey> {
  const { privateKey } = await generateRsa('rsa', { modulusLength: 2048 });
  // Standard base64, as Cognito has it: clients that put a kid into a path unescaped should notice
  // here.
  return signingKey(randomBytes(32).toString('base64'), () => privateKey);
}

/** A key that was kept. */
export function signingKeyFrom({ kid, pkcs8 }: ShippedKey): SigningKey {
  return signingKey(kid, () =>
    createPrivateKey({ key: Buffer.from(pkcs8, 'base64'), format: 'der', type: 'pkcs8' }),
  );
}

function signingKey(kid: string, load: () => KeyObject): SigningKey {
  const privateKey = once(load);
  const publicJwk = once((): JWK => {
    const { e, n } = createPublicKey(privateKey()).export({ format: 'jwk' }) as {
      e: string;
      n: string;
    };
    return { alg: 'RS256', e, kid, kty: 'RSA', n, use: 'sig' };
  });
  const pkcs8 = once(() =>
    privateKey().export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  );
  return { kid, privateKey, publicJwk, pkcs8 };
}

function once<T extends object | string>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
