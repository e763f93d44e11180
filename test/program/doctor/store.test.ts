import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/program/config/from-environment.js';
import { findingKinds } from '../../../src/program/doctor/findings/catalogue.js';
import { store } from '../../../src/program/doctor/checks/store.js';
import type { Diagnosis } from '../../../src/program/doctor/diagnose.js';
import type { Finding } from '../../../src/program/doctor/findings/finding.js';
import { openSessionStore } from '../../../src/sessions/stores/open-session-store.js';
import { openSqliteFile } from '../../../src/sessions/stores/sqlite/file.js';
import { commandFile, endCommands, lifeguard, type RunningCommand } from '../cli/command.js';
import { createCertificate } from '../../support/nginx.js';
import { eventually, redisProgram, type RedisProcess, startRedis } from '../../support/redis.js';
import { makeSmallDisk } from '../../support/small-disk.js';
import { type Patient, startPatient } from './patient.js';
import { follow } from './follow.js';
import { whole } from './whole.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});
afterAll(endCommands);

let patient: Patient;
beforeEach(async () => {
  patient = await startPatient();
  endings.push(() => patient.stop());
});

/** What the one check finds. */
async function look(
  url: string,
): Promise<{ readonly findings: readonly Finding[]; readonly detail?: string | undefined }> {
  const read = readSettings({ ...patient.environment, SESSION_STORE: url });
  if (!('settings' in read)) throw new Error('the settings are not complete');
  const { settings } = read;
  const result = await store.run({ settings, now: Date.now, fetch, userPools: undefined });
  if ('skipped' in result) throw new Error(result.skipped);
  return result;
}

const findingsFor = async (url: string): Promise<readonly Finding[]> =>
  whole(await look(url)).findings;

