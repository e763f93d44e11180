import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/program/config/from-environment.js';
import { diagnose, type Diagnosis } from '../../../src/program/doctor/diagnose.js';
import { openSessionStore } from '../../../src/sessions/stores/open-session-store.js';
import { startPools } from '../../../src/pools/index.js';
import { emptyFolder, endCommands, lifeguard } from '../cli/command.js';
import { reservePort, startApp, urlOf } from '../../support/app.js';
import { freePort } from '../../support/free-port.js';
import { createCertificate, findNginx, startNginx } from '../../support/nginx.js';
import { startOtherProvider } from '../../support/other-provider.js';
import { redisProgram, startCluster, startRedis, startSentinelSet } from '../../support/redis.js';
import { inMasterClient, inSite, siteUrl, startPatient } from './patient.js';
import { soundPools, soundProviders } from './sound-set-ups.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});
afterAll(endCommands);

/** Everything that is found, warnings too. */
const found = ({ findings }: Diagnosis): string[] =>
  findings.map(({ code, what }) => `${code}: ${what}`);

describe('doctor finds nothing in', () => {
  it.each(Object.entries(soundPools))('%s', async (_name, { seed, change }) => {
    const patient = await startPatient(seed);
    endings.push(() => patient.stop());
    await change?.(patient);
    expect(found(await patient.examine('outside'))).toEqual([]);
    expect(found(await patient.examine('inside'))).toEqual([]);
  });

  it.each(Object.entries(soundProviders))('%s', async (_name, make) => {
    const { environment, ...options } = await make();
    const provider = await startOtherProvider(siteUrl, options);
    endings.push(() => provider.stop());
    const settings = readSettings({
      BASE_URL: siteUrl,
      ISSUER: provider.issuer,
      CLIENT_ID: provider.clientId,
      CLIENT_SECRET: provider.clientSecret,
      SESSION_SECRET: 'q8vT2mZx91LrKwYbNc73HsdPfGjE5uAo',
      SESSION_STORE: 'file:./test-results/no-such-folder/sessions',
      ...environment,
    });
    expect(found(await diagnose(settings, { now: Date.now, fetch }))).toEqual([]);
  });

  const stores: Record<string, () => Promise<string>> = {
    'a Redis of a host that gives no INFO and no CONFIG': async () => {
      const redis = await startRedis();
      endings.push(() => redis.stop());
      const rules = '~lifeguard:* +@read +@write +@connection +@scripting +time -@dangerous';
      await redis.command('ACL', 'SETUSER', 'site', 'on', '>secret', ...rules.split(' '));
      return `redis://site:secret@127.0.0.1:${redis.port}`;
    },
    'a Redis of a host that has taken INFO and CONFIG out': async () => {
      const redis = await startRedis(['rename-command INFO ""', 'rename-command CONFIG ""']);
      endings.push(() => redis.stop());
      return `redis://127.0.0.1:${redis.port}`;
    },
    'a Redis with an append-only file': async () => {
      const redis = await startRedis(['appendonly yes']);
      endings.push(() => redis.stop());
      return `redis://127.0.0.1:${redis.port}`;
    },
    'Redis under Sentinel': async () => {
      const set = await startSentinelSet();
      endings.push(() => set.stop());
      return set.url;
    },
    'a cluster of Redis': async () => {
      const set = await startCluster();
      endings.push(() => set.stop());
      return set.url;
    },
  };
  it.skipIf(redisProgram === undefined).each(Object.entries(stores))('%s', async (_name, make) => {
    const patient = await startPatient();
    endings.push(() => patient.stop());
    patient.environment['SESSION_STORE'] = await make();
    // It takes a moment until the replicas of a set are connected, on a busy machine a longer one.
    await expect.poll(async () => found(await patient.examine('outside'))).toEqual([]);
  });

  it('a file of sessions that is in use', async () => {
    const patient = await startPatient();
    const url = `file:${emptyFolder()}`;
    const store = await openSessionStore(url, { now: Date.now });
    endings.push(
      () => patient.stop(),
      () => store.close(),
    );
    patient.environment['SESSION_STORE'] = url;
    expect(found(await patient.examine('outside'))).toEqual([]);
  });

  const nginx = findNginx();
  it.skipIf(nginx === undefined)('a site that runs behind nginx', async () => {
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const logoutUrls = [`${url}/logout/continue`];
    const patient = await startPatient((seed) =>
      inMasterClient({ logoutUrls })(
        inSite({ callbackUrls: [`${url}/callback`], logoutUrls })(seed),
      ),
    );
    Object.assign(patient.environment, { BASE_URL: url, TRUST_PROXY: '1' });
    const server = await reservePort();
    const app = await startApp(patient.environment, { server });
    const certificate = createCertificate();
    const proxy = await startNginx(
      nginx!,
      certificate.folder,
      `server { listen 127.0.0.1:${port}; location / { proxy_pass ${urlOf(server)}; } }`,
    );
    endings.push(
      () => patient.stop(),
      () => app.stop(),
      () => certificate.remove(),
      () => proxy.stop(),
    );
    const diagnosis = await patient.examine('inside');
    expect(found(diagnosis)).toEqual([]);
    expect(diagnosis.checks.find(({ name }) => name === 'proxy')?.detail).toContain('runs');
  });

  it('what setup has made', async () => {
    const pools = await startPools({ seed: { pools: [] }, keys: 'fixed' });
    endings.push(() => pools.close());
    const folder = emptyFolder();
    const setup = lifeguard(
      `setup --base-url ${siteUrl} --endpoint-url ${pools.url} --yes`,
      {},
      folder,
    );
    expect([await setup.exit(), setup.output()]).toEqual([0, expect.anything()]);
    const doctor = lifeguard(`doctor --strict --endpoint-url ${pools.url}`, {}, folder);
    expect([await doctor.exit(), doctor.output()]).toEqual([
      0,
      expect.stringContaining('All is well.'),
    ]);
  });
});
