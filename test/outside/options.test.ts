import { describe, expect, it } from 'vitest';
import { everyOption, whatNodeTakes } from '../program/cli/options-and-node.js';
import { nodeOf } from './packed.js';

const options = everyOption();

describe.each(['22', '24'])('Node %s', (version) => {
  const node = nodeOf(version);
  it.skipIf(node === undefined)('takes none of our options for itself', () => {
    expect(whatNodeTakes(node!, options)).toEqual([]);
    expect(whatNodeTakes(node!, ['--env-file'])).not.toEqual([]);
  });
});
