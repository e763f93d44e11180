import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { repositoryFile } from '../documents/documents.js';
import { defences } from './defences.js';

it('every defence is where the list says, once, and so are its tests', () => {
  const lost = defences.filter(
    ({ file, find, tests }) =>
      repositoryFile(file).split(find).length !== 2 ||
      !existsSync(new URL(`../../${tests}`, import.meta.url)),
  );
  expect(lost.map(({ defence }) => defence)).toEqual([]);
});
