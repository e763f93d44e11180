import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyFolder, endCommands, lifeguard, type RunningCommand } from './command.js';

afterAll(endCommands);

const root = new URL('../../../', import.meta.url);
const starter = (file: string): string =>
  readFileSync(new URL(`examples/starter/${file}`, root), 'utf8');

/** What `lifeguard init` makes. */
async function make(words: readonly string[], folder: string): Promise<RunningCommand> {
  const command = lifeguard(['init', ...words], {}, folder);
  expect(await command.exit()).toBe(0);
  return command;
}

describe('lifeguard init', () => {
  it('makes the starter under the name of the folder, and says what is next', async () => {
    const folder = emptyFolder();
    const command = await make(['apps/My App'], folder);
    expect(command.printed()).toBe(
      'The app is in apps/My App. Next:\n\n  cd "apps/My App"\n  npm install\n  npm test\n  npm start\n',
    );
    const made = join(folder, 'apps/My App');
    const read = (file: string): string => readFileSync(join(made, file), 'utf8');
    for (const file of ['app.ts', 'server.ts', 'app.test.ts', 'tsconfig.json']) {
      expect(read(file)).toBe(starter(file));
    }
    expect(read('README.md')).toMatch(/^# my-app\n/);
    expect(read('.gitignore')).toBe('node_modules/\n');
    expect(JSON.parse(read('package.json'))).toMatchObject({
      name: 'my-app',
      dependencies: { lifeguard: `file:${relative(realpathSync(made), fileURLToPath(root))}` },
    });
  });

  it('makes it in JavaScript, with nothing of TypeScript in it', async () => {
    const folder = emptyFolder();
    await make(['.', '--javascript'], folder);
    const files = readdirSync(folder).toSorted();
    expect(files).toEqual(
      ['.gitignore', 'README.md', 'app.js', 'app.test.js', 'package.json', 'server.js'].toSorted(),
    );
    for (const file of files) {
      expect(readFileSync(join(folder, file), 'utf8')).not.toMatch(
        /\.ts\b|tsx|tsc|@types|typescript/i,
      );
    }
    expect(readFileSync(join(folder, 'app.js'), 'utf8')).toBe(starter('app.ts'));
  });

  it('names an app whose folder has no letter that npm takes', async () => {
    const folder = emptyFolder();
    await make(['…'], folder);
    expect(readFileSync(join(folder, '…/package.json'), 'utf8')).toContain('"name": "app"');
  });

  it('leaves a folder alone that has something in it', async () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, 'mine'));
    writeFileSync(join(folder, 'mine/package.json'), 'mine');
    const command = lifeguard('init mine', {}, folder);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toBe('mine is not empty: name a new folder, or an empty one.\n');
    expect(readdirSync(join(folder, 'mine'))).toEqual(['package.json']);
  });

  it.each(['file', 'file/app'])('says in one line that %s can be no folder', async (name) => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'file'), '');
    const command = lifeguard(['init', name], {}, folder);
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toMatch(new RegExp(`^${name} cannot be written: .*\\n$`));
  });

  it('needs a folder', async () => {
    const command = lifeguard('init');
    expect(await command.exit()).toBe(1);
    expect(command.errors()).toMatch(/^error: missing required argument 'folder'/);
  });
});
