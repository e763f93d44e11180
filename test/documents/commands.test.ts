import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commandFile } from '../program/cli/command.js';
import { blocksOf, documents, proseOf, repositoryFile } from './documents.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { scripts }: { scripts: Record<string, string> } = JSON.parse(repositoryFile('package.json'));

/**
 * Not typed in a clone of this repository: `test/outside` does what the first says; the second asks
 * a registry of browsers.
 */
const elsewhere = ['npm install express lifeguard', 'npx playwright install chromium'];

const commands = documents.flatMap((document) =>
  blocksOf(document, 'sh')
    .flatMap((block) => block.trim().split('\n'))
    .flatMap((line) => line.split(' && '))
    .filter((command) => !elsewhere.includes(command))
    .map((command) => ({ document, command })),
);

/** Each flag is one that the command's help has. */
function expectCommandOfOurs([name = '', ...words]: string[]): void {
  const help = execFileSync(process.execPath, [commandFile, name, '--help'], { encoding: 'utf8' });
  if (!name.startsWith('-')) expect(help).toContain(`lifeguard ${name}`);
  for (const flag of words.filter((word) => word.startsWith('--'))) expect(help).toContain(flag);
}

/** A script of package.json, or what npm has itself. */
function expectNpm([word = '', name = '']: string[]): void {
  if (word === 'run') expect(scripts).toHaveProperty([name]);
  else expect(['ci', 'cit', 'install', 'start', 'test']).toContain(word);
}

/** Files and folders that a test command names. */
function expectTests([runner, run, ...paths]: string[]): void {
  expect([runner, run]).toEqual(['vitest', 'run']);
  for (const path of paths.filter((each) => each.startsWith('test/'))) {
    expect(existsSync(root + path), path).toBe(true);
  }
}

describe('the commands of the documents', () => {
  it.each(commands)('work: $command ($document)', ({ command }) => {
    const [program = '', ...words] = command.replace(/^(?:[A-Z_]+=\S+ )+/, '').split(' ');
    switch (program) {
      case 'npm':
        return expectNpm(words);
      case 'npx':
        return words[0] === 'lifeguard' ? expectCommandOfOurs(words.slice(1)) : expectTests(words);
      case 'cd':
        return expect(existsSync(root + words[0])).toBe(true);
      case 'docker':
        expect(words).toEqual(['compose', 'up', '--build']);
        return expect(existsSync(`${root}docker-compose.yml`)).toBe(true);
      default:
        return expect.fail(`nothing checks "${command}"`);
    }
  });

  it('are there, also those in a sentence', () => {
    expect(commands.length).toBeGreaterThan(15);
    const inSentences = documents
      .filter((name) => name !== 'CHANGELOG.md')
      .flatMap((name) => [
        ...proseOf(name).matchAll(/`(?:[A-Z_]+=\S+ )*(npm run [\w:]+|npx \w[^`\n]*)`/g),
      ])
      .flatMap(([, command]) => (elsewhere.includes(command!) ? [] : [command!.split(' ')]));
    expect(inSentences.length).toBeGreaterThan(5);
    for (const [program, ...words] of inSentences) {
      if (program === 'npm') expectNpm(words);
      else if (words[0] === 'lifeguard') expectCommandOfOurs(words.slice(1));
      else expectTests(words);
    }
  });
});
