import { describe, expect, it } from 'vitest';
import { createBackgroundWork } from '../../src/relying-party/background-work.js';

describe('background work', () => {
  it('is waited for, together with what it begins', async () => {
    const background = createBackgroundWork();
    const done: string[] = [];
    let release = (): void => {};
    const first = new Promise<void>((resolve) => {
      release = resolve;
    });
    const second = async (): Promise<void> => {
      await Promise.resolve();
      done.push('second');
    };
    const both = async (): Promise<void> => {
      await first;
      done.push('first');
      void background.own(second());
    };
    void background.own(both());
    const finished = background.finish(60_000);
    expect(done).toEqual([]);
    release();
    expect(await finished).toBe(true);
    expect(done).toEqual(['first', 'second']);
  });

  it('is waited for no longer than told', async () => {
    const background = createBackgroundWork();
    void background.own(new Promise(() => {}));
    await expect(background.finish(5)).resolves.toBe(false);
  });

  it('may fail, and is then the matter of who began it', async () => {
    const background = createBackgroundWork();
    const work = background.own(Promise.reject(new Error('no')));
    await expect(work).rejects.toThrow('no');
    await expect(background.finish(60_000)).resolves.toBe(true);
  });

  it('pauses until the process is about to stop, and not longer', async () => {
    const background = createBackgroundWork();
    expect(await background.pause(1)).toBe(true);
    const long = background.pause(3_600_000);
    const finished = background.finish(60_000);
    expect(await long).toBe(false);
    expect(await background.pause(3_600_000)).toBe(false);
    await finished;
  });
});
