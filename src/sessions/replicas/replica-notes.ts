import { randomBytes } from 'node:crypto';
import type { SessionStore } from '../session-store.js';

/**
 * What the replicas of a relying party tell each other: in the session store, each under a key of
 * its own that it renews, a list of words. None of them may be a secret.
 */
export interface ReplicaNotes {
  /**
   * Leaves this replica's note, in the place of the one before.
   * @throws when the store does not answer
   */
  tell(words: readonly string[]): Promise<void>;
  /**
   * What the other replicas tell; an empty list for a note that cannot be read.
   * @throws when the store does not answer
   */
  others(): Promise<(readonly string[])[]>;
  /** This replica ends, and with it what it has told. @throws when the store does not answer */
  withdraw(): Promise<void>;
}

export interface ReplicaNotesOptions {
  readonly store: SessionStore;
  /** What the notes are found by. */
  readonly index: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A replica that was killed is believed for so long. */
const LIFETIME_MS = 60_000;
const KEY_BYTES = 32;
/** Not empty: some databases read an empty value as none. */
const NOTHING = Uint8Array.of(0);

export function createReplicaNotes({ store, index, now }: ReplicaNotesOptions): ReplicaNotes {
  let key: string | undefined;

  return {
    async tell(words) {
      const session = Buffer.from(JSON.stringify(words));
      const record = { session, expiresAt: now() + LIFETIME_MS };
      if (key !== undefined && (await store.update(key, record))) return;
      key = randomBytes(KEY_BYTES).toString('base64url');
      await store.create(key, { ...record, tokens: NOTHING, indexes: [index] });
    },
    async others() {
      const keys = (await store.find(index)).filter((each) => each !== key);
      // A host's own store may throw where it should reject; then no other read may be left that
      // nobody waits for.
      const records = await Promise.all(keys.map(async (each) => store.read(each)));
      return records.flatMap((record) => (record ? [wordsIn(record.session)] : []));
    },
    async withdraw() {
      if (key !== undefined) await store.destroy(key);
    },
  };
}

/** What lies under our index is ours, but may be of another version. */
function wordsIn(record: Uint8Array): readonly string[] {
  try {
    const list = JSON.parse(Buffer.from(record).toString()) as unknown;
    return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}
