import { createHash, randomBytes } from 'node:crypto';
import { createSessionRecords, type SessionRecords } from './session-records.js';
import type { SessionStore } from './session-store.js';
import { NEVER_DUE, type Session, type SessionTokens, type SignedIn } from './session.js';

export interface SessionsOptions {
  readonly store: SessionStore;
  /**
   * Whose sessions these are at their issuer: another client's in the same store are not ended with
   * them.
   */
  readonly clientId: string;
  /** At least one, newest first: those of the relying party alone, see `sealingSecrets`. */
  readonly secrets: readonly string[];
  /** A session unused for so long ends. */
  readonly idleSeconds: number;
  /** A session ends so long after its login, used or not. */
  readonly absoluteSeconds: number;
  readonly now: () => number;
}

/**
 * A session that has begun, and the one secret of it that leaves the server: the id for the cookie.
 */
export interface Established {
  readonly sessionId: string;
  readonly session: Session;
}

/** What is left of a session that was deleted. */
interface RemovedSession {
  /** `undefined` if they were sealed with a secret we do not have. */
  readonly tokens: SessionTokens | undefined;
}

/**
 * The life of sessions: begun by a login, found by the cookie's session id, changed only while they
 * exist, ended once.
 */
export interface Sessions {
  /** Always a new session id, whatever the browser sent. */
  establish(signedIn: SignedIn, tokens: SessionTokens): Promise<Established>;
  /** The live session with this id; `undefined` for anything else a cookie may contain. */
  find(sessionId: string): Promise<Session | undefined>;
  /** The session as it is now, for a holder of its key. */
  findByKey(key: string): Promise<Session | undefined>;
  /** The key of the session with this id, whether or not there is one. */
  keyOf(sessionId: string): string;
  /**
   * Moves the idle clock, at most once per tenth of its length, unless somebody else has changed
   * the session meanwhile.
   */
  touch(session: Session): Promise<void>;
  tokens(session: Session): Promise<SessionTokens | undefined>;
  /**
   * Changes the tokens alone.
   * @returns whether the session still exists; if not, the tokens belong to nobody
   */
  keepTokens(key: string, tokens: SessionTokens): Promise<boolean>;
  /**
   * Changes both, and moves the idle clock.
   * @returns the changed session, or `undefined` if it was ended meanwhile: then the tokens belong
   *   to nobody
   */
  replaceTokens(session: Session, tokens: SessionTokens): Promise<Session | undefined>;
  /**
   * Deletes a session, also one that cannot be read or has run out by our clock.
   * @returns what it held, to exactly one caller, who revokes the tokens; `undefined` if there was
   *   none
   */
  end(key: string): Promise<RemovedSession | undefined>;
  /** The live sessions of an account, as far as they can be read here. */
  ofSubject(issuer: string, subject: string): Promise<Session[]>;
  /**
   * The keys of all sessions of an account, to end them: also of those that cannot be read, or have
   * run out by our clock. It may be our secret or our clock that is wrong, and then they live on
   * elsewhere.
   */
  keysOfSubject(issuer: string, subject: string): Promise<string[]>;
  /** The same of the sessions that came from one session at the OP. */
  keysOfSid(issuer: string, sid: string): Promise<string[]>;
  /** The lock and memory of the store, for refresh and replay checks. */
  readonly store: SessionStore;
}

const SESSION_ID_BYTES = 32;
const TOUCHES_PER_IDLE_TIME = 10;

export function createSessions(options: SessionsOptions): Sessions {
  const { store, clientId, now } = options;
  const idleMs = options.idleSeconds * 1000;
  const records = createSessionRecords(options.secrets, idleMs);

  return {
    store,
    keyOf,
    ...createFinder(options, records),

    async establish(signedIn, tokens) {
      const sessionId = randomBytes(SESSION_ID_BYTES).toString('base64url');
      const createdAt = now();
      const session: Session = {
        ...signedIn,
        key: keyOf(sessionId),
        createdAt,
        lastSeenAt: createdAt,
        absoluteExpiresAt: createdAt + options.absoluteSeconds * 1000,
        ...timesOf(tokens),
      };
      await store.create(session.key, {
        ...records.seal(session),
        tokens: records.sealTokens(session.key, tokens),
        indexes: indexesOf(session, clientId),
      });
      return { sessionId, session };
    },

    async touch(session) {
      const at = now();
      if (at - session.lastSeenAt < idleMs / TOUCHES_PER_IDLE_TIME) return;
      const expected = records.recordOf(session);
      const change = records.seal({ ...session, lastSeenAt: at });
      await store.update(session.key, { ...change, ...(expected && { expected }) });
    },

    keepTokens: (key, tokens) => store.update(key, { tokens: records.sealTokens(key, tokens) }),

    async replaceTokens(session, tokens) {
      const changed: Session = { ...session, lastSeenAt: now(), ...timesOf(tokens) };
      const still = await store.update(session.key, {
        ...records.seal(changed),
        tokens: records.sealTokens(session.key, tokens),
      });
      return still ? changed : undefined;
    },

    async end(key) {
      const stored = await store.destroy(key);
      return stored && { tokens: records.openTokens(key, stored) };
    },
  };
}

/** The half of it that only reads. */
function createFinder({ store, clientId, now }: SessionsOptions, records: SessionRecords) {
  const findByKey = async (key: string): Promise<Session | undefined> => {
    const stored = await store.read(key);
    const session = stored && records.open(key, stored.session);
    return session === undefined || records.expiresAt(session) <= now() ? undefined : session;
  };

  const keysOfSubject = (issuer: string, subject: string): Promise<string[]> =>
    store.find(indexOf('subject', [issuer, clientId, subject]));

  return {
    findByKey,
    async find(sessionId: string) {
      return SESSION_ID.test(sessionId) ? findByKey(keyOf(sessionId)) : undefined;
    },
    async tokens({ key }: Session) {
      const stored = await store.readTokens(key);
      return stored && records.openTokens(key, stored);
    },
    async ofSubject(issuer: string, subject: string) {
      const found = await Promise.all((await keysOfSubject(issuer, subject)).map(findByKey));
      return found.filter((session) => session !== undefined);
    },
    keysOfSubject,
    keysOfSid: (issuer: string, sid: string) => store.find(indexOf('sid', [issuer, clientId, sid])),
  };
}

const SESSION_ID = /^[\w-]{43}$/;

/** The store knows a session only by this hash, so its contents are no cookies. */
function keyOf(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('base64url');
}

function indexesOf({ issuer, subject, sid }: Session, clientId: string): string[] {
  const ofSubject = indexOf('subject', [issuer, clientId, subject]);
  return sid === undefined ? [ofSubject] : [ofSubject, indexOf('sid', [issuer, clientId, sid])];
}

/**
 * When to refresh is for the session to know, since every request asks; without a refresh token it
 * is never.
 */
function timesOf({
  accessTokenExpiresAt,
  refreshDueAt,
  refreshToken,
}: SessionTokens): Pick<Session, 'accessTokenExpiresAt' | 'refreshDueAt'> {
  return {
    accessTokenExpiresAt,
    refreshDueAt: refreshToken === undefined ? NEVER_DUE : refreshDueAt,
  };
}

/**
 * Hashed, so that the store does not tell who is signed in; without a secret, so that a replica
 * with another one finds it too.
 * @param name issuer, client, and who or what there
 */
function indexOf(kind: 'subject' | 'sid', name: readonly [string, string, string]): string {
  const hash = createHash('sha256').update(JSON.stringify(name));
  return `${kind}:${hash.digest('base64url')}`;
}
