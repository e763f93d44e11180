import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { installPacked, repository, type Consumer } from './packed.js';

const names = readdirSync(join(repository, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const chromium = inject('chromium');

interface Manifest {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

describe('the examples, with the packed package', () => {
  let consumer: Consumer;
  beforeAll(() => {
    // One install for all of them: as workspaces they share node_modules, and the package in it.
    consumer = installPacked({ workspaces: ['examples/*'] }, ['examples'], (folder) => {
      for (const name of names) {
        const example = join(folder, 'examples', name);
        const manifest = manifestOf(example);
        delete manifest.dependencies['lifeguard'];
        writeFileSync(join(example, 'package.json'), JSON.stringify(manifest));
      }
    });
  });
  afterAll(() => consumer.remove());

  it.each(names)('pass their own tests: %s', (name) => {
    const { scripts } = manifestOf(join(repository, 'examples', name));
    const needsBrowser = scripts['test']?.startsWith('playwright') === true;
    if (needsBrowser && chromium === undefined) {
      console.warn(`${name} needs Chromium, so its tests did not run`);
      return;
    }
    // jest prints on standard error.
    const command = `npm test --workspace examples/${name} 2>&1`;
    const environment = { CHROMIUM_PATH: chromium ?? '', NO_COLOR: '1' };
    const printed = consumer.run('sh', ['-c', command], environment);
    expect(printed).toMatch(/\b[1-9]\d* pass(?:ed)?\b|# pass [1-9]/);
    expect(printed).not.toMatch(/\b[1-9]\d* (?:failed|skipped)\b/);
  });

  it('use the package only as its users can', () => {
    expect(names.length).toBeGreaterThanOrEqual(4);
    for (const name of names) {
      const { dependencies } = manifestOf(join(repository, 'examples', name));
      expect(dependencies['lifeguard']).toBe('file:../..');
    }
  });
});
