import { createHash } from 'node:crypto';
import { createReplicaNotes } from './replica-notes.js';
import { fingerprintOf } from './secret-fingerprints.js';
import type { SessionStore } from '../session-store.js';

/**
 * Which secret of our client each replica shows the OP, told as a fingerprint: one that nobody uses
 * any more can be deleted.
 */
export interface ClientSecretUse {
  /** Tells that this replica uses it. @throws when the store does not answer */
  tell(secret: string): Promise<void>;
  /**
   * How many of the other replicas use this one, and how many there are.
   * @throws when the store does not answer
   */
  count(secret: string): Promise<{ readonly using: number; readonly all: number }>;
  /** This replica ends. @throws when the store does not answer */
  withdraw(): Promise<void>;
}

export interface ClientSecretUseOptions {
  readonly store: SessionStore;
  readonly issuer: string;
  readonly clientId: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export function createClientSecretUse(options: ClientSecretUseOptions): ClientSecretUse {
  const { store, issuer, clientId, now } = options;
  const client = createHash('sha256')
    .update(JSON.stringify([issuer, clientId]))
    .digest('base64url');
  const notes = createReplicaNotes({ store, index: `client-secrets:${client}`, now });
  // Bound to the client too: that two clients share a secret is nobody's business.
  const fingerprint = (secret: string): string =>
    fingerprintOf(secret, `client secret fingerprint ${client}`);

  return {
    tell: (secret) => notes.tell([fingerprint(secret)]),
    async count(secret) {
      const wanted = fingerprint(secret);
      const told = await notes.others();
      return { using: told.filter(([first]) => first === wanted).length, all: told.length };
    },
    withdraw: () => notes.withdraw(),
  };
}
