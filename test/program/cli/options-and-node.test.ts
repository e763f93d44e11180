import { expect, it } from 'vitest';
import { everyOption, whatNodeTakes } from './options-and-node.js';

it('no option of ours, behind the name of the program, is taken by Node', () => {
  const options = everyOption();
  expect(options).toEqual(expect.arrayContaining(['--settings-file', '--seed', '--user', '--aws']));
  expect(whatNodeTakes(process.execPath, options)).toEqual([]);
  expect(whatNodeTakes(process.execPath, ['--env-file'])).not.toEqual([]);
});
