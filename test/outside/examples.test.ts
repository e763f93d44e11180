import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { blocksOf } from '../documents/documents.js';
import { copyProject, type ProjectCopy } from '../support/project-copy.js';
import { repository } from './packed.js';

const names = readdirSync(join(repository, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const chromium = inject('chromium');

interface Manifest {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
}

const manifestOf = (name: string): Manifest =>
  JSON.parse(readFileSync(join(repository, 'examples', name, 'package.json'), 'utf8')) as Manifest;

describe('the examples, in a clone', () => {
  const [command = ''] = blocksOf('docs/testing.md', 'sh');
  let clone: ProjectCopy;
  beforeAll(() => {
    clone = copyProject();
  });
  afterAll(() => clone.remove());

  it.each(names)('pass their own tests by the command of docs/testing.md: %s', async (name) => {
    if (manifestOf(name).scripts['test'] === 'playwright test' && chromium === undefined) {
      console.warn(`${name} needs Chromium, so its tests did not run`);
      return;
    }
    expect(command).toContain('examples/api ');
    const here = command.replace('examples/api', `examples/${name}`);
    // Spares the registry questions that change nothing.
    const quiet = { npm_config_audit: 'false', npm_config_prefer_offline: 'true', NO_COLOR: '1' };
    const { code, output } = await clone.run('sh', ['-c', here], { environment: quiet });
    expect(code, output).toBe(0);
    expect(output).toMatch(/\b[1-9]\d* pass(?:ed)?\b|# pass [1-9]/);
    expect(output).not.toMatch(/\b[1-9]\d* (?:failed|skipped)\b/);
  });

  it('use the package only as its users can', () => {
    expect(names.length).toBeGreaterThanOrEqual(4);
    for (const name of names) expect(manifestOf(name).dependencies['lifeguard']).toBe('file:../..');
  });
});
