import { createHash, hkdfSync } from 'node:crypto';

/**
 * Whose seals these are: one relying party, as told apart from every other that may share its store
 * and its secrets.
 */
export interface SealOwner {
  readonly issuer: string;
  readonly clientId: string;
  /** Keeps two relying parties of one client on one host apart; empty where there is one. */
  readonly cookieNamespace: string;
}

/**
 * The secrets everything of a relying party is sealed with, made of those it was given and of who
 * it is. What another issuer's or client's relying party has sealed does not open, even with the
 * same store and the same secret: its tokens must never be sent to our OP.
 *
 * @param secrets newest first, and so is what is returned
 */
export function sealingSecrets(secrets: readonly string[], owner: SealOwner): string[] {
  // As JSON, no two owners are written alike; hashed, because HKDF takes 1024 bytes of it at most.
  const name = JSON.stringify([owner.issuer, owner.clientId, owner.cookieNamespace]);
  const info = createHash('sha256').update(`relying party ${name}`).digest();
  return secrets.map((secret) =>
    Buffer.from(hkdfSync('sha256', secret, 'lifeguard', info, 32)).toString('base64url'),
  );
}
