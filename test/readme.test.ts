import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../src/program/config/from-environment.js';
import { options } from '../src/program/config/options/settings.js';
import { errorCatalogue } from '../src/errors/relying-party-error.js';
import { codeWords, tableOf, repositoryFile, writeTable } from './readme-tables.js';
import { startWorld, type World } from './support/world.js';

const readme = repositoryFile('README.md');
const root = fileURLToPath(new URL('../', import.meta.url));
const { scripts }: { scripts: Record<string, string> } = JSON.parse(repositoryFile('package.json'));

/** The contents of the fenced blocks in this language. */
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(
    ([, content]) => content!,
  );

/** A default as the table shows it. */
const shown = (value: string | undefined): string => {
  if (value === undefined) return '**required**';
  return value === '' ? '' : `\`${value}\``;
};
describe('the tables of README.md', () => {
  const generated = {
    Settings: Object.values(options).map((option) => [
      `\`${option.name}\``,
      option.meaning,
      option.unit ?? '',
      shown(option.default),
    ]),
    'Error codes': Object.entries(errorCatalogue).map(([code, { status, title }]) => [
      `\`${code}\``,
      String(status),
      title,
    ]),
  };

  it.each(Object.entries(generated))(
    'say what the code says: %s (to rewrite them, run this with UPDATE_README=1, then npm run format)',
    (heading, rows) => {
      if (process.env['UPDATE_README'] === '1') writeTable('README.md', heading, rows);
      expect(tableOf('README.md', heading)).toEqual(rows);
    },
  );
});

describe('the routes of README.md', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  const routes = tableOf('README.md', 'Routes')
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
    const [example = '', ...others] = blocks('console');
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
    // Header lines end in \r\n, which no README shows.
    const lines = (text: string): string[] => text.split(/\r?\n/).filter((line) => line !== '');
    expect(lines(stdout)).toEqual(lines(here));
  });

  it('have no other curl line', () => {
    const curls = readme.split('\n').filter((line) => /(?:^|\s|\()curl /.test(line));
    expect(curls).toEqual(
      blocks('console')
        .flatMap((block) => block.split('\n'))
        .filter((line) => line.includes('curl ')),
    );
  });
});

describe('the commands of README.md', () => {
  const commands = blocks('sh')
    .flatMap((block) => block.trim().split('\n'))
    .flatMap((line) => line.split(' && '));

  it.each(commands)('work: %s', (command) => {
    const [program = '', ...words] = command.split(' ');
    switch (program) {
      case 'npm':
        if (words[0] === 'start') expect(scripts).toHaveProperty('start');
        else expect(['ci', 'cit']).toContain(words[0]);
        break;
      case 'node': {
        const [main = '', name = '', ...rest] = words;
        const help = execFileSync(process.execPath, [root + main, name, '--help'], {
          encoding: 'utf8',
        });
        expect(help).toContain(`lifeguard ${name}`);
        for (const flag of rest.filter((word) => word.startsWith('--'))) {
          expect(help).toContain(flag);
        }
        break;
      }
      case 'docker':
        expect(words).toEqual(['compose', 'up', '--build']);
        expect(existsSync(`${root}docker-compose.yml`)).toBe(true);
        break;
      default:
        expect.fail(`nothing checks "${command}"`);
    }
  });

  it('name scripts that package.json has', () => {
    const names = [...readme.matchAll(/npm run (\w+)/g)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe('the examples of README.md', () => {
  it('compile against the package as its users see it', () => {
    const folder = `${root}test-results/readme/`;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const examples = blocks('ts');
    expect(examples.length).toBeGreaterThan(2);
    for (const [index, example] of examples.entries()) {
      writeFileSync(`${folder}example-${index}.ts`, example);
    }
    const config = {
      extends: '../../tsconfig.json',
      compilerOptions: {
        noEmit: true,
        isolatedDeclarations: false,
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

  it('configure identity providers and other issuers that are accepted', () => {
    const [json = '', issuers = ''] = blocks('json');
    const result = readSettings({ IDENTITY_PROVIDERS: json, API_ISSUERS: issuers });
    const complaints = 'problems' in result ? result.problems.map(({ option }) => option) : [];
    expect(complaints).not.toContain('IDENTITY_PROVIDERS');
    expect(complaints).not.toContain('API_ISSUERS');
    expect(json).toContain('oidc-pool-2');
    expect(issuers).toContain('clientIds');
  });
});
