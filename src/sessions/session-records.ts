import type { Session } from './session.js';

/** Sessions whose records were unsealed a moment ago. */
export interface OpenedSessions {
  /** The session in this record: remembered if exactly these bytes were opened before under this key, else opened now. */
  of(key: string, sealed: Uint8Array, open: () => Session | undefined): Session | undefined;
}

const DEFAULT_MAX = 1000;

/**
 * A record changes only when a session does, so most requests read the bytes the last one read. The store is asked all the same:
 * only the unsealing is saved, so a session that has ended is never found here.
 *
 * What is given out is shared by requests, so nobody can change it.
 *
 * @param max the one not used for longest goes first
 */
export function createOpenedSessions(max: number = DEFAULT_MAX): OpenedSessions {
  const remembered = new Map<string, { sealed: Uint8Array; session: Session }>();
  return {
    of(key, sealed, open) {
      const found = remembered.get(key);
      remembered.delete(key);
      const isSame = found !== undefined && Buffer.compare(found.sealed, sealed) === 0;
      const session = isSame ? found.session : open();
      if (session === undefined) return undefined;
      const [oldest] = remembered.size >= max ? remembered.keys() : [];
      if (oldest !== undefined) remembered.delete(oldest);
      freeze(session);
      remembered.set(key, { sealed: isSame ? found.sealed : Uint8Array.from(sealed), session });
      return session;
    },
  };
}

function freeze(value: object): void {
  if (Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value) as unknown[]) {
    if (typeof member === 'object' && member !== null) freeze(member);
  }
}
