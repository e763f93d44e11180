import { createSeal, type Seal } from './sealing/seal.js';
import type { StoredSession } from './session-store.js';
import type { Session, SessionTokens } from './session.js';

/**
 * Sessions and tokens as the store has them: sealed, each for its key. What we cannot open reads as
 * none.
 */
export interface SessionRecords {
  /** When the session ends if nobody uses it. */
  expiresAt(session: Session): number;
  seal(session: Session): StoredSession;
  open(key: string, sealed: Uint8Array): Session | undefined;
  /** The record that a session was opened from, to see whether it is still the same. */
  recordOf(session: Session): Uint8Array | undefined;
  sealTokens(key: string, tokens: SessionTokens): Uint8Array;
  openTokens(key: string, sealed: Uint8Array): SessionTokens | undefined;
}

/**
 * Layout of the records; a record of any other layout reads as "no session", so people sign in
 * again.
 */
const LAYOUT = 3;

/** @param secrets see `SessionsOptions` */
export function createSessionRecords(secrets: readonly string[], idleMs: number): SessionRecords {
  const sessionSeal = createSeal(secrets, 'session record');
  const tokensSeal = createSeal(secrets, 'tokens record');
  const opened = createOpenedSessions();
  const records = new WeakMap<Session, Uint8Array>();

  const expiresAt = (session: Session): number =>
    Math.min(session.lastSeenAt + idleMs, session.absoluteExpiresAt);

  return {
    expiresAt,
    seal: (session) => ({
      session: sealJson(sessionSeal, session, session.key),
      expiresAt: expiresAt(session),
    }),
    open(key, sealed) {
      const session = opened.of(key, sealed, () => openJson<Session>(sessionSeal, sealed, key));
      if (session !== undefined) records.set(session, sealed);
      return session;
    },
    recordOf: (session) => records.get(session),
    sealTokens: (key, tokens) => sealJson(tokensSeal, tokens, key),
    openTokens: (key, sealed) => openJson<SessionTokens>(tokensSeal, sealed, key),
  };
}

/** Sessions whose records were unsealed a moment ago. */
export interface OpenedSessions {
  /**
   * The session in this record: remembered if exactly these bytes were opened before under this
   * key, else opened now.
   */
  of(key: string, sealed: Uint8Array, open: () => Session | undefined): Session | undefined;
}

const DEFAULT_MAX = 1000;

/**
 * A record changes only when a session does, so most requests read the bytes the last one read. The
 * store is asked all the same: only the unsealing is saved, so a session that has ended is never
 * found here.
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

function sealJson(seal: Seal, value: object, context: string): Buffer {
  return seal.seal(Buffer.from(JSON.stringify({ layout: LAYOUT, ...value })), context);
}

/** Only this program can have sealed it, so its shape is what the layout number says. */
function openJson<T>(seal: Seal, sealed: Uint8Array, context: string): T | undefined {
  const opened = seal.open(sealed, context);
  if (opened === undefined) return undefined;
  const { layout, ...value } = JSON.parse(opened.toString('utf8')) as { layout: number } & T;
  return layout === LAYOUT ? (value as T) : undefined;
}