describe.skipIf(redisProgram === undefined)('doctor, about the rights in a Redis', () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis(['appendonly yes']);
  });
  afterAll(() => redis.stop());

  /** A user with these rules, and the address that names it. */
  async function user(name: string, ...rules: string[]): Promise<string> {
    await redis.command('ACL', 'SETUSER', name, 'reset', 'on', '>password', ...rules);
    return `redis://${name}:password@127.0.0.1:${redis.port}`;
  }
  const keysOf = async (): Promise<unknown> => redis.command('KEYS', '*');

  it.each([
    ['everything but INFO and CONFIG', '~*', '+@all', '-info', '-config'],
    ['nothing dangerous', '~*', '+@all', '-@dangerous', '-@admin'],
    ['our keys alone', '~lifeguard:*', '+@all'],
    [
      'what a managed one gives',
      '~lifeguard:*',
      ...'+@read +@write +@connection +@scripting +time -@dangerous'.split(' '),
    ],
  ])('finds nothing where the user may do %s, and leaves nothing there', async (_, ...rules) => {
    expect(await findingsFor(await user('site', ...rules))).toEqual([]);
    await eventually(async () => {
      const left = (await keysOf()) as string[];
      return left.every((key) => key.startsWith('lifeguard:1:remembered:probe-'));
    });
  });

  it('ends with 0 there, and says what it could not see', async () => {
    patient.environment['SESSION_STORE'] = await user('site', '~lifeguard:*', '+@all', '-info');
    const command = lifeguard('doctor', patient.environment);
    expect(await command.exit()).toBe(0);
    expect(command.output()).toContain('redis:, without INFO');
    expect(command.output()).not.toContain('password@');
  });

  it.each([
    ['-eval', 'EVAL'],
    ['-hget', 'HGET'],
    ['-zadd -zrange', 'ZADD, ZRANGE'],
    ['-set', 'SET'],
    ['-ping', 'PING'],
    ['-time -pexpire', 'PEXPIRE, TIME'],
  ])(
    'names what is missing with %s, and is content when that was allowed',
    async (rules, named) => {
      const url = await user('narrow', '~lifeguard:*', '+@all', ...rules.split(' '));
      const [finding, ...others] = await findingsFor(url);
      expect(others).toEqual([]);
      expect(finding).toMatchObject({ code: 'store_right_missing' });
      expect(finding?.what).toBe(`The Redis user “narrow” of SESSION_STORE may not run ${named}.`);
      expect(follow(finding)).toBe('OK');
      expect(await findingsFor(url)).toEqual([]);
    },
  );

  it('names our keys where the user has others', async () => {
    const url = await user('elsewhere', '~other:*', '+@all');
    const [finding] = await findingsFor(url);
    expect(finding?.what).toContain('may not use keys that begin with lifeguard:');
    expect(follow(finding)).toBe('OK');
    expect(await findingsFor(url)).toEqual([]);
  });

  it('lists all rights that are needed, and they are enough', async () => {
    const [finding] = await findingsFor(await user('nobody'));
    const rights = /All that is needed: (.*)$/.exec(finding?.fix.text ?? '')?.[1]?.split(' ') ?? [];
    expect(await findingsFor(await user('exact', ...rights))).toEqual([]);
  });

  it('says that the password is wrong, and not the rights', async () => {
    const url = await user('site', '~*', '+@all');
    const [finding] = await findingsFor(url.replace(':password@', ':other@'));
    expect(finding?.code).toBe('store_password_wrong');
    expect(JSON.stringify(finding)).not.toContain('other');
  });

  it('says that a replica takes no changes', async () => {
    const replica = await startRedis([`replicaof 127.0.0.1 ${redis.port}`, 'masteruser default']);
    endings.push(() => replica.stop());
    const [finding] = await findingsFor(`redis://127.0.0.1:${replica.port}`);
    expect(finding?.code).toBe('store_read_only');
    expect(finding?.fix.text).toContain('the primary');
  });

  it('names a database that is not there, and a memory that is full', async () => {
    const [unknown] = await findingsFor(`redis://127.0.0.1:${redis.port}/99`);
    expect(unknown?.code).toBe('store_database_unknown');
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    endings.push(() => redis.command('CONFIG', 'SET', 'maxmemory', '0'));
    expect((await findingsFor(`redis://127.0.0.1:${redis.port}`))[0]?.code).toBe('store_full');
  });

  it('names a slip between redis and rediss, either way', async () => {
    const [plain] = await findingsFor(`rediss://127.0.0.1:${redis.port}`);
    expect(plain?.code).toBe('store_tls_slip');
    const certificate = createCertificate();
    const { certificateFile, keyFile } = certificate;
    const secured = await startRedis([
      `tls-cert-file ${certificateFile}`,
      `tls-key-file ${keyFile}`,
      `tls-ca-cert-file ${certificateFile}`,
      'tls-auth-clients no',
      'appendonly yes',
    ]);
    endings.push(
      () => certificate.remove(),
      () => secured.stop(),
    );
    // The command, since Node reads whom to trust as it starts.
    patient.environment['NODE_EXTRA_CA_CERTS'] = certificateFile;
    const doctorOf = (url: string): RunningCommand =>
      lifeguard('doctor --strict', { ...patient.environment, SESSION_STORE: url });
    const slips = [
      [`redis://localhost:${secured.port}`, 'Begin it with rediss'],
      [`redis://127.0.0.1:${secured.port}`, 'Begin it with rediss'],
      [`rediss://127.0.0.1:${secured.port}`, 'certificate of Redis is not believed'],
    ] as const;
    // All at once, since each waits for connections that never stand.
    const commands = slips.map(([url, expected]) => ({ url, expected, command: doctorOf(url) }));
    const secure = doctorOf(`rediss://localhost:${secured.port}`);
    for (const { url, expected, command } of commands) {
      expect([url, await command.exit()]).toEqual([url, 1]);
      expect(command.output()).toContain(expected);
    }
    expect([await secure.exit(), secure.output()]).toEqual([0, expect.anything()]);
  });

  it('says so when a single server turns out to be part of a cluster', async () => {
    const member = await startRedis(['cluster-enabled yes']);
    endings.push(() => member.stop());
    const [finding] = await findingsFor(`redis://127.0.0.1:${member.port}`);
    expect(finding?.code).toBe('store_is_cluster');
  });
});

it.each([['redis+sentinel://127.0.0.1', 'lacks the name of the master']])(
  'doctor says of SESSION_STORE=%s that it %s',
  async (url, problem) => {
    const [finding, ...others] = await findingsFor(url);
    expect(others).toEqual([]);
    expect(finding?.what).toContain(`SESSION_STORE ${problem}`);
  },
);

