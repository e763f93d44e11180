import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/program/config/from-environment.js';
import { openSessionStore } from '../../../src/sessions/stores/open-session-store.js';
import { establish } from '../../support/establish.js';
import { redisProgram, startRedis } from '../../support/redis.js';
import { makeSmallDisk } from '../../support/small-disk.js';
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

it('says that a subject has no session there, and where the name is found', async () => {
  const SESSION_STORE = `file:${join(mkdtempSync(join(tmpdir(), 'lifeguard-end-')), 'sessions')}`;
  const store = await openSessionStore(SESSION_STORE, { now: Date.now });
  await establish({ settings: settingsOf(SESSION_STORE), store });
  const command = lifeguard('end-sessions Alice', { ...environment, SESSION_STORE });
  expect(await command.exit()).toBe(0);
  expect(command.output()).toMatch(/^0 sessions ended: .*none of that subject/);
  expect(command.output()).toContain('/api/me');
  await store.close();
});

const settingsOf = (SESSION_STORE: string) => {
  const read = readSettings({ ...environment, SESSION_STORE });
  if ('problems' in read) throw new Error('settings');
  return read.settings;
};

it('says how many it ended, how many not and why, without a stack, when the store is full', async () => {
  const disk = await makeSmallDisk();
  const SESSION_STORE = `file:${disk.folder}`;
  const settings = settingsOf(SESSION_STORE);
  const store = await openSessionStore(SESSION_STORE, { now: Date.now });
  for (let count = 0; count < 2; count += 1) await establish({ settings, store });
  await disk.fill();
  const command = lifeguard('end-sessions alice', { ...environment, SESSION_STORE });
  const code = await command.exit();
  await disk.empty();
  expect(code).toBe(1);
  expect(command.output()).toMatch(/^0 sessions ended, 2 not: the session store .*full/);
  expect(command.output()).toContain('Run this again when the store works.');
  expect(command.output()).not.toMatch(/\n\s+at |RelyingPartyError/);

  const again = lifeguard('end-sessions alice', { ...environment, SESSION_STORE });
  expect(await again.exit()).toBe(0);
  expect(again.output()).toContain('2 sessions ended.');
  await store.close();
  await disk.remove();
});

describe.skipIf(redisProgram === undefined)('with Redis', () => {
  it('says that sessions have ended and access tokens are still taken, when there is no room to note it', async () => {
    const redis = await startRedis(['maxmemory-policy noeviction']);
    const SESSION_STORE = `redis://127.0.0.1:${redis.port}`;
    const settings = settingsOf(SESSION_STORE);
    const store = await openSessionStore(SESSION_STORE, { now: Date.now });
    await establish({ settings, store }, { originJti: 'of this sign-in' });
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    const command = lifeguard('end-sessions alice', { ...environment, SESSION_STORE });
    expect(await command.exit()).toBe(1);
    expect(command.output()).toMatch(/^1 session ended\.\nIt could not be noted .*OOM/);
    await store.close();
    await redis.stop();
  });

  it('says why, without a stack, when the store cannot be read', async () => {
    const redis = await startRedis();
    const SESSION_STORE = `redis://127.0.0.1:${redis.port}`;
    await redis.command('ACL', 'SETUSER', 'default', '-@read', '-@scripting');
    const command = lifeguard('end-sessions alice', { ...environment, SESSION_STORE });
    expect(await command.exit()).toBe(1);
    expect(command.output()).not.toMatch(/\n\s+at |RelyingPartyError/);
    expect(command.output()).toMatch(/^No session was ended: the session store .*NOPERM/);
    await redis.stop();
  });
});

it('says that it cannot see sessions in another process’s memory', async () => {
  const command = lifeguard('end-sessions alice', { ...environment, SESSION_STORE: 'memory:' });
  expect(await command.exit()).toBe(1);
  expect(command.errors()).toContain('SESSION_STORE is memory:');
});

describe('where the store cannot be reached', () => {
  it.each([
    ['redis://site:hunter2@127.0.0.1:9', '127.0.0.1:9'],
    ['redis://localhost:9', 'localhost:9'],
    [
      'redis+sentinel://127.0.0.1:9,127.0.0.1:10/main?sentinel_password=hunter2',
      '127.0.0.1:9, 127.0.0.1:10',
    ],
    ['redis+cluster://127.0.0.1:9', '127.0.0.1:9'],
    ['redis://nowhere.invalid:6379', 'nowhere.invalid:6379'],
  ])('says the address, the setting and the error: %s', async (SESSION_STORE, place) => {
    const command = lifeguard('end-sessions alice', { ...environment, SESSION_STORE });
    expect(await command.exit()).toBe(1);
    const words = `No session was ended: the session store at ${place} (SESSION_STORE) does not answer: `;
    expect(command.errors()).toContain(words);
    expect(command.errors().slice(words.length)).toMatch(/[a-z]{4}/i);
    expect(command.output()).not.toMatch(/hunter2|\n\s+at /);
  });
});
