import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NewStoredSession, SessionStore } from '../../../src/sessions/session-store.js';
import { untilItAnswers } from '../../support/open-connected.js';
import { newSession, randomKey } from './support/new-session.js';

const MINUTE = 60_000;
const PATIENCE = { timeout: 15_000 };

/**
 * What every store promises, with a clock the tests can move.
 *
 * @param open opens the store; what earlier tests left in it must not matter
 * @param isShared whether two stores opened one after the other hold the same sessions, as two
 *   processes do
 */
export function itKeepsTheContract(
  open: (now: () => number) => Promise<SessionStore>,
  { isShared }: { isShared: boolean },
): void {
  describe('keeps the contract of session stores', () => {
    let time: number;
    let store: SessionStore;
    const opened: SessionStore[] = [];

    const openStore = async (): Promise<SessionStore> => {
      const another = await open(() => time);
      opened.push(another);
      await untilItAnswers(another);
      return another;
    };

    beforeEach(async () => {
      time = Date.now();
      store = await openStore();
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((each) => each.close()));
    });

    const created = async (session: Partial<NewStoredSession> = {}): Promise<string> => {
      const key = randomKey();
      await store.create(key, newSession(time, session));
      return key;
    };

    it('gives back exactly the bytes a login stored', async () => {
      const session = randomBytes(700);
      const tokens = Buffer.concat([Buffer.from([0, 0xff, 0x0d, 0x0a]), randomBytes(64 * 1024)]);
      const key = await created({ session, tokens, expiresAt: time + MINUTE });

      const stored = await store.read(key);
      expect(Buffer.from(stored!.session).equals(session)).toBe(true);
      expect(stored!.expiresAt).toBe(time + MINUTE);
      expect(Buffer.from((await store.readTokens(key))!).equals(tokens)).toBe(true);
    });

    it('knows nothing of a session that was never created', async () => {
      const key = randomKey();

      expect(await store.read(key)).toBeUndefined();
      expect(await store.readTokens(key)).toBeUndefined();
      expect(await store.update(key, { session: bytes('late'), tokens: bytes('late') })).toBe(
        false,
      );
      expect(await store.destroy(key)).toBeUndefined();
      expect(await store.read(key)).toBeUndefined();
      expect(await store.find(randomKey())).toEqual([]);
    });

    it('changes what is given and leaves the rest', async () => {
      const key = await created({
        session: bytes('s1'),
        tokens: bytes('t1'),
        expiresAt: time + MINUTE,
      });
      const contents = async (): Promise<unknown[]> => {
        const stored = await store.read(key);
        return [text(stored?.session), text(await store.readTokens(key)), stored!.expiresAt - time];
      };

      expect(await store.update(key, { session: bytes('s2') })).toBe(true);
      expect(await contents()).toEqual(['s2', 't1', MINUTE]);
      expect(await store.update(key, { tokens: bytes('t2') })).toBe(true);
      expect(await contents()).toEqual(['s2', 't2', MINUTE]);
      expect(await store.update(key, { expiresAt: time + 2 * MINUTE })).toBe(true);
      expect(await contents()).toEqual(['s2', 't2', 2 * MINUTE]);
      expect(
        await store.update(key, {
          session: bytes('s3'),
          tokens: bytes('t3'),
          expiresAt: time + MINUTE,
        }),
      ).toBe(true);
      expect(await contents()).toEqual(['s3', 't3', MINUTE]);
      expect(await store.update(key, {})).toBe(true);
      expect(await contents()).toEqual(['s3', 't3', MINUTE]);
    });

    it('forgets a session at the moment it expires', async () => {
      const index = randomKey();
      const key = await created({ expiresAt: time + MINUTE, indexes: [index] });

      time += MINUTE - 1;
      expect(await store.read(key)).toBeDefined();
      time += 1;
      expect(await store.read(key)).toBeUndefined();
      expect(await store.readTokens(key)).toBeUndefined();
      expect(await store.update(key, { expiresAt: time + MINUTE })).toBe(false);
    });

    it('removes also what has expired by a clock that is wrong, and hands out its tokens', async () => {
      const index = randomKey();
      const expiresAt = time + MINUTE;
      const key = await created({ tokens: bytes('once'), expiresAt, indexes: [index] });

      time = expiresAt + MINUTE;
      expect(text(await store.destroy(key))).toBe('once');
      expect(await store.destroy(key)).toBeUndefined();

      time = expiresAt - MINUTE;
      expect(await store.read(key)).toBeUndefined();
      expect(await store.readTokens(key)).toBeUndefined();
      expect(await store.find(index)).toEqual([]);
    });

    it('keeps a session, its tokens and its index entries for as long as it is extended', async () => {
      const index = randomKey();
      const key = await created({ expiresAt: time + MINUTE, indexes: [index] });

      await store.update(key, { expiresAt: time + 3 * MINUTE });

      time += 2 * MINUTE;
      expect(await store.read(key)).toBeDefined();
      expect(await store.readTokens(key)).toBeDefined();
      expect(await store.find(index)).toEqual([key]);
    });

    it('lets no late answer revive a session that was signed out', async () => {
      const index = randomKey();
      const key = await created({ indexes: [index] });
      await store.destroy(key);

      expect(await store.update(key, { session: bytes('late') })).toBe(false);
      expect(await store.update(key, { tokens: bytes('late') })).toBe(false);
      expect(await store.update(key, { expiresAt: time + 9 * MINUTE })).toBe(false);
      expect(await store.read(key)).toBeUndefined();
      expect(await store.readTokens(key)).toBeUndefined();
      expect(await store.find(index)).toEqual([]);
    });

    it('changes a session only if its record is still the one expected, when one is', async () => {
      const key = await created({ session: bytes('s1'), tokens: bytes('t1') });
      const later = { session: bytes('late'), tokens: bytes('late') };

      expect(await store.update(key, { ...later, expected: bytes('s0') })).toBe(false);
      expect(text((await store.read(key))?.session)).toBe('s1');
      expect(text(await store.readTokens(key))).toBe('t1');
      expect(await store.update(key, { session: bytes('s2'), expected: bytes('s1') })).toBe(true);
      expect(text((await store.read(key))?.session)).toBe('s2');
      expect(await store.update(key, { ...later, expected: bytes('s1') })).toBe(false);
      await store.destroy(key);
      expect(await store.update(key, { ...later, expected: bytes('s2') })).toBe(false);
    });

    it('leaves nothing of a session when updates race with its sign-out', async () => {
      const index = randomKey();
      const key = await created({ indexes: [index] });
      const late = (n: number): Promise<boolean> =>
        store.update(key, {
          session: bytes(`s${n}`),
          tokens: bytes(`t${n}`),
          expiresAt: time + 2 * MINUTE,
        });

      await Promise.all([late(1), late(2), late(3), store.destroy(key), late(4), late(5), late(6)]);

      expect(await store.read(key)).toBeUndefined();
      expect(await store.readTokens(key)).toBeUndefined();
      expect(await store.find(index)).toEqual([]);
    });

    it('hands the tokens to exactly one of those who destroy a session', async () => {
      const key = await created({ tokens: bytes('once') });

      const answers = await Promise.all(Array.from({ length: 20 }, () => store.destroy(key)));

      expect(answers.filter((tokens) => tokens !== undefined).map(text)).toEqual(['once']);
    });

    it('finds what has expired by a clock that is wrong, so that it can be ended', async () => {
      const index = randomKey();
      const key = await created({ expiresAt: time + MINUTE, indexes: [index] });

      time += 2 * MINUTE;
      expect(await store.find(index)).toEqual([key]);
      const later = await created({ expiresAt: time + MINUTE, indexes: [index] });
      expect((await store.find(index)).toSorted()).toEqual([key, later].toSorted());
      await store.destroy(key);
      expect(await store.find(index)).toEqual([later]);
    });

    it('finds the sessions under each of their names, and only those that are there', async () => {
      const subject = `sub:{a}:*?[]' "\\é ${randomKey()}`;
      const origin = `sid:1 ${randomKey()}`;
      const first = await created({ indexes: [subject, origin] });
      const second = await created({ indexes: [subject] });
      await created({ indexes: [] });

      expect((await store.find(subject)).toSorted()).toEqual([first, second].toSorted());
      expect(await store.find(origin)).toEqual([first]);
      await store.destroy(first);
      expect(await store.find(subject)).toEqual([second]);
      expect(await store.find(origin)).toEqual([]);
    });

    it('never names a session that cannot be read, while others sign in and out', async () => {
      const index = randomKey();
      const ended = new Set<string>();
      const signInAndOut = async (): Promise<void> => {
        const key = await created({ indexes: [index] });
        expect(await store.find(index)).toContain(key);
        await store.destroy(key);
        ended.add(key);
        const endedBefore = [...ended];
        const found = await store.find(index);
        expect(endedBefore.filter((each) => found.includes(each))).toEqual([]);
      };

      await Promise.all(Array.from({ length: 25 }, signInAndOut));

      expect(await store.find(index)).toEqual([]);
    });

    it('gives a lock to one at a time', async () => {
      const name = randomKey();
      const proofs = await Promise.all(Array.from({ length: 20 }, () => store.lock(name, MINUTE)));
      const [proof, ...others] = proofs.filter((each) => each !== undefined);

      expect(proof).toBeDefined();
      expect(others).toEqual([]);
      expect(await store.lock(randomKey(), MINUTE)).toBeDefined();
      await store.unlock(name, 'not the proof');
      expect(await store.lock(name, MINUTE)).toBeUndefined();
      await store.unlock(name, proof ?? '');
      expect(await store.lock(name, MINUTE)).toBeDefined();
    });

    it('ends a lock by itself, and then ignores the proof of the one who had it', async () => {
      const name = randomKey();
      const expired = await store.lock(name, 30);
      time += 30;

      const proof = await vi.waitUntil(() => store.lock(name, MINUTE), PATIENCE);

      expect(proof).not.toBe(expired);
      await store.unlock(name, expired ?? '');
      expect(await store.lock(name, MINUTE)).toBeUndefined();
    });

    it('renews a lock for the one who has it, and for nobody else', async () => {
      const name = randomKey();
      const proof = await store.lock(name, MINUTE);

      expect(await store.renewLock(name, 'not the proof', MINUTE)).toBe(false);
      expect(await store.renewLock(name, proof ?? '', 30)).toBe(true);
      time += 30;
      const next = await vi.waitUntil(() => store.lock(name, MINUTE), PATIENCE);
      expect(await store.renewLock(name, proof ?? '', MINUTE)).toBe(false);
      expect(await store.renewLock(name, next, 3 * MINUTE)).toBe(true);
      time += 2 * MINUTE;
      expect(await store.lock(name, MINUTE)).toBeUndefined();
      await store.unlock(name, next);
      expect(await store.renewLock(name, next, MINUTE)).toBe(false);
    });

    it('remembers a value once, until its time', async () => {
      const value = randomKey();
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => store.remember(value, time + MINUTE)),
      );

      expect(answers.filter(Boolean)).toEqual([true]);
      expect(await store.remember(value, time + 9 * MINUTE)).toBe(false);
      const brief = randomKey();
      expect(await store.remember(brief, time + 30)).toBe(true);
      time += 30;
      await vi.waitUntil(() => store.remember(brief, time + MINUTE), PATIENCE);
      expect(await store.remember(brief, time + MINUTE)).toBe(false);
    });

    it('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });

    if (!isShared) return;
    it('shows every process at once what another one did', async () => {
      const another = await openStore();
      const index = randomKey();
      const name = randomKey();

      const key = await created({ session: bytes('s1'), indexes: [index] });
      expect(text((await another.read(key))?.session)).toBe('s1');
      await another.update(key, { session: bytes('s2') });
      expect(text((await store.read(key))?.session)).toBe('s2');
      expect(await another.find(index)).toEqual([key]);
      const proof = await store.lock(name, MINUTE);
      expect(await another.lock(name, MINUTE)).toBeUndefined();
      await another.unlock(name, proof ?? '');
      expect(await another.lock(name, MINUTE)).toBeDefined();
      expect(await store.remember(index, time + MINUTE)).toBe(true);
      expect(await another.remember(index, time + MINUTE)).toBe(false);
      await another.destroy(key);
      expect(await store.read(key)).toBeUndefined();
      expect(await store.find(index)).toEqual([]);
    });
  });
}

function bytes(value: string): Uint8Array {
  return Buffer.from(value);
}

function text(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value).toString();
}