describe('doctor, about a file of sessions', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lifeguard-store-'));
    chmodSync(folder, 0o777);
    endings.push(() => rmSync(folder, { recursive: true, force: true }));
  });

  it('tries a file that is not there in the place where it will be, and leaves nothing', async () => {
    const { findings, detail } = await look(`file:${join(folder, 'a/b/sessions')}`);
    expect(findings).toEqual([]);
    expect(detail).toBe('file:, new');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('tries one that is there, and leaves its sessions', async () => {
    const opened = await openSessionStore(`file:${folder}`, { now: Date.now });
    endings.push(() => opened.close());
    const some = Uint8Array.of(1);
    const expiresAt = Date.now() + 60_000;
    await opened.create('session', { session: some, tokens: some, expiresAt, indexes: ['index'] });
    expect(await findingsFor(`file:${folder}`)).toEqual([]);
    expect(await opened.find('index')).toEqual(['session']);
  });

  it('says that the file is no database, and whose database it is', async () => {
    const file = join(folder, 'notes.db');
    writeFileSync(file, 'Not a database, but somebody’s notes.'.repeat(100));
    const [damaged] = await findingsFor(`file:${file}`);
    expect(damaged?.code).toBe('store_damaged');
    expect(damaged?.what).toContain(file);
    expect(readFileSync(file, 'utf8')).toMatch(/^Not a database/);
  });

  it('names another program’s database, and changes not a byte of it', async () => {
    const file = join(folder, 'theirs.db');
    // Made as ours and then marked as another's.
    const theirs = await openSqliteFile(file);
    theirs.database.exec('PRAGMA application_id = 1; PRAGMA journal_mode = DELETE');
    theirs.close();
    const before = readFileSync(file);
    const [foreign] = await findingsFor(`file:${file}`);
    expect(foreign?.code).toBe('store_foreign');
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(folder)).toEqual(['theirs.db']);
  });

  it('only warns of another version’s tables, and leaves what is in them', async () => {
    const file = join(folder, 'sessions.db');
    const other = await openSqliteFile(file);
    other.database.exec("INSERT INTO locks VALUES ('kept', 'x', 1); PRAGMA user_version = 99");
    endings.push(() => other.close());
    const findings = await findingsFor(`file:${folder}`);
    expect(findings).toMatchObject([{ code: 'store_other_version' }]);
    expect(findingKinds.store_other_version.severity).toBe('warning');
    expect(other.database.prepare('SELECT name FROM locks').all()).toEqual([{ name: 'kept' }]);
  });

  it('says that the disk is full, there or where the file is to be', async () => {
    const disk = await makeSmallDisk();
    endings.push(() => disk.remove());
    const opened = await openSessionStore(`file:${disk.folder}/old`, { now: Date.now });
    endings.push(() => opened.close());
    // Nobody has it open, so even to begin it takes room.
    await (await openSessionStore(`file:${disk.folder}/left`, { now: Date.now })).close();
    await disk.fill();
    endings.push(() => disk.empty());
    for (const place of ['old', 'left', 'new']) {
      const [finding] = await findingsFor(`file:${join(disk.folder, place)}`);
      expect([place, finding?.code]).toEqual([place, 'store_full']);
    }
  });

  const isRoot = process.getuid?.() === 0;

  it('names the folder that this user may not write to, and the file', async () => {
    mkdirSync(join(folder, 'closed'));
    const file = join(folder, 'closed/sessions.db');
    (await openSqliteFile(file)).close();
    chmodSync(file, 0o666);
    chmodSync(join(folder, 'closed'), 0o555);
    endings.push(() => chmodSync(join(folder, 'closed'), 0o755));
    const own = join(folder, 'own.db');
    closeSync(openSync(own, 'w'));
    chmodSync(own, 0o400);
    const [closed, absent, [readOnly]] = await Promise.all([
      byNobody(`file:${file}`),
      byNobody(`file:${join(folder, 'closed/new/sessions')}`),
      byNobody(`file:${own}`),
    ]);
    expect(closed).toMatchObject([{ code: 'store_right_missing' }]);
    expect(closed[0]?.what).toContain(`may not write to ${join(folder, 'closed')}, where SQLite`);
    expect(absent[0]?.what).toContain(`may not write to ${join(folder, 'closed')}`);
    expect(readOnly?.what).toContain(`may not write to ${own}.`);
    expect(existsSync(`${own}-wal`)).toBe(false);
  });

  /** The command as a user who owns nothing; root may write everywhere. */
  async function byNobody(url: string): Promise<readonly Finding[]> {
    const child = spawn(process.execPath, [commandFile, 'doctor', '--json'], {
      cwd: folder,
      env: { ...patient.environment, SESSION_STORE: url },
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(isRoot && { uid: 65_534, gid: 65_534 }),
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    await once(child, 'close');
    return whole(JSON.parse(output) as Diagnosis).findings;
  }
});
