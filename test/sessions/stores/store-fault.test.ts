import { describe, expect, it } from 'vitest';
import { storeUnavailable } from '../../../src/sessions/store-errors.js';
import { reasonOf, StoreFault } from '../../../src/sessions/store-fault.js';

/** As it reaches us: inside an error of ours. */
const wordFor = (members: object, message = 'what the driver says'): string =>
  reasonOf(storeUnavailable(Object.assign(new Error(message), members)));

describe('the word for a fault of a store', () => {
  it.each([
    [3, 'refused'],
    [5, 'timeout'],
    [5 | (2 << 8), 'timeout'],
    [8, 'read_only'],
    [8 | (4 << 8), 'read_only'],
    [10, 'io_error'],
    [10 | (3 << 8), 'io_error'],
    [11, 'damaged'],
    [11 | (1 << 8), 'damaged'],
    [13, 'full'],
    [14, 'file_gone'],
    [26, 'damaged'],
    [1, 'unknown'],
  ])('of SQLite %i is %s', (errcode, word) => {
    expect(wordFor({ code: 'ERR_SQLITE_ERROR', errcode })).toBe(word);
  });

  it.each([
    ['ENOSPC', 'full'],
    ['EDQUOT', 'full'],
    ['EROFS', 'read_only'],
    ['EACCES', 'refused'],
    ['EPERM', 'refused'],
    ['ENOENT', 'file_gone'],
    ['ECONNREFUSED', 'unreachable'],
    ['ECONNRESET', 'unreachable'],
    ['ENOTFOUND', 'unreachable'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ETIMEDOUT', 'timeout'],
    ['EWHATEVER', 'unknown'],
  ])('of the system %s is %s', (code, word) => {
    expect(wordFor({ code })).toBe(word);
  });

  it.each([
    ['no such table: sessions', 'other_tables'],
    ['no such column: expires_at', 'other_tables'],
    ['table sessions has no column named index', 'other_tables'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'full'],
    ['MISCONF Redis is configured to save RDB snapshots', 'full'],
    ["READONLY You can't write against a read only replica.", 'read_only'],
    ["NOPERM User x has no permissions to run the 'set' command", 'refused'],
    ['NOAUTH Authentication required.', 'refused'],
    ['WRONGPASS invalid username-password pair', 'refused'],
    ["ERR The user x can't run this command", 'refused'],
    [
      "ERR The user executing the script can't access at least one of the keys mentioned",
      'refused',
    ],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 'other_tables'],
    ['CLUSTERDOWN The cluster is down', 'unreachable'],
    ['LOADING Redis is loading the dataset in memory', 'unreachable'],
    [
      "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
      'unreachable',
    ],
    ['NOREPLICAS Not enough good replicas to write.', 'unreachable'],
    ['there is no connection yet', 'unreachable'],
    ['Socket closed unexpectedly', 'unreachable'],
    ['no replica had it in time', 'unreachable'],
    ['ERR something new', 'unknown'],
  ])('"%s" is %s', (message, word) => {
    expect(wordFor({}, message)).toBe(word);
  });

  it('of ours is its own, of a time limit is "timeout", and of what is no error is "unknown"', () => {
    expect(reasonOf(storeUnavailable(new StoreFault('forgets', 'a host’s')))).toBe('forgets');
    expect(reasonOf(storeUnavailable(new DOMException('', 'TimeoutError')))).toBe('timeout');
    for (const none of ['gone', undefined, null]) expect(reasonOf(none)).toBe('unknown');
  });
});
