import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { openSessionStore } from '../../src/sessions/open-session-store.js';
import { openSqliteFile } from '../../src/sessions/sqlite-file.js';

const KILLS = 100;
const worker = new URL('support/sqlite-worker.ts', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'lifeguard-crash-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it(
  `loses nothing it acknowledged when processes sharing the file are killed ${KILLS} times`,
  { timeout: 90_000 },
  async () => {
    const acknowledged = new Map<string, string>();
    let kills = 0;
    const killAfter = async (lines: () => number): Promise<void> => {
      const child = spawn(process.execPath, ['--import', 'tsx', worker, `file:${folder}`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(child, 'close');
      let seen = 0;
      for await (const line of createInterface(child.stdout)) {
        const [what = '', key = ''] = line.split(' ');
        acknowledged.set(key, what);
        seen += 1;
        if (seen >= lines()) child.kill('SIGKILL');
      }
      await ended;
    };
    const killOneAfterAnother = async (): Promise<void> => {
      while (kills < KILLS) {
        kills += 1;
        const lines = Math.ceil(Math.random() * 40);
        await killAfter(() => lines);
      }
    };

    // Two are killed again and again, at any point of their work, beside one that goes on until the end.
    const survivor = killAfter(() => (kills < KILLS ? Infinity : 0));
    await Promise.all([killOneAfterAnother(), killOneAfterAnother()]);
    await survivor;

    const store = await openSessionStore(`file:${folder}`, { now: Date.now });
    const wrong: string[] = [];
    for (const [key, what] of acknowledged) {
      const stored = await store.read(key);
      const session = stored && Buffer.from(stored.session).toString();
      const isRight =
        what === 'destroyed'
          ? stored === undefined
          : what === 'updated'
            ? session === 'refreshed'
            : stored !== undefined;
      if (!isRight) wrong.push(`${what} ${key}: ${session}`);
    }
    await store.close();
    expect(wrong).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(KILLS);
    const database = await openSqliteFile(folder);
    expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
    const halves = 'SELECT key FROM sessions LEFT JOIN tokens USING (key) WHERE tokens IS NULL';
    expect(database.prepare(halves).all()).toEqual([]);
    database.close();
  },
);
