import { EventEmitter } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createProvider, type Provider } from '../../../src/relying-party/provider/discovery.js';
import type { RelyingPartyEvents } from '../../../src/relying-party/events.js';
import { REQUEST_WAIT_MS } from '../../../src/sessions/time-limits.js';

const issuer = 'https://op.example';
const hour = 3_600_000;

describe('the discovery document', () => {
  /** A provider whose OP answers until told otherwise. */
  function start() {
    let time = Date.now();
    let isDown = false;
    let isHanging = false;
    let requests = 0;
    const failures: boolean[] = [];
    const events = new EventEmitter<RelyingPartyEvents>();
    events.on('discovery.failed', ({ servedStale }) => failures.push(servedStale));
    const answer = async (): Promise<Response> => {
      requests += 1;
      if (isHanging) return new Promise(() => undefined);
      if (isDown) throw new TypeError('fetch failed');
      return Response.json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
      });
    };
    const provider: Provider = createProvider({
      option: 'issuer',
      issuer,
      clientId: 'site',
      clientSecrets: null,
      fetch: answer,
      now: () => time,
      events,
    });
    return {
      ask: async (times = 1) => {
        await Promise.all(Array.from({ length: times }, () => provider.configuration()));
      },
      requests: () => requests,
      failures,
      pass: (ms: number) => {
        time += ms;
      },
      hang: () => {
        isHanging = true;
      },
      setDown: (down: boolean) => {
        isDown = down;
      },
    };
  }

  it('is read once for all who need it, and again after an hour', async () => {
    const op = start();
    await op.ask(3);
    op.pass(hour - 1);
    await op.ask();
    expect(op.requests()).toBe(1);
    op.pass(1);
    await op.ask(3);
    expect(op.requests()).toBe(2);
  });

  it('that cannot be read again is kept, told of once, and waited for by one in half a minute only', async () => {
    const op = start();
    await op.ask();
    op.setDown(true);
    op.pass(hour);
    await op.ask(3);
    await op.ask();
    expect(op.requests()).toBe(2);
    expect(op.failures).toEqual([true]);
    op.pass(30_000);
    op.setDown(false);
    await op.ask();
    expect(op.requests()).toBe(3);
    op.pass(hour - 1);
    await op.ask();
    expect(op.requests()).toBe(3);
  });

  it('that hangs when it is read again keeps who asks several times no longer than who asks once', async () => {
    const op = start();
    await op.ask();
    op.hang();
    op.pass(hour);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const isDone = vi.fn();
    void op
      .ask()
      .then(() => op.ask())
      .then(() => op.ask())
      .then(isDone);
    await vi.advanceTimersByTimeAsync(REQUEST_WAIT_MS - 1);
    expect(isDone).not.toHaveBeenCalled();
    // A moment more, for timers that wait for nothing.
    await vi.advanceTimersByTimeAsync(10);
    expect(isDone).toHaveBeenCalled();
    expect(op.requests()).toBe(2);
  });

  it('that was never read is asked for by everybody who needs it, until it is there', async () => {
    const op = start();
    op.setDown(true);
    await expect(op.ask(2)).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(op.failures).toEqual([false]);
    op.setDown(false);
    await op.ask();
    expect(op.requests()).toBe(2);
  });
});
