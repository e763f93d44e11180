import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createKeySet, OLD_SET_WAIT_MS } from '../../src/tokens/key-set.js';

describe('a key set', () => {
  let first: JWK;
  let second: JWK;
  beforeAll(async () => {
    const pairs = [
      await generateKeyPair('RS256', { extractable: true }),
      await generateKeyPair('RS256', { extractable: true }),
    ];
    [first, second] = (await Promise.all(pairs.map(({ publicKey }) => exportJWK(publicKey)))) as [
      JWK,
      JWK,
    ];
  });

  /** A key set that reads what `published` has at the moment. */
  function over(published: { keys: readonly JWK[] }) {
    let time = 1_000_000;
    let loads = 0;
    const set = createKeySet({
      now: () => time,
      load: async () => {
        loads += 1;
        return published.keys;
      },
    });
    return {
      has: async (kid: string | undefined, source?: 'notice' | 'provider') =>
        typeof (await set.find({ alg: 'RS256', kid }, source)) === 'object',
      loads: () => loads,
      pass: (ms: number) => {
        time += ms;
      },
    };
  }

  it('takes the only key for a token that names none, and refuses to guess between two', async () => {
    expect(await over({ keys: [{ ...first, kid: 'a' }] }).has(undefined)).toBe(true);
    expect(await over({ keys: [first] }).has(undefined)).toBe(true);
    const two = over({
      keys: [
        { ...first, kid: 'a' },
        { ...second, kid: 'b' },
      ],
    });
    expect(await two.has(undefined)).toBe(false);
    expect(two.loads()).toBe(1);
  });

  it('looks past keys it cannot use: for encryption, of other kinds, broken, or a symmetric one', async () => {
    const keys: JWK[] = [
      { ...first, kid: 'encryption', use: 'enc' },
      { ...first, kid: 'other-algorithm', alg: 'PS256' },
      { kty: 'oct', k: 'c2VjcmV0', kid: 'symmetric' },
      { kty: 'RSA', e: 'AQAB', kid: 'broken' },
      { ...second, kid: 'good' },
    ];
    const set = over({ keys });
    for (const kid of ['encryption', 'other-algorithm', 'symmetric', 'broken']) {
      expect(await set.has(kid)).toBe(false);
    }
    expect(await set.has('good')).toBe(true);
  });

  it('asks again at once for a kid it does not know, but only once in half a minute for each', async () => {
    const published = { keys: [{ ...first, kid: 'a' }] as JWK[] };
    const set = over(published);
    expect(await set.has('a')).toBe(true);
    published.keys = [{ ...second, kid: 'b' }];
    expect(await set.has('b')).toBe(true);
    expect(await set.has('c')).toBe(false);
    expect(await set.has('c')).toBe(false);
    expect(set.loads()).toBe(3);
    set.pass(31_000);
    published.keys = [{ ...first, kid: 'c' }];
    expect(await set.has('c')).toBe(true);
  });

  it('reads once, not twice, for a kid it does not find: at the first read', async () => {
    const set = over({ keys: [{ ...first, kid: 'a' }] });
    expect(await set.has('unknown')).toBe(false);
    expect(set.loads()).toBe(1);
    expect(await set.has('unknown')).toBe(false);
    expect(set.loads()).toBe(1);
  });

  it('reads once, not twice, for a kid it does not find: when the set is old', async () => {
    const set = over({ keys: [{ ...first, kid: 'a' }] });
    expect(await set.has('a')).toBe(true);
    set.pass(11 * 60_000);
    expect(await set.has('unknown')).toBe(false);
    expect(set.loads()).toBe(2);
  });

  it('says that it could not look for an unknown kid when an old set cannot be read again', async () => {
    const published = { keys: [{ ...first, kid: 'a' }] as JWK[] };
    const set = over(published);
    expect(await set.has('a')).toBe(true);
    published.keys = [];
    set.pass(11 * 60_000);
    await expect(set.has('b')).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(set.loads()).toBe(2);
  });

  it('is read for strangers five times a minute, and tells whoever sends a notice when that is used up', async () => {
    const published = { keys: [{ ...first, kid: 'a' }] as JWK[] };
    const set = over(published);
    expect(await set.has('a')).toBe(true);
    for (let forged = 0; forged < 8; forged += 1) expect(await set.has(`f-${forged}`)).toBe(false);
    expect(set.loads()).toBe(6);
    published.keys = [{ ...second, kid: 'b' }];
    await expect(set.has('b', 'notice')).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(await set.has('b')).toBe(false);
    expect(set.loads()).toBe(6);
    // Looked for a moment ago and not found: that is known, and no reason to try again.
    expect(await set.has('f-0', 'notice')).toBe(false);
    set.pass(61_000);
    expect(await set.has('b', 'notice')).toBe(true);
  });

  it('that cannot be read is not asked for by strangers for two seconds after three failures, and by sign-ins all the same', async () => {
    const published = { keys: [] as JWK[] };
    const set = over(published);
    const unavailable = { code: 'provider_unavailable' };
    for (let failures = 0; failures < 3; failures += 1) {
      await expect(set.has('a')).rejects.toMatchObject(unavailable);
    }
    expect(set.loads()).toBe(3);
    set.pass(1999);
    await expect(set.has('a')).rejects.toMatchObject(unavailable);
    expect(set.loads()).toBe(3);
    await expect(set.has('a', 'provider')).rejects.toMatchObject(unavailable);
    expect(set.loads()).toBe(4);
    published.keys = [{ ...first, kid: 'a' }];
    set.pass(2000);
    expect(await set.has('a')).toBe(true);
  });

  it('keeps what it has when the OP publishes nothing for a while, and is not held up by it afterwards', async () => {
    const published = { keys: [{ ...first, kid: 'a' }] as JWK[] };
    const set = over(published);
    expect(await set.has('a')).toBe(true);
    published.keys = [];
    await expect(set.has('b')).rejects.toMatchObject({ code: 'provider_unavailable' });
    set.pass(11 * 60_000);
    expect(await set.has('a')).toBe(true);
    published.keys = [{ ...second, kid: 'b' }];
    expect(await set.has('b')).toBe(true);
  });

  it('that is old and hangs when it is read again keeps nobody whose key is in it', async () => {
    let time = 1_000_000;
    const key = { ...first, kid: 'a' };
    const load = vi.fn(async (): Promise<readonly JWK[]> => [key]);
    const set = createKeySet({ now: () => time, load });
    await set.find({ alg: 'RS256', kid: 'a' });
    time += 11 * 60_000;
    const answers: ((keys: readonly JWK[]) => void)[] = [];
    load.mockImplementation(async () => new Promise((resolve) => void answers.push(resolve)));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const found = vi.fn();
    const missed = vi.fn();
    void set.find({ alg: 'RS256', kid: 'a' }).then(found);
    void set.find({ alg: 'RS256', kid: 'b' }).then(missed);
    await vi.advanceTimersByTimeAsync(OLD_SET_WAIT_MS - 50);
    expect(found).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(100);
    expect(found).toHaveBeenCalledOnce();
    // Who comes later waits for the same reading, which has had its time.
    void set.find({ alg: 'RS256', kid: 'a' }).then(found);
    await vi.advanceTimersByTimeAsync(10);
    expect(found).toHaveBeenCalledTimes(2);
    // Whether its key is among the new ones only the answer can tell.
    expect(missed).not.toHaveBeenCalled();
    answers[0]!([key, { ...second, kid: 'b' }]);
    await vi.waitFor(() => expect(missed).toHaveBeenCalledOnce());
    expect(missed.mock.lastCall?.[0]).toBeInstanceOf(CryptoKey);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('that is old is read again by one token in half a minute only, while the OP does not answer', async () => {
    const published = { keys: [{ ...first, kid: 'a' }] as JWK[] };
    const set = over(published);
    expect(await set.has('a')).toBe(true);
    published.keys = [];
    set.pass(11 * 60_000);
    expect(await set.has('a')).toBe(true);
    expect(await set.has('a')).toBe(true);
    expect(set.loads()).toBe(2);
    published.keys = [{ ...second, kid: 'b' }];
    set.pass(31_000);
    expect(await set.has('a')).toBe(false);
    expect(await set.has('b')).toBe(true);
  });
});
