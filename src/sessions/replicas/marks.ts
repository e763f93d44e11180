import { createHash } from 'node:crypto';
import type { SessionStore } from '../session-store.js';

/** A short note under a name. */
interface Mark {
  readonly text: string;
  /** Epoch milliseconds; from then on it reads as none. */
  readonly expiresAt: number;
}

/**
 * What a mark is found by: as long as a session's key and just as opaque, however long its name is.
 */
export type MarkKey = string & { readonly isMarkKey: true };

/**
 * Notes that every process must know of: kept in the session store as records without tokens, which
 * the store forgets by itself. Both methods reject with `session_store_unavailable`.
 */
export interface Marks {
  read(key: MarkKey): Promise<Mark | undefined>;
  /** Replaces what was there. The text is not empty: some databases read an empty value as none. */
  write(key: MarkKey, mark: Mark): Promise<void>;
}

export function createMarks(store: SessionStore): Marks {
  return {
    async read(key) {
      const stored = await store.read(key);
      return (
        stored && { text: Buffer.from(stored.session).toString(), expiresAt: stored.expiresAt }
      );
    },
    async write(key, { text, expiresAt }) {
      const change = { session: Buffer.from(text), expiresAt };
      const create = (): Promise<void> =>
        store.create(key, { ...change, tokens: NOTHING, indexes: [] });
      if (await store.update(key, change)) return;
      try {
        await create();
      } catch {
        // Somebody else's of this moment, or one that has expired and was not swept away yet.
        if (await store.update(key, change)) return;
        await store.destroy(key);
        await create();
      }
    },
  };
}

const NOTHING = Uint8Array.of(0);

/** The key of the mark of this name; no session id has this hash. */
export function markKey(...name: readonly string[]): MarkKey {
  return createHash('sha256')
    .update(JSON.stringify(['mark', ...name]))
    .digest('base64url') as MarkKey;
}
