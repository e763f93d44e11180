import { randomBytes, scrypt, scryptSync } from 'node:crypto';
import { isSame } from './is-same.js';
import { makeVerifier, type PasswordOwner, type SrpVerifier } from './srp.js';

/** A password we can check but not read. */
export interface StoredPassword {
  matches(password: string): Promise<boolean>;
  /**
   * For sign-ins that prove the password without sending it; `undefined` with a hash that has none.
   */
  srp(): Promise<SrpVerifier | undefined>;
  /**
   * `scrypt$<salt>$<key>` in base64 and, where known, `$<salt>$<verifier>` of SRP in hexadecimal:
   * what a seed carries as `passwordHash`.
   */
  hash(): string;
}

const KEY_BYTES = 32;

/**
 * Hashes a password with scrypt (RFC 7914, Node's cost parameters) and for SRP, without holding up
 * the caller.
 */
export function storePassword(password: string, owner: PasswordOwner): StoredPassword {
  const salt = randomBytes(16);
  let plain: string | undefined = password;
  let key: Buffer | undefined;
  let verifier: SrpVerifier | undefined;
  let hashed: string | undefined;
  const derived = deriveKey(password, salt).then((done) => {
    key = done;
    verifier ??= makeVerifier(password, owner);
    plain = undefined;
    return { key, verifier };
  });
  deriving.add(derived);
  derived.finally(() => deriving.delete(derived)).catch(() => undefined);
  return {
    matches: async (candidate) => isSame(await deriveKey(candidate, salt), (await derived).key),
    srp: async () => (await derived).verifier,
    hash: () => {
      key ??= scryptSync((plain ?? '').normalize(), salt, KEY_BYTES);
      verifier ??= makeVerifier(plain ?? '', owner);
      return (hashed ??= format(salt, key, verifier));
    },
  };
}

const deriving = new Set<Promise<unknown>>();

/** Resolves when every password set so far has its hash, so that asking for one holds nobody up. */
export async function awaitPasswords(): Promise<void> {
  await Promise.allSettled(deriving);
}

/**
 * Takes a password from a dump.
 *
 * @throws {TypeError} when the text is not one of our hashes
 */
export function passwordFromHash(hash: string): StoredPassword {
  const [scheme, salt, key, srpSalt, verifier] = hash.split('$');
  if (scheme !== 'scrypt' || !salt || !key) throw new TypeError('not a "scrypt$salt$key" hash');
  const saltBytes = Buffer.from(salt, 'base64');
  const keyBytes = Buffer.from(key, 'base64');
  return {
    matches: async (candidate) => isSame(await deriveKey(candidate, saltBytes), keyBytes),
    srp: async () => (srpSalt && verifier ? { salt: srpSalt, verifier } : undefined),
    hash: () => hash,
  };
}

/** Takes as long as checking a real password: an unknown user must not be told apart by time. */
export async function matchesNobody(password: string): Promise<false> {
  await deriveKey(password, randomBytes(16));
  return false;
}

function deriveKey(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize(), salt, KEY_BYTES, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

const format = (salt: Buffer, key: Buffer, srp: SrpVerifier): string =>
  `scrypt$${salt.toString('base64')}$${key.toString('base64')}$${srp.salt}$${srp.verifier}`;
