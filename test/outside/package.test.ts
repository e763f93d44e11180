import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installPacked, nodeOf, repository, run, type Consumer } from './packed.js';

const entries = ['lifeguard', 'lifeguard/pools', 'lifeguard/testing'];

const tsconfig = {
  compilerOptions: {
    strict: true,
    target: 'es2023',
    module: 'nodenext',
    noEmit: true,
    skipLibCheck: false,
    types: [],
  },
  include: ['*.ts'],
};

/** Compiles; every line marked with @ts-expect-error must be one. */
const usage = `
import express from 'express';
import {
  createRelyingParty, openSessionStore,
  type RelyingPartyOptions, type RenderPages,
} from 'lifeguard';
import { startPools, type Pools } from 'lifeguard/pools';
import { relyingPartyOptions, signedIn } from 'lifeguard/testing';

const store = await openSessionStore('memory:', { now: Date.now });
const session = { secrets: ['x'.repeat(32)], store };
const all = { issuer: 'https://a.example', clientId: 'a', clientSecret: null, baseUrl: 'https://b.example', session };
const options: RelyingPartyOptions = all;
const render: RenderPages = { error: ({ code, next }) => code + next.href };
const relyingParty = createRelyingParty({ ...options, render });
const { clientSecret: _secret, ...withoutSecret } = all;
const { session: _session, ...withoutSession } = all;
const { baseUrl: _baseUrl, ...withoutBaseUrl } = all;
const { issuer: _issuer, ...withoutIssuer } = all;
const { clientId: _clientId, ...withoutClientId } = all;
// @ts-expect-error
createRelyingParty(withoutSecret);
// @ts-expect-error
createRelyingParty(withoutSession);
// @ts-expect-error
createRelyingParty(withoutBaseUrl);
// @ts-expect-error
createRelyingParty(withoutIssuer);
// @ts-expect-error
createRelyingParty(withoutClientId);
// @ts-expect-error
createRelyingParty({ ...all, clientSecret: undefined });
// @ts-expect-error
createRelyingParty({ ...all, session: { secrets: [] } });
// @ts-expect-error
createRelyingParty({ ...all, clientID: 'a' });
// @ts-expect-error
createRelyingParty({ ...all, api: { issuers: [{ issuer: 'https://c.example' }] } });
// @ts-expect-error
createRelyingParty({ ...all, render: { nowhere: () => '' } });
// @ts-expect-error
relyingParty.requireApiAccess({ scopes: 'a' });
// @ts-expect-error
requireSession();
// @ts-expect-error
relyingParty.requireSession(undefined);
// @ts-expect-error
relyingParty.requireApiAccess(undefined);

express().get('/', relyingParty.requireSession(), (req, res) => {
  const groups: readonly string[] | undefined = req.auth?.groups;
  // @ts-expect-error
  req.auth.groups;
  res.json({ groups });
});
export async function kit(): Promise<string> {
  await using pools: Pools = await startPools();
  const user = await signedIn(createRelyingParty(relyingPartyOptions(pools)), { groups: ['a'] });
  return user.cookie;
}
`;

