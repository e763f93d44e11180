import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Seals bytes so that only a holder of the secret can read or make them, bound to what they are
 * for.
 */
export interface Seal {
  /**
   * AES-256-GCM under the newest secret; `context` (a session's key, a cookie's name) must be the
   * same to open it.
   */
  seal(plaintext: Uint8Array, context: string): Buffer;
  /**
   * Opens with whichever secret sealed it; `undefined` for anything forged, foreign, damaged or of
   * an older layout.
   */
  open(sealed: Uint8Array, context: string): Buffer | undefined;
}

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES;

/**
 * @param secrets newest first; the first seals, each opens, so that a secret rotates without
 *   signing anyone out
 * @param purpose keeps apart what must not be exchanged: a sealed cookie never opens as a session
 *   record
 */
export function createSeal(secrets: readonly string[], purpose: string): Seal {
  const roots = secrets.map((secret) =>
    Buffer.from(hkdfSync('sha256', secret, 'lifeguard', purpose, 32)),
  );
  const [newest] = roots;
  if (newest === undefined) throw new TypeError('createSeal needs at least one secret');

  return {
    seal(plaintext, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyFor(newest, context), nonce);
      const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), nonce, body, cipher.getAuthTag()]);
    },
    open(sealed, context) {
      if (sealed.length < HEADER_BYTES + TAG_BYTES || sealed[0] !== VERSION) return undefined;
      for (const root of roots) {
        const opened = openWith(keyFor(root, context), sealed);
        if (opened !== undefined) return opened;
      }
      return undefined;
    },
  };
}

/**
 * A key of its own for each context: no nonce can meet another under one key, and nothing opens out
 * of its place.
 */
function keyFor(root: Buffer, context: string): Buffer {
  return createHmac('sha256', root).update(context).digest();
}

function openWith(key: Buffer, sealed: Uint8Array): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, HEADER_BYTES));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    const body = decipher.update(sealed.subarray(HEADER_BYTES, sealed.length - TAG_BYTES));
    return Buffer.concat([body, decipher.final()]);
  } catch {
    return undefined;
  }
}
