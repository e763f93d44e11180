import { describe, expect, it } from 'vitest';
import { createBackgroundWork } from '../../../src/relying-party/background-work.js';
import { RelyingPartyEmitter } from '../../../src/relying-party/event-emitter.js';
import {
  createLeftovers,
  MAX_LEFT,
  type Leftovers,
} from '../../../src/relying-party/session/leftovers.js';
import { storeUnavailable } from '../../../src/sessions/store-errors.js';

/** Leftovers of a process whose store can be broken, and whose pauses end when the test says so. */
function create() {
  const events = new RelyingPartyEmitter();
  const told: [string, object][] = [];
  for (const name of ['logout.postponed', 'logout.caught_up', 'logout.dropped'] as const) {
    events.on(name, (payload: object) => void told.push([name, payload]));
  }
  const pauses: ((goesOn: boolean) => void)[] = [];
  const background = {
    ...createBackgroundWork(),
    pause: () => new Promise<boolean>((resolve) => pauses.push(resolve)),
  };
  const store = { works: false };
  const leftovers = createLeftovers({ background, events });
  return {
    told,
    store,
    leftovers,
    put: (name: string): ReturnType<Leftovers['attempt']> =>
      leftovers.attempt(name, async () => {
        if (!store.works) throw storeUnavailable(new Error('NOREPLICAS'));
      }),
    endPause: async (goesOn = true): Promise<void> => {
      const [end] = pauses.splice(0);
      end?.(goesOn);
      await new Promise(setImmediate);
    },
    settled: async (): Promise<boolean> => background.finish(60_000),
  };
}

const postponed = [
  'logout.postponed',
  { count: 1, detail: 'the session store does not answer: NOREPLICAS' },
];

describe('what the store does not let a sign-out do', () => {
  it('is told of once while the store does not work, and with how many when it does again', async () => {
    const { told, store, put, endPause, leftovers } = create();
    for (const name of ['a', 'b', 'b', 'c']) expect(await put(name)).toBe(false);
    await endPause();
    await endPause();
    expect(told).toEqual([postponed]);
    expect(leftovers.pending()).toBe(3);
    store.works = true;
    await endPause();
    expect(leftovers.pending()).toBe(0);
    expect(told).toEqual([postponed, ['logout.caught_up', { count: 3 }]]);

    // The next outage is told of anew.
    store.works = false;
    await put('d');
    expect(told.slice(2)).toEqual([postponed]);
  });

  it('is told of as dropped when the process stops and the last try fails', async () => {
    const { told, put, endPause, leftovers } = create();
    await put('a');
    await put('b');
    await endPause(false);
    expect(told).toEqual([postponed, ['logout.dropped', { count: 2, reason: 'stopping' }]]);
    expect(leftovers.pending()).toBe(2);
  });

  it('is not dropped when the last try works', async () => {
    const { told, store, put, endPause, settled } = create();
    await put('a');
    store.works = true;
    await endPause(false);
    expect(await settled()).toBe(true);
    expect(told).toEqual([postponed, ['logout.caught_up', { count: 1 }]]);
  });

  it.each([1, 2, 5])(
    'is no more than so much: the oldest %i are forgotten, which is told of at the first and, with how many, at the end',
    async (tooMany) => {
      const { told, store, put, endPause, leftovers } = create();
      for (let index = 0; index < MAX_LEFT + tooMany; index += 1) await put(`session ${index}`);
      // One that is there already takes no other's place.
      await put(`session ${MAX_LEFT}`);
      expect(leftovers.has(`session ${tooMany - 1}`)).toBe(false);
      expect(leftovers.has(`session ${tooMany}`)).toBe(true);
      const first = ['logout.dropped', { count: 1, reason: 'too_many' }];
      expect(told).toEqual([postponed, first]);
      store.works = true;
      while (leftovers.pending() > 0) await endPause();
      await endPause();
      expect(told.slice(2)).toEqual([
        ...(tooMany === 1 ? [] : [['logout.dropped', { count: tooMany - 1, reason: 'too_many' }]]),
        ['logout.caught_up', { count: MAX_LEFT }],
      ]);
    },
  );
});
