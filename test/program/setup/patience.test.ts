import { describe, expect, it } from 'vitest';
import { callPatiently } from '../../../src/program/setup/account/patience.js';

const failure = (name: string, code?: string): Error =>
  Object.assign(new Error('no'), { name, code });

/** How often it was tried, and what it waited between. */
async function trying(
  failures: readonly Error[],
  mayRepeat: boolean,
): Promise<{ tries: number; waits: number[]; answer: unknown }> {
  const waits: number[] = [];
  let tries = 0;
  const call = async (): Promise<string> => {
    const error = failures[tries];
    tries += 1;
    if (error !== undefined) throw error;
    return 'done';
  };
  const wait = async (ms: number): Promise<void> => {
    const before = tries;
    await new Promise(setImmediate);
    expect(tries).toBe(before);
    waits.push(ms);
  };
  const answer = await callPatiently(call, mayRepeat, wait).catch((error: unknown) => error);
  return { tries, waits, answer };
}

describe('patience', () => {
  it('waits longer each time, and no longer than 20 seconds', async () => {
    const throttled = Array.from({ length: 9 }, () => failure('TooManyRequestsException'));
    const { answer, waits } = await trying(throttled, false);
    expect(answer).toBe('done');
    for (const [index, ms] of waits.entries()) {
      const longest = Math.min(20_000, 400 * 2 ** index);
      expect(ms).toBeGreaterThanOrEqual(longest / 2);
      expect(ms).toBeLessThanOrEqual(longest);
    }
  });

  it('ends after ten tries with what AWS said', async () => {
    const throttled = Array.from({ length: 20 }, () => failure('TooManyRequestsException'));
    expect(await trying(throttled, true)).toMatchObject({
      tries: 10,
      answer: { name: 'TooManyRequestsException' },
    });
  });

  it.each([
    ['InternalErrorException', undefined],
    ['TimeoutError', undefined],
    ['Error', 'ECONNRESET'],
  ])('repeats after %s %s only what may be repeated', async (name, code) => {
    expect((await trying([failure(name, code)], true)).tries).toBe(2);
    expect((await trying([failure(name, code)], false)).tries).toBe(1);
  });

  it('repeats what was refused because of another change', async () => {
    expect((await trying([failure('ConcurrentModificationException')], false)).tries).toBe(2);
  });

  it('believes every other failure at once', async () => {
    expect((await trying([failure('InvalidParameterException')], true)).tries).toBe(1);
  });
});
