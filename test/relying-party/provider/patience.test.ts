import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { REQUEST_WAIT_MS } from '../../../src/sessions/time-limits.js';
import { createPatience } from '../../../src/relying-party/provider/calls/patience.js';

/** A call that ends when the test says so. */
function pending() {
  let resolve!: (value: string) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<string>((...ends) => {
    [resolve, reject] = ends;
  });
  return { promise, resolve, reject };
}

describe('patience with an endpoint', () => {
  function start() {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let elapsed = 0;
    const patience = createPatience(() => elapsed);
    return {
      patience,
      pass: (ms: number) => {
        elapsed += ms;
      },
      /** A call that fails after a time, and what came of waiting for it. */
      failAfter: async (ms: number, error: unknown) => {
        const { promise, reject } = pending();
        const waiting = patience.wait('endpoint', promise);
        elapsed += ms;
        reject(error);
        await expect(waiting).rejects.toBe(error);
      },
      /** Whether somebody who comes now is kept for no longer than this. */
      isShort: async (limitMs?: number) => {
        const isOver = vi.fn();
        const hanging = new Promise<string>(() => undefined);
        patience.wait('endpoint', hanging, limitMs).catch(isOver);
        await vi.advanceTimersByTimeAsync((limitMs ?? REQUEST_WAIT_MS) + 10);
        return isOver.mock.calls.length === 1;
      },
    };
  }

  it.each([
    ['a time limit', new DOMException('', 'TimeoutError')],
    ['an answer of a gateway', new Error('502')],
  ])('is short after a failure that kept a request too long, as %s', async (_what, error) => {
    const { failAfter, isShort } = start();
    await failAfter(REQUEST_WAIT_MS + 1, error);
    expect(await isShort()).toBe(true);
  });

  it('is what the request has left, also nothing', async () => {
    const { failAfter, isShort } = start();
    await failAfter(5000, new Error('502'));
    expect(await isShort(100)).toBe(true);
    expect(await isShort(0)).toBe(true);
  });

  it.each([0, REQUEST_WAIT_MS])('is as long as the call after a failure in %i ms', async (ms) => {
    const { failAfter, isShort } = start();
    await failAfter(5000, new Error('502'));
    await failAfter(ms, new Error('502'));
    expect(await isShort()).toBe(false);
  });

  it('is as long as the call again once one is answered, however late', async () => {
    const { patience, failAfter, isShort, pass } = start();
    await failAfter(5000, new Error('502'));
    const { promise, resolve } = pending();
    const waiting = patience.wait('endpoint', promise);
    pass(5000);
    resolve('here');
    expect(await waiting).toBe('here');
    expect(await isShort()).toBe(false);
  });

  it('counts from when a call began, and not from when somebody joined it', async () => {
    const { patience, pass, isShort } = start();
    const { promise, reject } = pending();
    const first = patience.wait('endpoint', promise);
    pass(4000);
    const second = patience.wait('endpoint', promise);
    reject(new Error('502'));
    await Promise.allSettled([first, second]);
    expect(await isShort()).toBe(true);
  });

  it('that is over says how the call before failed', async () => {
    const { patience, failAfter } = start();
    const failure = Object.assign(new Error('connect ECONNREFUSED ::1:1'), {
      code: 'ECONNREFUSED',
    });
    await failAfter(5000, failure);
    const waiting = patience.wait('endpoint', new Promise(() => undefined), 0);
    const told = expect(waiting).rejects.toMatchObject({
      code: 'provider_unavailable',
      message: 'endpoint: no answer in time; the call before: connect ECONNREFUSED ::1:1',
    });
    await vi.advanceTimersByTimeAsync(10);
    await told;
  });
});
