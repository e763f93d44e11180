import { randomBytes, randomUUID } from 'node:crypto';
import { RelyingPartyError } from '../errors/relying-party-error.js';
import type { SessionStore } from './session-store.js';
import { reasonOf, StoreFault, type StoreFaultReason } from './store-fault.js';
import { withinTimeLimit } from './time-limits.js';

/** What was tried when the store failed. */
export type StoreStep =
  'answer' | 'create' | 'read' | 'destroy' | 'update' | 'find' | 'lock' | 'remember';

/**
 * The store cannot do what a sign-in needs. `message` is for the operator; `step` and `reason` may
 * be shown to anybody.
 */
export class StoreProbeError extends RelyingPartyError {
  readonly step: StoreStep;
  readonly reason: StoreFaultReason;

  constructor(step: StoreStep, cause: unknown) {
    const message = cause instanceof Error ? cause.message : String(cause);
    super('session_store_unavailable', `${step}: ${message}`, { cause });
    this.step = step;
    this.reason = reasonOf(cause);
  }
}

/** Orchestrators wait a second for an answer. */
const LIMIT_MS = 950;

/** However often it is asked, a process writes no more than this often. */
const PAUSE_MS = 2000;

/**
 * As large as a sign-in with many groups: on a disk that is nearly full something small may still
 * find room.
 */
const SESSION_BYTES = 2048;
const TOKEN_BYTES = 8192;

/**
 * Makes a probe that proves what a sign-in needs: a session can be created, read as it was, and
 * destroyed. Asks that come together share one; whether the store answers is asked each time.
 *
 * @param options.now the time in epoch milliseconds, by the store's clock
 * @returns rejects with a {@link StoreProbeError}
 */
export function createStoreProbe(
  store: SessionStore,
  { now }: { now: () => number },
): () => Promise<void> {
  let written: { readonly at: number; readonly outcome: Promise<void> } | undefined;
  let probing: Promise<void> | undefined;

  const probe = async (): Promise<void> => {
    try {
      await attempt('answer', store.ping());
    } catch (error) {
      written = undefined;
      throw error;
    }
    if (written === undefined || performance.now() - written.at > PAUSE_MS) {
      written = { at: performance.now(), outcome: writeAndRead(store, now() + 60_000) };
    }
    await written.outcome;
  };
  return () =>
    (probing ??= attempt('answer', withinTimeLimit(probe(), LIMIT_MS)).finally(() => {
      probing = undefined;
    }));
}

/**
 * Does once, slowly and whole, what the site does with its store: besides what readiness proves, a
 * session is changed and found, a lock taken and given back, and a value remembered for a minute.
 * Leaves nothing else behind.
 *
 * @param options.now the time in epoch milliseconds, by the store's clock
 * @throws {StoreProbeError} at the first step that fails
 */
export async function proveStore(
  store: SessionStore,
  { now }: { now: () => number },
): Promise<void> {
  await attempt('answer', store.ping());
  const expiresAt = now() + 60_000;
  await writeAndRead(store, expiresAt, async (key) => {
    const session = randomBytes(SESSION_BYTES);
    expectTrue(await attempt('update', store.update(key, { session, expiresAt })), 'update');
    await attempt('read', expectToRead(store, key, session));
    expectTrue((await attempt('find', store.find(key))).includes(key), 'find');
    const proof = await attempt('lock', store.lock(key, 60_000));
    expectTrue(proof !== undefined, 'lock');
    await attempt('lock', store.renewLock(key, proof ?? '', 60_000));
    await attempt('lock', store.unlock(key, proof ?? ''));
    expectTrue(await attempt('remember', store.remember(key, expiresAt)), 'remember');
  });
}

function expectTrue(is: boolean, step: StoreStep): void {
  if (!is) throw new StoreProbeError(step, changed());
}

/** @param meanwhile done while the session is there */
async function writeAndRead(
  store: SessionStore,
  expiresAt: number,
  meanwhile: (key: string) => Promise<void> = async () => {},
): Promise<void> {
  const key = `probe-${randomUUID()}`;
  const [session, tokens] = [randomBytes(SESSION_BYTES), randomBytes(TOKEN_BYTES)];
  await attempt('create', store.create(key, { session, tokens, expiresAt, indexes: [key] }));
  await attempt('read', expectToRead(store, key, session));
  await meanwhile(key);
  const removed = await attempt('destroy', store.destroy(key));
  if (!isSame(removed, tokens)) throw new StoreProbeError('destroy', changed());
}

async function expectToRead(store: SessionStore, key: string, session: Buffer): Promise<void> {
  const found = await store.read(key);
  if (!isSame(found?.session, session)) throw changed();
}

const isSame = (found: Uint8Array | undefined, expected: Buffer): boolean =>
  found !== undefined && expected.equals(found);

const changed = (): StoreFault =>
  new StoreFault('forgets', 'what was stored is not there, or not as it was');

async function attempt<Result>(step: StoreStep, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof StoreProbeError ? error : new StoreProbeError(step, error);
  }
}
