import { describe, expect, it } from 'vitest';
import { createOpenedSessions } from '../../src/sessions/session-records.js';
import type { Session } from '../../src/sessions/session.js';

const session = (subject: string): Session =>
  ({ subject, groups: ['a'], claims: { list: [1] } }) as unknown as Session;

describe('sessions that were opened a moment ago', () => {
  it('are opened once for the same bytes under the same key', () => {
    const opened = createOpenedSessions();
    let times = 0;
    const open = (): Session => {
      times += 1;
      return session('a');
    };
    opened.of('key', Uint8Array.of(1, 2), open);
    opened.of('key', Uint8Array.of(1, 2), open);
    expect(times).toBe(1);
    opened.of('key', Uint8Array.of(1, 3), open);
    opened.of('other', Uint8Array.of(1, 3), open);
    expect(times).toBe(3);
  });

  it('do not include what did not open', () => {
    const opened = createOpenedSessions();
    expect(opened.of('key', Uint8Array.of(1), () => undefined)).toBeUndefined();
    expect(opened.of('key', Uint8Array.of(1), () => session('a'))).toBeDefined();
  });

  it('are not fooled by a store that changes its bytes afterwards', () => {
    const opened = createOpenedSessions();
    const bytes = Uint8Array.of(1);
    opened.of('key', bytes, () => session('a'));
    bytes[0] = 2;
    expect(opened.of('key', bytes, () => session('b'))?.subject).toBe('b');
  });

  it('cannot be changed by one request under the feet of another', () => {
    const opened = createOpenedSessions();
    const found = opened.of('key', Uint8Array.of(1), () => session('a'))!;
    expect(() => (found.groups as string[]).push('admins')).toThrow(TypeError);
    expect(() => (found.claims!['list'] as number[]).push(2)).toThrow(TypeError);
  });

  it('are forgotten when there are too many, the longest unused first', () => {
    const opened = createOpenedSessions(2);
    const open = (key: string): boolean => {
      let isNew = false;
      opened.of(key, Uint8Array.of(1), () => {
        isNew = true;
        return session(key);
      });
      return isNew;
    };
    expect(['a', 'b', 'a', 'c', 'a', 'b'].map(open)).toEqual([
      true,
      true,
      false,
      true,
      false,
      true,
    ]);
  });
});
