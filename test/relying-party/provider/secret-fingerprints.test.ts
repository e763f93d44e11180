import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/program/config/from-environment.js';
import { store as storeCheck } from '../../../src/program/doctor/checks/store.js';
import { createSecretFingerprints } from '../../../src/sessions/replicas/secret-fingerprints.js';
import { openConnected } from '../../support/open-connected.js';
import { MemoryStore } from '../../../src/sessions/stores/memory-store.js';
import type { SessionStore } from '../../../src/sessions/session-store.js';
import { startApp, type RunningApp } from '../../support/app.js';
import { redisProgram, startRedis, type RedisProcess } from '../../support/redis.js';

const OLD = 'the old secret of these tests: more than 32 bytes';
const NEW = 'the new secret of these tests: more than 32 bytes';
const ENVIRONMENT = {
  ISSUER: 'http://127.0.0.1:9/eu-west-1_Nowhere01',
  CLIENT_ID: 'site',
  CLIENT_SECRET: 'secret',
  BASE_URL: 'http://localhost:3000',
};

describe.each(['memory', 'SQLite', 'Redis'] as const)(
  'two replicas with one store in %s',
  (kind) => {
    let time = Date.now();
    let redis: RedisProcess | undefined;
    let folder: string | undefined;
    let shared: SessionStore;
    const now = (): number => time;
    const stores: SessionStore[] = [];
    const apps: RunningApp[] = [];

    beforeAll(async () => {
      if (kind === 'Redis') redis = await startRedis();
      if (kind === 'SQLite') folder = await mkdtemp(join(tmpdir(), 'lifeguard-secrets-'));
    });
    afterAll(async () => {
      await redis?.stop();
      if (folder !== undefined) await rm(folder, { recursive: true });
    });
    afterEach(async () => {
      for (const app of apps.splice(0)) await app.stop();
      for (const store of stores.splice(0)) await store.close();
      time += 3_600_000;
    });

    const urlOfStore = (): string =>
      kind === 'Redis' ? `redis://127.0.0.1:${redis!.port}` : `file:${folder}`;

    async function replica(
      secrets: string,
      environment: Record<string, string> = {},
    ): Promise<RunningApp> {
      if (kind === 'memory') shared ??= new MemoryStore({ now });
      const store = kind === 'memory' ? shared : await openConnected(urlOfStore(), { now });
      if (kind !== 'memory') stores.push(store);
      const app = await startApp(
        { ...ENVIRONMENT, SESSION_SECRET: secrets, ...environment },
        { store, now },
      );
      apps.push(app);
      return app;
    }

    async function stop(app: RunningApp): Promise<void> {
      apps.splice(apps.indexOf(app), 1);
      await app.stop();
    }

    async function secretsOf({ url }: RunningApp): Promise<unknown> {
      const answer = await fetch(`${url}/readyz`);
      expect(answer.status).toBe(200);
      const { status, secrets } = (await answer.json()) as Record<string, unknown>;
      expect(status).toBe('ready');
      return secrets;
    }
    const all = async (): Promise<unknown[]> => {
      const first = await Promise.all(apps.map(secretsOf));
      // Each has told the others by now.
      return first.length > 0 ? Promise.all(apps.map(secretsOf)) : first;
    };
    const warnings = ({ log }: RunningApp): string[] =>
      log.filter((line) => line.includes('secrets.mismatch'));

    it('of one secret agree', async () => {
      await replica(OLD);
      await replica(OLD);
      expect(await all()).toEqual(['ok', 'ok']);
      expect(apps.flatMap(warnings)).toEqual([]);
    });

    it('of two secrets both say so, and each logs it once', async () => {
      await replica(OLD);
      await replica(NEW);
      expect(await all()).toEqual(['mismatch', 'mismatch']);
      expect(await all()).toEqual(['mismatch', 'mismatch']);
      expect(apps.map((app) => warnings(app).length)).toEqual([1, 1]);
    });

    it('say so also when only one of them could not open what the other seals', async () => {
      await replica(OLD);
      await replica(`${NEW},${OLD}`);
      expect(await all()).toEqual(['mismatch', 'mismatch']);
    });

    it('pass a rotation in two steps without a warning, and agree afterwards', async () => {
      const steps = [OLD, `${OLD},${NEW}`, `${NEW},${OLD}`, NEW];
      let running = [await replica(OLD), await replica(OLD)];
      const seen: RunningApp[] = [...running];
      for (const secrets of steps.slice(1)) {
        for (const before of running) {
          await stop(before);
          seen.push(await replica(secrets));
          expect(await all()).toEqual(['ok', 'ok']);
        }
        running = [...apps];
      }
      expect(seen.flatMap(warnings)).toEqual([]);
    });

    it('forget one that was killed', async () => {
      const killed = await replica(OLD);
      expect(await secretsOf(killed)).toBe('ok');
      const other = await replica(NEW);
      expect(await secretsOf(other)).toBe('mismatch');
      time += 61_000;
      expect(await secretsOf(other)).toBe('ok');
    });

    it('of two clients are none of each other’s business', async () => {
      await replica(OLD);
      await replica(NEW, { CLIENT_ID: 'another-client' });
      expect(await all()).toEqual(['ok', 'ok']);
    });

    // Another process, as doctor is, cannot look into this one's memory.
    if (kind === 'memory') return;

    it('are seen by doctor, which says what to do', async () => {
      await secretsOf(await replica(OLD));
      const findingsWith = async (secret: string): Promise<string[]> => {
        const environment = { ...ENVIRONMENT, SESSION_SECRET: secret, SESSION_STORE: urlOfStore() };
        const read = readSettings(environment);
        if ('problems' in read) throw new Error('unusable settings');
        const { settings } = read;
        const result = await storeCheck.run({ settings, now, fetch, userPools: undefined });
        return 'skipped' in result ? [] : result.findings.map(({ code }) => code);
      };
      expect(await findingsWith(NEW)).toContain('session_secret_mismatch');
      expect(await findingsWith(OLD)).not.toContain('session_secret_mismatch');
    });
  },
);

it.skipIf(redisProgram === undefined)('needs Redis for a part of these', () => {
  expect(redisProgram).toBeDefined();
});

it.each(['', 'no JSON', '{"of":"another version"}', '[7]', '[]'])(
  'counts a record that it cannot read as one that does not fit: %s',
  async (text) => {
    const store = new MemoryStore({ now: Date.now });
    store.find = async () => ['one'];
    store.read = async () => ({ session: Buffer.from(text), tokens: Buffer.from('-') }) as never;
    const owner = { issuer: 'https://issuer.example.com', clientId: 'site', cookieNamespace: '' };
    const fingerprints = createSecretFingerprints({ store, secrets: [OLD], owner, now: Date.now });
    expect(await fingerprints.compare()).toBe('mismatch');
    await store.close();
  },
);

it('leaves no rejection that nobody handles, whichever way a store of a host fails', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  const store = new MemoryStore({ now: Date.now });
  let reads = 0;
  store.find = async () => ['one', 'two'];
  store.read = () => {
    reads += 1;
    if (reads === 1) return Promise.reject(new Error('away'));
    throw new Error('away');
  };
  const owner = { issuer: 'https://issuer.example.com', clientId: 'site', cookieNamespace: '' };
  const fingerprints = createSecretFingerprints({ store, secrets: [OLD], owner, now: Date.now });
  await expect(fingerprints.compare()).rejects.toThrow('away');
  await new Promise(setImmediate);
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
  await store.close();
});
