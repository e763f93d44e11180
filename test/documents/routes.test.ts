import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../support/world.js';
import { blocksOf, codeWords, documents, repositoryFile, tableOf } from './documents.js';

describe('the routes in docs/running.md', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  const routes = tableOf('docs/running.md', 'Routes')
    .flatMap(([cell = '']) => codeWords(cell))
    .map((route) => route.replace(/\?.*/, '').split(' '));

  it.each(routes)('exist: %s %s', async (method = '', path = '') => {
    const answer = await fetch(world.app.url + path.replace(/:\w+/, 'x'), {
      method,
      redirect: 'manual',
    });
    expect([404, 405, 500]).not.toContain(answer.status);
  });

  it('answer each line with curl as it says', async () => {
    const [example = '', ...others] = documents.flatMap((name) => blocksOf(name, 'console'));
    expect(others).toEqual([]);
    const steps = example.split(/^\$ /m).slice(1);
    expect(steps.length).toBeGreaterThan(4);
    const here = example
      .replaceAll('http://localhost:3000', world.app.url)
      .replaceAll('http://127.0.0.1:4000', world.pools.url);
    const script = here
      .split('\n')
      .filter((line) => line.startsWith('$ '))
      .map((line) => `echo '${line.replaceAll("'", String.raw`'\''`)}'\n${line.slice(2)}\necho`)
      .join('\n');
    const { stdout } = await promisify(execFile)('bash', ['-c', script]);
    // Header lines end in \r\n, which no document shows.
    const lines = (text: string): string[] => text.split(/\r?\n/).filter((line) => line !== '');
    expect(lines(stdout)).toEqual(lines(here));
  });

  it('have no other curl line', () => {
    const withCurl = (text: string): string[] =>
      text.split('\n').filter((line) => !line.startsWith('|') && /(?:^|\s|\()curl -/.test(line));
    for (const name of documents) {
      expect(withCurl(repositoryFile(name))).toEqual(
        blocksOf(name, 'console').flatMap((block) => withCurl(block)),
      );
    }
  });
});
