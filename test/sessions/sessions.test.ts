import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../src/sessions/stores/memory-store.js';
import { createSeal } from '../../src/sessions/sealing/seal.js';
import { createSessions, type Sessions } from '../../src/sessions/sessions.js';
import type { SessionTokens, SignedIn } from '../../src/sessions/session.js';

const HOUR = 3_600_000;
const alice: SignedIn = {
  issuer: 'https://op.example',
  subject: 'alice',
  username: 'alice',
  name: 'Alice',
  email: 'alice@example.com',
  unverifiedEmail: undefined,
  groups: ['admins'],
  scopes: ['openid'],
  identityProvider: 'oidc-pool-2',
  originJti: 'origin-1',
  sid: 'sid-1',
  authenticatedAt: 1_000_000,
  acr: undefined,
  userAgent: 'test',
};
const tokensUntil = (at: number): SessionTokens => ({
  idToken: 'the-id-token',
  accessToken: 'the-access-token',
  refreshToken: 'the-refresh-token',
  nonce: undefined,
  accessTokenExpiresAt: at,
  refreshDueAt: at - 60_000,
});

function world(secrets = ['s'.repeat(32)]) {
  let time = 1_000_000;
  const now = (): number => time;
  const store = new MemoryStore({ now });
  const open = (some: string[], clientId = 'site'): Sessions =>
    createSessions({
      store,
      clientId,
      secrets: some,
      idleSeconds: 1800,
      absoluteSeconds: 28_800,
      now,
    });
  return {
    store,
    sessions: open(secrets),
    open,
    now,
    pass: (ms: number) => {
      time += ms;
    },
  };
}

