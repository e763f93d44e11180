import { randomUUID } from 'node:crypto';
import type {
  NewStoredSession,
  SessionStore,
  StoredSession,
  StoredSessionChange,
} from '../session-store.js';

const SWEEP_MS = 60_000;

/**
 * Sessions in this process's memory: for tests, the demo and development. They end with the process
 * and are not shared, so a program with several workers must not use it.
 */
export class MemoryStore implements SessionStore {
  readonly #now: () => number;
  readonly #sessions = new Map<string, NewStoredSession>();
  readonly #keysByIndex = new Map<string, Set<string>>();
  readonly #locks = new Map<string, { proof: string; expiresAt: number }>();
  readonly #remembered = new Map<string, { expiresAt: number }>();
  readonly #sweeping: NodeJS.Timeout;

  /** @param options.now the time in epoch milliseconds */
  constructor(options: { now: () => number }) {
    this.#now = options.now;
    this.#sweeping = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  async create(key: string, session: NewStoredSession): Promise<void> {
    this.#sessions.set(key, {
      session: copy(session.session),
      tokens: copy(session.tokens),
      expiresAt: session.expiresAt,
      indexes: [...session.indexes],
    });
    for (const index of session.indexes) {
      const keys = this.#keysByIndex.get(index) ?? new Set();
      this.#keysByIndex.set(index, keys.add(key));
    }
  }

  async read(key: string): Promise<StoredSession | undefined> {
    return this.#live(key);
  }

  async readTokens(key: string): Promise<Uint8Array | undefined> {
    return this.#live(key)?.tokens;
  }

  async update(key: string, change: StoredSessionChange): Promise<boolean> {
    const stored = this.#live(key);
    if (stored === undefined) return false;
    const { expected } = change;
    if (expected !== undefined && Buffer.compare(stored.session, expected) !== 0) return false;
    this.#sessions.set(key, {
      session: change.session === undefined ? stored.session : copy(change.session),
      tokens: change.tokens === undefined ? stored.tokens : copy(change.tokens),
      expiresAt: change.expiresAt ?? stored.expiresAt,
      indexes: stored.indexes,
    });
    return true;
  }

  async destroy(key: string): Promise<Uint8Array | undefined> {
    const tokens = this.#sessions.get(key)?.tokens;
    this.#remove(key);
    return tokens;
  }

  async find(index: string): Promise<string[]> {
    return [...(this.#keysByIndex.get(index) ?? [])];
  }

  async lock(name: string, ttlMs: number): Promise<string | undefined> {
    const held = this.#locks.get(name);
    if (held !== undefined && held.expiresAt > this.#now()) return undefined;
    const proof = randomUUID();
    this.#locks.set(name, { proof, expiresAt: this.#now() + ttlMs });
    return proof;
  }

  async renewLock(name: string, proof: string, ttlMs: number): Promise<boolean> {
    const held = this.#locks.get(name);
    if (held?.proof !== proof || held.expiresAt <= this.#now()) return false;
    held.expiresAt = this.#now() + ttlMs;
    return true;
  }

  async unlock(name: string, proof: string): Promise<void> {
    if (this.#locks.get(name)?.proof === proof) this.#locks.delete(name);
  }

  async remember(value: string, expiresAt: number): Promise<boolean> {
    const remembered = this.#remembered.get(value);
    if (remembered !== undefined && remembered.expiresAt > this.#now()) return false;
    this.#remembered.set(value, { expiresAt });
    return true;
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {
    clearInterval(this.#sweeping);
  }

  #live(key: string): NewStoredSession | undefined {
    const stored = this.#sessions.get(key);
    return stored !== undefined && stored.expiresAt > this.#now() ? stored : undefined;
  }

  #remove(key: string): void {
    for (const index of this.#sessions.get(key)?.indexes ?? []) {
      const keys = this.#keysByIndex.get(index);
      keys?.delete(key);
      if (keys?.size === 0) this.#keysByIndex.delete(index);
    }
    this.#sessions.delete(key);
  }

  #sweep(): void {
    const now = this.#now();
    for (const [key, { expiresAt }] of this.#sessions) if (expiresAt <= now) this.#remove(key);
    for (const expiring of [this.#locks, this.#remembered]) {
      for (const [name, { expiresAt }] of expiring) if (expiresAt <= now) expiring.delete(name);
    }
  }
}

// A small Buffer is a slice of an 8 kB slab and would keep all of it alive for as long as the
// session lives.
function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
