/**
 * Where sessions are kept. A store sees only opaque keys, sealed bytes and times: it can read
 * nothing of a session, and a dump of it gives neither tokens nor cookies.
 *
 * Every method rejects with a `RelyingPartyError` of code `session_store_unavailable` when the
 * store cannot answer within a second; none ever answers "no such session" because of a fault. The
 * contract is written down as tests in `test/sessions/stores/contract.ts`; every store passes the
 * same suite.
 */
export interface SessionStore {
  /**
   * Creates both records and the index entries; when it resolves, all of them are there, and where
   * there are replicas one of them has the session. The key is new: login always makes a new
   * session id.
   */
  create(key: string, session: NewStoredSession): Promise<void>;

  /**
   * The small record every request reads; `undefined` when it does not exist, was destroyed or is
   * past `expiresAt`.
   */
  read(key: string): Promise<StoredSession | undefined>;

  /** The tokens' record, read only when tokens are needed. */
  readTokens(key: string): Promise<Uint8Array | undefined>;

  /**
   * Changes what is given, **only if the session still exists**, so that a late response cannot
   * revive a session that was signed out; and with `expected`, only if its record is still that
   * one, so that it cannot undo a later change either.
   * @returns whether it was changed
   */
  update(key: string, change: StoredSessionChange): Promise<boolean>;

  /**
   * Removes the session, its tokens and its index entries, also of a session that has expired by
   * our clock: it may be our clock that is wrong.
   * @returns the tokens' record that was removed (so that exactly one caller revokes them), or
   *   `undefined` if there was none
   */
  destroy(key: string): Promise<Uint8Array | undefined>;

  /**
   * The keys of the sessions under an index entry: of those that are there, and also have expired
   * only by our clock, so that they can be destroyed.
   */
  find(index: string): Promise<string[]>;

  /**
   * Takes a lock that ends by itself after `ttlMs`.
   * @returns a proof for `unlock`, or `undefined` if somebody else holds it
   */
  lock(name: string, ttlMs: number): Promise<string | undefined>;

  /**
   * Makes the lock end `ttlMs` from now, if `proof` still holds it.
   * @returns whether it does
   */
  renewLock(name: string, proof: string, ttlMs: number): Promise<boolean>;

  /** Gives the lock back, if `proof` still holds it. */
  unlock(name: string, proof: string): Promise<void>;

  /**
   * Remembers a value once, until `expiresAt` (epoch milliseconds).
   * @returns `true` the first time, `false` when it was remembered already
   */
  remember(value: string, expiresAt: number): Promise<boolean>;

  /** Resolves when the store answers; readiness asks this. */
  ping(): Promise<void>;

  /** Lets go of connections, files and timers. */
  close(): Promise<void>;
}

/**
 * What every request reads. `expiresAt` is in epoch milliseconds; from then on the store may forget
 * the session.
 */
export interface StoredSession {
  readonly session: Uint8Array;
  readonly expiresAt: number;
}

/**
 * What a login creates. `indexes` are opaque names the session can be found by, fixed for its life.
 */
export interface NewStoredSession extends StoredSession {
  readonly tokens: Uint8Array;
  readonly indexes: readonly string[];
}

/** What may change later; members that are absent stay as they are. */
export interface StoredSessionChange {
  readonly session?: Uint8Array;
  readonly tokens?: Uint8Array;
  readonly expiresAt?: number;
  /** The session's record as it was read. */
  readonly expected?: Uint8Array;
}