describe('the packed package, in a project of its own', () => {
  let consumer: Consumer;
  beforeAll(() => {
    consumer = installPacked();
    consumer.write('tsconfig.json', JSON.stringify(tsconfig));
    consumer.write(
      'smoke.mjs',
      `
        import { createRelyingParty, } from 'lifeguard';
        import { relyingPartyOptions, signedIn, startPools } from 'lifeguard/testing';
        import express from 'express';
        const pools = await startPools({ keys: 'fixed' });
        const relyingParty = createRelyingParty(relyingPartyOptions(pools));
        const app = express().use(relyingParty.routes);
        app.get('/', relyingParty.requireSession(), (req, res) => void res.send(req.auth.name));
        const server = app.listen(0, async () => {
          const { headers } = await signedIn(relyingParty, { claims: { name: 'Alice' } });
          const url = 'http://127.0.0.1:' + server.address().port;
          console.log(await (await fetch(url, { headers })).text());
          const page = await fetch(url + '/logout');
          console.log(page.status, (await page.text()).includes('/assets/lifeguard.'));
          server.closeAllConnections();
          server.close();
          await relyingParty.close();
          await pools.close();
        });
      `,
    );
  });
  afterAll(() => consumer.remove());

  const node = (...args: string[]): string => consumer.run(process.execPath, args);
  const compile = (): string =>
    consumer.run(process.execPath, [`${repository}node_modules/typescript/bin/tsc`, '-p', '.']);

  it.each(entries)('imports %s', (entry) => {
    const script = `import * as all from '${entry}'; console.log(Object.keys(all).length > 2)`;
    expect(node('--input-type=module', '--eval', script).trim()).toBe('true');
  });

  it.each(entries)('requires %s', (entry) => {
    const script = `console.log(Object.keys(require('${entry}')).length > 2)`;
    expect(node('--input-type=commonjs', '--eval', script).trim()).toBe('true');
  });

  it.each(['lifeguard/dist/sessions/seal.js', 'lifeguard/errors'])('hides %s', (path) => {
    const script = `await import('${path}')`;
    expect(() => node('--input-type=module', '--eval', script)).toThrow(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    );
  });

  it('works: pages, assets, guards and the test kit', () => {
    expect(node('smoke.mjs')).toBe('Alice\n200 true\n');
  });

  it('has the command', () => {
    const help = consumer.run(join(consumer.folder, 'node_modules/.bin/lifeguard'), ['--help']);
    expect(help).toContain('serve');
  });

  it('has types that resolve, once those of Express are there, as the compiler says', () => {
    consumer.write('usage.ts', usage);
    expect(compile).toThrow(/^.*Try `npm i --save-dev @types\/express`/m);
    consumer.run('npm', ['install', '--save-dev', '@types/express', '--prefer-offline']);
    expect(compile()).toBe('');
  });

  it('says which option was forgotten', () => {
    const forgetful = usage.replace(
      '// @ts-expect-error\ncreateRelyingParty(withoutSecret)',
      'createRelyingParty(withoutSecret)',
    );
    expect(forgetful).not.toBe(usage);
    consumer.write('usage.ts', forgetful);
    expect(compile).toThrow(/Property 'clientSecret' is missing/);
    consumer.write('usage.ts', usage);
  });

  it('never loads the embedded pools or the test kit for whoever imports lifeguard', () => {
    const dist = join(consumer.folder, 'node_modules/lifeguard/dist');
    const away = join(consumer.folder, 'away');
    mkdirSync(away);
    for (const part of ['pools', 'testing']) renameSync(join(dist, part), join(away, part));
    const script =
      "const { createRelyingParty } = await import('lifeguard'); console.log(typeof createRelyingParty)";
    try {
      expect(node('--input-type=module', '--eval', script).trim()).toBe('function');
      expect(() =>
        node('--input-type=module', '--eval', "await import('lifeguard/testing')"),
      ).toThrow();
    } finally {
      for (const part of ['pools', 'testing']) renameSync(join(away, part), join(dist, part));
    }
  });

  it('is what the package tools want it to be', async () => {
    const pkgDir = join(consumer.folder, 'node_modules/lifeguard');
    const { messages } = await publint({ pkgDir, pack: false });
    expect(messages.filter(({ type }) => type !== 'suggestion')).toEqual([]);
    const attw = join(repository, 'node_modules/.bin/attw');
    const verdict = consumer.run(attw, [
      '--profile',
      'esm-only',
      '--format',
      'json',
      consumer.tarball,
    ]);
    const { analysis } = JSON.parse(verdict) as { analysis: { entrypoints: object } };
    expect(Object.keys(analysis.entrypoints)).toContain('./testing');
  });

  it.each(['22', '24'])('works on Node %s', (version) => {
    const executable = nodeOf(version);
    if (executable === undefined) return;
    expect(consumer.run(executable, ['--version'])).toMatch(new RegExp(`^v${version}\\.`));
    expect(consumer.run(executable, ['smoke.mjs'])).toBe('Alice\n200 true\n');
    const script = "console.log(typeof require('lifeguard').createRelyingParty)";
    const required = ['--input-type=commonjs', '--eval', script];
    expect(consumer.run(executable, required).trim()).toBe('function');
  });
});

describe('the folder of the package', () => {
  it('has what runs, the pages, what README and the log point to, the starter of `init`, and nothing else', () => {
    const list = run(repository, 'npm', ['pack', '--ignore-scripts', '--dry-run', '--json']);
    const [{ files }] = JSON.parse(list) as [{ files: { path: string }[] }];
    const folders = new Set(files.map(({ path }) => path.split('/')[0] ?? ''));
    expect([...folders].toSorted()).toEqual([
      '.env.example',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'dist',
      'docs',
      'examples',
      'package.json',
      'views',
    ]);
    expect(files.map(({ path }) => path)).toContain('views/assets/pico.css');
    const examples = files.filter(({ path }) => path.startsWith('examples/'));
    expect(
      examples.map(({ path }) => path).filter((path) => !/^examples\/starter\/[^/]+$/.test(path)),
    ).toEqual([]);
  });
});
