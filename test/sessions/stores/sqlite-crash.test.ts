import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSessionStore } from '../../../src/sessions/stores/open-session-store.js';
import type { SessionStore } from '../../../src/sessions/session-store.js';
import { openSqliteFile } from '../../../src/sessions/stores/sqlite/file.js';
import { newSession, randomKey } from './support/new-session.js';

const KILLS = 100;
const root = new URL('../../../', import.meta.url).pathname;
// Inside node_modules, so that the worker finds its packages.
const compiled = join(root, 'node_modules/.cache', `lifeguard-crash-${process.pid}`);
const folder = mkdtempSync(join(tmpdir(), 'lifeguard-crash-'));

// Compiled once, because a hundred processes that compile for themselves take a minute.
beforeAll(() => {
  const flags = '--ignoreConfig --noCheck --module nodenext --target es2023'.split(' ');
  const worker = new URL('support/sqlite-worker.ts', import.meta.url).pathname;
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [
    compiler,
    ...flags,
    '--rootDir',
    root,
    '--outDir',
    compiled,
    worker,
  ]);
  writeFileSync(join(compiled, 'package.json'), '{ "type": "module" }');
});
afterAll(() => {
  for (const each of [folder, compiled]) rmSync(each, { recursive: true, force: true });
});

it(`loses nothing it acknowledged when a process that shares the file is killed ${KILLS} times`, async () => {
  const acknowledged = new Map<string, string>();
  const store = await openSessionStore(`file:${folder}`, { now: Date.now });

  const lane = async (kills: number): Promise<void> => {
    for (let n = 0; n < kills; n += 1)
      await killAmidWork(Math.ceil(Math.random() * 40), acknowledged, store);
  };
  await Promise.all([lane(KILLS / 2), lane(KILLS / 2)]);

  const wrong: string[] = [];
  for (const [key, state] of acknowledged) {
    const stored = await store.read(key);
    const isRight = state === 'destroyed' ? stored === undefined : stored !== undefined;
    const isRefreshed = String(Buffer.from(stored?.session ?? [])) === 'refreshed';
    if (!isRight || (state === 'updated' && !isRefreshed)) wrong.push(`${state} ${key}`);
  }
  await store.close();
  expect(wrong).toEqual([]);
  expect(acknowledged.size).toBeGreaterThan(KILLS);
  const database = (await openSqliteFile(folder)).database;
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
  const halves = 'SELECT key FROM sessions LEFT JOIN tokens USING (key) WHERE tokens IS NULL';
  expect(database.prepare(halves).all()).toEqual([]);
  database.close();
});

/**
 * Kills a worker once it has acknowledged so much, while this process signs people in with the same
 * file.
 */
async function killAmidWork(
  lines: number,
  acknowledged: Map<string, string>,
  store: SessionStore,
): Promise<void> {
  const worker = spawn(
    process.execPath,
    [join(compiled, 'test/sessions/stores/support/sqlite-worker.js'), folder],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(worker, 'close');
  let seen = 0;
  for await (const line of createInterface(worker.stdout)) {
    const [state = '', key = ''] = line.split(' ');
    acknowledged.set(key, state);
    seen += 1;
    if (seen === lines) worker.kill('SIGKILL');
    if (seen > lines) continue;
    const ours = randomKey();
    // On a busy machine the others may have the file for longer than a request waits: that is told,
    // and nothing is promised.
    await store.create(ours, newSession(Date.now(), { indexes: ['sub'] })).then(
      () => acknowledged.set(ours, 'created'),
      (error: unknown) => expect(error).toMatchObject({ code: 'session_store_unavailable' }),
    );
  }
  await ended;
}
