import { lstatSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installPacked, nodeOf, type Consumer } from './packed.js';

const MOST_PACKAGES = 105;
const MOST_BYTES = 26_000_000;
const MOST_MODULES = 60;

/** Prints the address of each ES module that is loaded, then the path of each CommonJS one. */
const files = {
  'trace.mjs': `
    import { register } from 'node:module';
    const hooks = \`
      import { writeSync } from 'node:fs';
      export function load(url, context, next) {
        writeSync(1, url + '\\\\n');
        return next(url, context);
      }
    \`;
    register('data:text/javascript,' + encodeURIComponent(hooks));
  `,
  'entry.mjs': `
    import { createRequire } from 'node:module';
    import 'lifeguard';
    console.log(Object.keys(createRequire(import.meta.url).cache).join('\\n'));
  `,
  'stores.mjs': `
    import { openSessionStore } from 'lifeguard';
    process.on('warning', ({ message }) => console.log(message));
    for (const url of ['file:./sessions', 'redis://127.0.0.1:1']) {
      try {
        await (await openSessionStore(url)).close();
        console.log('opens');
      } catch (error) {
        console.log(error.message);
      }
    }
    process.emitWarning('another', 'ExperimentalWarning');
  `,
};

describe.each(['20', '22', '24'])('the packed package alone, on Node %s', (version) => {
  const node = nodeOf(version);
  const hasSqlite = version !== '20';
  let consumer: Consumer;
  beforeAll(() => {
    consumer = installPacked({}, [], undefined, node);
    for (const [file, text] of Object.entries(files)) consumer.write(file, text);
  });
  afterAll(() => consumer.remove());
  const run = (...args: string[]): string[] =>
    consumer
      .run(node ?? '', args)
      .trimEnd()
      .split('\n');

  it.skipIf(node === undefined)('brings few packages, and little', () => {
    const modules = join(consumer.folder, 'node_modules');
    const lock = readFileSync(join(modules, '.package-lock.json'), 'utf8');
    const packages = Object.keys((JSON.parse(lock) as { packages: object }).packages).length;
    const bytes = readdirSync(modules, { recursive: true, encoding: 'utf8' })
      .map((path) => lstatSync(join(modules, path)).size)
      .reduce((sum, size) => sum + size, 0);
    // Past vitest, which shows nothing of a test that passes.
    writeSync(2, `Node ${version}: ${packages} packages, ${(bytes / 1e6).toFixed(1)} MB\n`);
    expect(packages).toBeLessThanOrEqual(MOST_PACKAGES);
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  });

  it.skipIf(node === undefined)(
    'loads few modules, and nothing that only the program needs',
    () => {
      const loaded = run('--import', './trace.mjs', 'entry.mjs');
      const ours = loaded.filter((path) => path.includes('node_modules/lifeguard/'));
      const packages = loaded.flatMap(
        (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
      );
      writeSync(2, `Node ${version}: ${ours.length} modules of ours\n`);
      expect(packages).toEqual(expect.arrayContaining(['express', 'body-parser', 'openid-client']));
      for (const name of ['zod', 'yaml', 'commander', 'pino', 'prom-client']) {
        expect(packages).not.toContain(name);
      }
      expect(ours.length).toBeLessThanOrEqual(MOST_MODULES);
      // An operation that the embedded pools alone have: none of their code was joined with the
      // library's.
      const text = ours.map((url) => readFileSync(new URL(url), 'utf8')).join('');
      expect(text).toContain('createRelyingParty');
      expect(text).not.toContain('AdminSetUserPassword');
    },
  );

  it.skipIf(node === undefined)('says in one line what a store lacks', () => {
    const sqlite = hasSqlite
      ? 'opens'
      : expect.stringMatching(/^session\.store .*"npm install @photostructure\/sqlite"/);
    const redis = expect.stringMatching(/^session\.store .*"npm install redis"/) as string;
    expect(run('stores.mjs')).toEqual([sqlite, redis, 'another']);
  });

  it.skipIf(node === undefined)('has a command that works with its usual store', () => {
    const environment = {
      BASE_URL: 'http://localhost:3000',
      ISSUER: 'http://127.0.0.1:9/eu-west-1_Nowhere01',
      CLIENT_ID: 'site',
      CLIENT_SECRET: 'secret',
      SESSION_SECRET: 'a secret for tests only - more than 32 bytes',
    };
    const command = ['node_modules/lifeguard/dist/program/cli/main.js', 'end-sessions', 'nobody'];
    const end = (): string => consumer.run(node ?? '', command, environment);
    if (hasSqlite) expect(end()).toMatch(/^0 sessions ended/);
    else expect(end).toThrow('run "npm install @photostructure/sqlite"');
  });
});
