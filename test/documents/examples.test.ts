import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/program/config/from-environment.js';
import { blocksOf, documents, repositoryFile } from './documents.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const STARTER_TEST = repositoryFile('examples/starter/app.test.ts');

describe('the examples in the documents', () => {
  it('compile against the package as its users see it', () => {
    const folder = `${root}test-results/documents/`;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const examples = documents.flatMap((name) =>
      // README's app has no types to write down, so that it is TypeScript as it stands.
      [...blocksOf(name, 'ts'), ...blocksOf(name, 'js')].filter((text) => text !== STARTER_TEST),
    );
    expect(examples.length).toBeGreaterThan(4);
    for (const [index, example] of examples.entries()) {
      writeFileSync(`${folder}example-${index}.ts`, example);
    }
    const config = {
      extends: '../../tsconfig.json',
      compilerOptions: {
        noEmit: true,
        rootDir: '.',
        // The test runner's own types want the browser's.
        skipLibCheck: true,
      },
      include: ['*.ts'],
    };
    writeFileSync(`${folder}tsconfig.json`, JSON.stringify(config));
    const compiler = `${root}node_modules/typescript/bin/tsc`;
    // Throws with the compiler's words when it does not compile.
    execFileSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
  });

  it('show the test that `init` makes as it is', () => {
    expect(blocksOf('README.md', 'ts')).toEqual([STARTER_TEST]);
  });

  it('configure identity providers and other issuers that are accepted', () => {
    const [json = '', issuers = ''] = blocksOf('docs/running.md', 'json');
    const result = readSettings({ IDENTITY_PROVIDERS: json, API_ISSUERS: issuers });
    const complaints = 'problems' in result ? result.problems.map(({ option }) => option) : [];
    expect(complaints).not.toContain('IDENTITY_PROVIDERS');
    expect(complaints).not.toContain('API_ISSUERS');
    expect(json).toContain('oidc-pool-2');
    expect(issuers).toContain('clientIds');
  });
});