describe('sessions', () => {
  it('are found by the id they were established with, and by nothing else', async () => {
    const { sessions, now } = world();
    const { sessionId, session } = await sessions.establish(alice, tokensUntil(now() + HOUR));
    expect(await sessions.find(sessionId)).toEqual(session);
    expect(session).toMatchObject(alice);
    for (const other of [session.key, sessionId.slice(1), `${sessionId}x`, '', 'x'.repeat(43)]) {
      expect(await sessions.find(other)).toBeUndefined();
    }
  });

  it('leave nothing readable in the store: no token, name, subject or id', async () => {
    const { sessions, store, now } = world();
    const written: string[] = [];
    const create = store.create.bind(store);
    store.create = async (key, stored) => {
      written.push(key, ...stored.indexes);
      written.push(Buffer.from(stored.session).toString('latin1'));
      written.push(Buffer.from(stored.tokens).toString('latin1'));
      await create(key, stored);
    };
    const { sessionId } = await sessions.establish(alice, tokensUntil(now() + HOUR));
    expect(written).toHaveLength(5);
    const dump = written.join('\n');
    for (const secret of [sessionId, 'alice', 'the-', 'origin-1', 'sid-1', 'admins']) {
      expect(dump).not.toContain(secret);
    }
  });

  it('cannot be exchanged for each other in the store', async () => {
    const { sessions, store, now } = world();
    const mine = await sessions.establish(alice, tokensUntil(now() + HOUR));
    const hers = await sessions.establish({ ...alice, subject: 'bob' }, tokensUntil(now() + HOUR));
    const stolen = (await store.read(hers.session.key))!;
    await store.update(mine.session.key, stolen);
    expect(await sessions.find(mine.sessionId)).toBeUndefined();
  });

  it('end after the idle time, to the millisecond, counted from the last use', async () => {
    const { sessions, pass, now } = world();
    const { sessionId, session } = await sessions.establish(alice, tokensUntil(now() + HOUR));
    pass(1_799_999);
    expect(await sessions.find(sessionId)).toEqual(session);
    await sessions.touch(session);
    pass(1_799_999);
    expect(await sessions.find(sessionId)).toBeDefined();
    pass(1);
    expect(await sessions.find(sessionId)).toBeUndefined();
  });

  it('end after the absolute time, to the millisecond, however much they are used', async () => {
    const { sessions, pass, now } = world();
    const { sessionId } = await sessions.establish(alice, tokensUntil(now() + 24 * HOUR));
    for (let minutes = 20; minutes < 480; minutes += 20) {
      pass(20 * 60_000);
      await sessions.touch((await sessions.find(sessionId))!);
    }
    pass(20 * 60_000 - 1);
    const last = await sessions.find(sessionId);
    expect(last).toBeDefined();
    await sessions.touch(last!);
    pass(1);
    expect(await sessions.find(sessionId)).toBeUndefined();
  });

  it('are not written again by uses within a tenth of the idle time', async () => {
    const { sessions, store, pass, now } = world();
    const { session } = await sessions.establish(alice, tokensUntil(now() + HOUR));
    let writes = 0;
    const update = store.update.bind(store);
    store.update = (key, change) => {
      writes += 1;
      return update(key, change);
    };
    pass(179_000);
    await sessions.touch(session);
    expect(writes).toBe(0);
    pass(2000);
    await sessions.touch(session);
    expect(writes).toBe(1);
  });

  it('are not set back by a late use that knew them before a refresh', async () => {
    const { sessions, now, pass } = world();
    const { sessionId } = await sessions.establish(alice, tokensUntil(now() + HOUR));
    const before = (await sessions.find(sessionId))!;
    pass(10 * 60_000);
    const refreshed = { ...before, groups: [], name: 'Alice Renamed' };
    await sessions.replaceTokens(refreshed, tokensUntil(now() + HOUR));
    await sessions.touch(before);
    expect(await sessions.find(sessionId)).toMatchObject({
      groups: [],
      name: 'Alice Renamed',
      refreshDueAt: now() + HOUR - 60_000,
    });
  });

  it('are due for no refresh without a refresh token, for as long as JSON can say', async () => {
    const { sessions, now } = world();
    const tokens = { ...tokensUntil(now() + HOUR), refreshToken: undefined };
    const { sessionId, session } = await sessions.establish(alice, tokens);
    expect(session.refreshDueAt).toBe(Number.MAX_SAFE_INTEGER);
    expect(await sessions.find(sessionId)).toEqual(session);
  });

  it('give their tokens to exactly one of those who end them', async () => {
    const { sessions, now } = world();
    const { session, sessionId } = await sessions.establish(alice, tokensUntil(now() + HOUR));
    const ended = await Promise.all([1, 2, 3].map(() => sessions.end(session.key)));
    expect(ended.filter((removed) => removed !== undefined)).toEqual([
      { tokens: tokensUntil(now() + HOUR) },
    ]);
    expect(await sessions.find(sessionId)).toBeUndefined();
  });

  it('are not revived by tokens that come after the end', async () => {
    const { sessions, now } = world();
    const { session, sessionId } = await sessions.establish(alice, tokensUntil(now() + HOUR));
    await sessions.end(session.key);
    expect(await sessions.replaceTokens(session, tokensUntil(now() + 2 * HOUR))).toBeUndefined();
    await sessions.touch(session);
    expect(await sessions.find(sessionId)).toBeUndefined();
    expect(await sessions.ofSubject(alice.issuer, 'alice')).toEqual([]);
  });

  it('are found by account and by session at the OP', async () => {
    const { sessions, now } = world();
    const first = await sessions.establish(alice, tokensUntil(now() + HOUR));
    const second = await sessions.establish({ ...alice, sid: 'sid-2' }, tokensUntil(now() + HOUR));
    const keys = (found: { key: string }[]): string[] => found.map(({ key }) => key).toSorted();
    const both = keys([first.session, second.session]);
    expect(keys(await sessions.ofSubject(alice.issuer, 'alice'))).toEqual(both);
    expect(await sessions.ofSubject('https://other.example', 'alice')).toEqual([]);
    expect(await sessions.keysOfSid(alice.issuer, 'sid-2')).toEqual([second.session.key]);
    expect(await sessions.keysOfSid(alice.issuer, 'origin-1')).toEqual([]);
  });

  it('are named also where they cannot be read, to their own client alone', async () => {
    const { sessions, open, pass, now } = world();
    const { session } = await sessions.establish(alice, tokensUntil(now() + HOUR));
    const names = async (some: Sessions): Promise<string[][]> => [
      await some.keysOfSubject(alice.issuer, 'alice'),
      await some.keysOfSid(alice.issuer, 'sid-1'),
    ];
    const both = [[session.key], [session.key]];
    const other = 'o'.repeat(32);
    expect(await names(open([other]))).toEqual(both);
    expect(await names(open([other], 'another client'))).toEqual([[], []]);
    pass(1800 * 1000);
    expect(await names(sessions)).toEqual(both);
    expect(await sessions.ofSubject(alice.issuer, 'alice')).toEqual([]);
    await sessions.end(session.key);
    expect(await names(sessions)).toEqual([[], []]);
  });

  it('have run out by our clock also where the store says that they are there', async () => {
    const { store, sessions, pass, now } = world();
    const { sessionId, session } = await sessions.establish(alice, tokensUntil(now() + HOUR));
    await store.update(session.key, { expiresAt: now() + 24 * HOUR });
    pass(1800 * 1000 - 1);
    expect(await sessions.find(sessionId)).toBeDefined();
    pass(1);
    expect(await store.read(session.key)).toBeDefined();
    expect(await sessions.find(sessionId)).toBeUndefined();
    expect(await sessions.ofSubject(alice.issuer, 'alice')).toEqual([]);
  });

  it('survive a rotation of the secret with an overlap, and end without one', async () => {
    const { sessions, open, now } = world(['old-secret-old-secret-old-secret']);
    const { sessionId } = await sessions.establish(alice, tokensUntil(now() + HOUR));
    const overlapping = open([
      'new-secret-new-secret-new-secret',
      'old-secret-old-secret-old-secret',
    ]);
    const session = await overlapping.find(sessionId);
    expect(session).toBeDefined();
    expect(await overlapping.tokens(session!)).toMatchObject({ refreshToken: 'the-refresh-token' });
    expect(await open(['new-secret-new-secret-new-secret']).find(sessionId)).toBeUndefined();
  });
});

describe('a seal', () => {
  const seal = createSeal(['a'.repeat(32)], 'test');

  it('opens what it sealed, in its own context only', () => {
    const sealed = seal.seal(Buffer.from('hello'), 'here');
    expect(seal.open(sealed, 'here')?.toString()).toBe('hello');
    expect(seal.open(sealed, 'there')).toBeUndefined();
    expect(createSeal(['a'.repeat(32)], 'other').open(sealed, 'here')).toBeUndefined();
    expect(createSeal(['b'.repeat(32)], 'test').open(sealed, 'here')).toBeUndefined();
  });

  it('opens nothing in which a single bit was changed, nor a part of it', () => {
    const sealed = seal.seal(Buffer.from('hello'), 'here');
    for (let at = 0; at < sealed.length; at += 1) {
      const damaged = Buffer.from(sealed);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
      expect(seal.open(damaged, 'here')).toBeUndefined();
      expect(seal.open(sealed.subarray(0, at), 'here')).toBeUndefined();
    }
  });

  it('never seals the same thing to the same bytes', () => {
    expect(seal.seal(Buffer.from('x'), 'c')).not.toEqual(seal.seal(Buffer.from('x'), 'c'));
  });
});
