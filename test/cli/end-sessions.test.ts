import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readSettings } from '../../src/config/from-environment.js';
import { openSessionStore } from '../../src/sessions/open-session-store.js';
import { establish } from '../support/establish.js';
import { endCommands, lifeguard } from './command.js';

const environment = {
  BASE_URL: 'http://localhost:3000',
  ISSUER: 'http://127.0.0.1:9/eu-west-1_Nowhere01',
  CLIENT_ID: 'site',
  CLIENT_SECRET: 'secret',
  SESSION_SECRET: 'a secret for tests only - more than 32 bytes',
};

afterAll(endCommands);

it('ends every session of one user in the store the site uses, and nobody else’s', async () => {
  const SESSION_STORE = `file:${join(mkdtempSync(join(tmpdir(), 'lifeguard-end-')), 'sessions')}`;
  const read = readSettings({ ...environment, SESSION_STORE });
  if ('problems' in read) throw new Error('settings');
  const { settings } = read;
  const store = await openSessionStore(SESSION_STORE, { now: Date.now });
  const hers = [await establish({ settings, store }), await establish({ settings, store })];
  const his = await establish({ settings, store }, { subject: 'bob' });

  const command = lifeguard('end-sessions alice', { ...environment, SESSION_STORE });
  expect(await command.exit()).toBe(0);
  expect(command.output()).toContain('2 sessions ended.');
  for (const { session } of hers) expect(await store.read(session.key)).toBeUndefined();
  expect(await store.read(his.session.key)).toBeDefined();
  await store.close();
});

it('says that it cannot see sessions in another process’s memory', async () => {
  const command = lifeguard('end-sessions alice', { ...environment, SESSION_STORE: 'memory:' });
  expect(await command.exit()).toBe(1);
  expect(command.errors()).toContain('SESSION_STORE is memory:');
});
