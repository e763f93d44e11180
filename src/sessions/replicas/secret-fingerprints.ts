import { createHash, hkdfSync } from 'node:crypto';
import { createReplicaNotes } from './replica-notes.js';
import type { SealOwner } from '../sealing/sealing-secrets.js';
import type { SessionStore } from '../session-store.js';

/** Whether every replica can open what the others seal. */
export type SecretsAgreement = 'ok' | 'mismatch';

/**
 * What the replicas of a relying party tell each other of their session secrets: a fingerprint of
 * each. A replica with other secrets is noticed before its users are signed out at random.
 */
export interface SecretFingerprints {
  /** Tells the others of this replica, and compares. @throws when the store does not answer */
  announce(): Promise<SecretsAgreement>;
  /**
   * Compares these secrets with what replicas tell, and tells them nothing.
   * @throws when the store does not answer
   */
  compare(): Promise<SecretsAgreement>;
  /** This replica ends, and with it what it has told. @throws when the store does not answer */
  withdraw(): Promise<void>;
}

export interface SecretFingerprintsOptions {
  readonly store: SessionStore;
  /** As they come from `sealingSecrets`, newest first. */
  readonly secrets: readonly string[];
  readonly owner: SealOwner;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const FINGERPRINT_BYTES = 16;

export function createSecretFingerprints(options: SecretFingerprintsOptions): SecretFingerprints {
  const { store, now } = options;
  const mine = options.secrets.map((secret) => fingerprintOf(secret, 'secret fingerprint'));
  const notes = createReplicaNotes({ store, index: indexOf(options.owner), now });

  const compare = async (): Promise<SecretsAgreement> => {
    const theirs = await notes.others();
    return theirs.every((list) => agree(mine, list)) ? 'ok' : 'mismatch';
  };

  return {
    compare,
    async announce() {
      await notes.tell(mine);
      return compare();
    },
    withdraw: () => notes.withdraw(),
  };
}

/** What one seals the other opens: the newest of each is known to the other, in whichever place. */
function agree(mine: readonly string[], theirs: readonly string[]): boolean {
  return mine.includes(theirs[0] ?? '') && theirs.includes(mine[0] ?? '');
}

/**
 * For a purpose of its own, so that it opens nothing and tells nothing of a secret that cannot be
 * guessed anyway.
 */
export function fingerprintOf(secret: string, purpose: string): string {
  const bytes = hkdfSync('sha256', secret, 'lifeguard', purpose, FINGERPRINT_BYTES);
  return Buffer.from(bytes).toString('base64url');
}

function indexOf({ issuer, clientId, cookieNamespace }: SealOwner): string {
  const name = JSON.stringify([issuer, clientId, cookieNamespace]);
  return `secrets:${createHash('sha256').update(name).digest('base64url')}`;
}
