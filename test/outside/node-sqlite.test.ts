import { describe, expect, it } from 'vitest';
import { nodeOf, repository, run } from './packed.js';

const vitest = ['node_modules/vitest/vitest.mjs', 'run', 'test/sessions/stores/sqlite.test.ts'];

/**
 * Where Node has a SQLite of its own, the store uses that; the other tests run where it may have
 * none.
 */
describe.each(['22', '24'])('the tests of the SQLite store', (version) => {
  const node = nodeOf(version);
  it.skipIf(node === undefined)(`pass on Node ${version}`, () => {
    const printed = run(repository, node ?? '', vitest, { NO_COLOR: '1' });
    expect(printed).toMatch(/Tests +[1-9]\d* passed/);
    expect(printed).not.toContain('ExperimentalWarning');
  });
});
