import { request as send } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { siteSettings, statusOf, until } from '../../faults/serve.js';
import { stopsOfTheProcessGroup } from '../../faults/stops.js';
import { federatedPoolsSeed, startPools } from '../../../src/pools/index.js';
import { createBrowser } from '../../support/browser.js';
import { environmentFor, finishSignIn } from '../../support/world.js';
import { reservePort, urlOf } from '../../support/app.js';
import { redisProgram, startRedis } from '../../support/redis.js';
import { endCommands, lifeguard, type RunningCommand } from './command.js';
import { freePort } from '../../support/free-port.js';

afterAll(endCommands);

const twoWorkers = { WORKERS: '2', SESSION_STORE: 'file:./sessions' };

/** The pids of the processes that answer. */
const answering = (site: RunningCommand): number[] =>
  site.lines().flatMap((line) => (line['msg'] === 'listening' ? [Number(line['pid'])] : []));

describe('lifeguard serve, told to stop with logins under way', () => {
  it('by a SIGTERM to the whole process group, with workers, finishes every one of them and exits with 0', async () => {
    expect(await stopsOfTheProcessGroup(1)).toEqual({
      stops: 1,
      logins: 6,
      cut: 0,
      exitCodes: [0],
    });
  });

  it('by a SIGTERM to each worker alone, finishes every one of them', async () => {
    const toWorkers = (site: RunningCommand): void => {
      for (const pid of answering(site)) process.kill(pid, 'SIGTERM');
      void until(() => site.output().split('"stopped"').length > 2).then(() =>
        site.process.kill('SIGTERM'),
      );
    };
    const { logins, cut } = await stopsOfTheProcessGroup(1, 6, toWorkers);
    expect([logins, cut]).toEqual([6, 0]);
  });

  it('by the same SIGTERM twice, as npm and systemd together send it, finishes every one of them', async () => {
    const twice = (site: RunningCommand): void => {
      process.kill(-site.process.pid!, 'SIGTERM');
      setImmediate(() => process.kill(-site.process.pid!, 'SIGTERM'));
    };
    const { cut, exitCodes } = await stopsOfTheProcessGroup(1, 6, twice);
    expect([cut, exitCodes]).toEqual([0, [0]]);
  });
});

describe('lifeguard serve, told to stop', () => {
  it.each([{}, twoWorkers])(
    'exits with 1, and says why, when the time is up before a request is finished (%j)',
    async (workers) => {
      const provider = await reservePort();
      const issuer = `${urlOf(provider)}/eu-west-1_Silent001`;
      const settings = { ...(await siteSettings()), ...workers, ISSUER: issuer };
      const site = lifeguard('serve', settings);
      await site.says('"listening"', 'WORKERS' in workers ? 2 : 1);
      const asked = new Promise((resolve) => provider.once('request', resolve));
      const login = statusOf(`${settings.BASE_URL}/login`);
      await asked;
      process.kill(-site.process.pid!, 'SIGTERM');
      expect(await site.exit()).toBe(1);
      expect(await login).toBe(0);
      expect(site.lines()).toContainEqual(expect.objectContaining({ level: 'error', requests: 1 }));
      provider.closeAllConnections();
      provider.close();
    },
  );

  it('says Connection: close on every answer from the first moment, and closes the port only afterwards', async () => {
    const settings = { ...(await siteSettings()), SHUTDOWN_SECONDS: '4' };
    const site = lifeguard('serve', settings);
    await site.says('"listening"');
    const connectionOf = async (path: string): Promise<string | null> =>
      (await fetch(settings.BASE_URL + path)).headers.get('connection');
    expect(await connectionOf('/')).toBe('keep-alive');
    site.process.kill('SIGTERM');
    await until(async () => (await statusOf(`${settings.BASE_URL}/readyz`)) === 503);
    for (const path of ['/', '/healthz', '/readyz', '/nowhere', '/assets/nothing']) {
      expect(await connectionOf(path)).toBe('close');
    }
    expect(await site.exit()).toBe(0);
  });
});

describe('lifeguard serve, told to stop after a visitor has gone', () => {
  it('finishes the sign-in whose code is being exchanged, and exits with 0', async () => {
    const base = await siteSettings();
    const { BASE_URL } = base;
    const pools = await startPools({
      seed: federatedPoolsSeed({ baseUrl: BASE_URL }),
      keys: 'fixed',
    });
    const settings = { ...base, ...environmentFor(pools), SHUTDOWN_SECONDS: '8' };
    const site = lifeguard('serve', settings);
    await site.says('"listening"');
    const browser = createBrowser({ stopAt: `${BASE_URL}/callback` });
    const { url } = await finishSignIn(browser, await browser.get(`${BASE_URL}/profile`));
    const cookies = browser.cookies(url).map(({ key, value }) => `${key}=${value}`);
    pools.faults.once('oidc-pool-1', 'token', { delayMs: 1500 });
    const visit = send(url, { headers: { cookie: cookies.join('; ') } }).on('error', () => {});
    visit.end();
    await until(() =>
      pools.requests('oidc-pool-1', '/oauth2/token').some(({ status }) => status === 0),
    );
    visit.destroy();
    await site.says('"aborted":true');
    // Without the wait of a SIGTERM, in which it would be finished.
    site.process.kill('SIGINT');
    expect(await site.exit()).toBe(0);
    expect(site.lines()).toContainEqual(expect.objectContaining({ event: 'login.succeeded' }));
    await pools.close();
  });
});

describe.skipIf(redisProgram === undefined)('a sign-out that the store did not carry out', () => {
  it.each([{}, { WORKERS: '2' }])(
    'is in the log, and so is that a stop dropped it, which exits with 1 (%j)',
    async (workers) => {
      const redis = await startRedis();
      const SESSION_STORE = `redis://127.0.0.1:${redis.port}`;
      const settings = { ...(await siteSettings()), ...workers, SESSION_STORE };
      const site = lifeguard('serve', { ...settings, SHUTDOWN_SECONDS: '8' });
      await site.says('"listening"', 'WORKERS' in workers ? 2 : 1);
      await redis.command('CONFIG', 'SET', 'min-replicas-to-write', '1');
      const answer = await fetch(`${settings.BASE_URL}/logout`, {
        method: 'POST',
        headers: { origin: settings.BASE_URL, cookie: `lifeguard=${'x'.repeat(43)}` },
      });
      expect(answer.status).toBe(200);
      await site.says('"logout.postponed"');
      expect(site.lines()).toContainEqual(
        expect.objectContaining({
          level: 'warn',
          event: 'logout.postponed',
          count: 1,
          detail: expect.stringContaining('NOREPLICAS') as string,
        }),
      );
      // Without the wait of a SIGTERM.
      site.process.kill('SIGINT');
      expect(await site.exit()).toBe(1);
      expect(site.lines()).toContainEqual(
        expect.objectContaining({
          level: 'error',
          event: 'logout.dropped',
          count: 1,
          reason: 'stopping',
        }),
      );
      await redis.stop();
    },
  );

  it('but was done when the store works again leaves an exit code of 0', async () => {
    const redis = await startRedis();
    const settings = {
      ...(await siteSettings()),
      SESSION_STORE: `redis://127.0.0.1:${redis.port}`,
    };
    const site = lifeguard('serve', { ...settings, SHUTDOWN_SECONDS: '8' });
    await site.says('"listening"');
    await redis.command('CONFIG', 'SET', 'min-replicas-to-write', '1');
    await fetch(`${settings.BASE_URL}/logout`, {
      method: 'POST',
      headers: { origin: settings.BASE_URL, cookie: `lifeguard=${'x'.repeat(43)}` },
    });
    await redis.command('CONFIG', 'SET', 'min-replicas-to-write', '0');
    await site.says('"logout.caught_up"');
    site.process.kill('SIGINT');
    expect(await site.exit()).toBe(0);
    await redis.stop();
  });
});

describe('lifeguard serve with workers, told to stop while it starts', () => {
  const moments: [string, (site: RunningCommand, metricsPort: number) => Promise<unknown>][] = [
    [
      'before a worker listens',
      // The primary's own port, which it has before any worker.
      (_site, port) => until(async () => (await statusOf(`http://127.0.0.1:${port}/`)) !== 0),
    ],
    ['when one listens and the others start', (site) => site.says('"listening"')],
  ];
  const toAll = (site: RunningCommand, signal: NodeJS.Signals): unknown =>
    process.kill(-site.process.pid!, signal);
  const toPrimary = (site: RunningCommand, signal: NodeJS.Signals): unknown =>
    site.process.kill(signal);

  it.each(
    moments.flatMap(([when, moment]) => [
      ['SIGTERM', 'itself', when, moment, toPrimary] as const,
      ['SIGTERM', 'all of its group', when, moment, toAll] as const,
      ['SIGINT', 'all of its group', when, moment, toAll] as const,
    ]),
  )(
    'by %s to %s, %s, exits with 0, and leaves nobody',
    async (signal, _to, _when, moment, tell) => {
      const metricsPort = await freePort();
      const site = lifeguard('serve', {
        ...(await siteSettings()),
        ...twoWorkers,
        WORKERS: '3',
        METRICS_PORT: String(metricsPort),
      });
      await moment(site, metricsPort);
      tell(site, signal);
      expect([await site.exit(), site.output()]).toEqual([
        0,
        expect.stringContaining('all workers stopped') as string,
      ]);
      expect(() => process.kill(-site.process.pid!, 0)).toThrow('ESRCH');
    },
  );
});

describe.each([{}, twoWorkers])('signals that mean no stop (%j)', (workers) => {
  it('change nothing, and are noted', async () => {
    const settings = { ...(await siteSettings()), ...workers };
    const site = lifeguard('serve', settings);
    await site.says('"listening"', 'WORKERS' in workers ? 2 : 1);
    for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) {
      process.kill(-site.process.pid!, signal);
      await site.says(`"signal":"${signal}","msg":"this signal changes nothing"`);
      expect(await statusOf(`${settings.BASE_URL}/readyz`)).toBe(200);
    }
    expect(new Set(answering(site)).size).toBe('WORKERS' in workers ? 2 : 1);
    site.process.kill('SIGTERM');
    expect(await site.exit()).toBe(0);
    expect(site.output().match(/this signal changes nothing/g)).toHaveLength(3);
    expect(site.errors()).toBe('');
  });
});

describe.each(['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const)(
  '%s to all of the group, again and again while workers start',
  (signal) => {
    it('costs a moment at most, and opens no debugger', async () => {
      const metricsPort = await freePort();
      const settings = { ...(await siteSettings()), ...twoWorkers };
      const site = lifeguard('serve', { ...settings, METRICS_PORT: String(metricsPort) });
      // The primary hears, and forks the first worker.
      await until(async () => (await statusOf(`http://127.0.0.1:${metricsPort}/`)) !== 0);
      // First so that it meets a worker that cannot hear, then at any moment of those that follow;
      // on a busy machine those need longer.
      const pauseMs = (): number => {
        const deaths = site.output().split('a worker died').length - 1;
        return deaths === 0 ? 2 : 350 * 2 ** deaths;
      };
      const workers = { listen: false };
      const up = site.says('"listening"', 2).then(() => (workers.listen = true));
      while (!workers.listen) {
        process.kill(-site.process.pid!, signal);
        await Promise.race([up, wait(pauseMs())]);
      }
      expect(site.output()).toContain('a worker died');
      expect(site.output()).not.toMatch(/Debugger|ws:/);
      expect(await statusOf(`${settings.BASE_URL}/readyz`)).toBe(200);
      site.process.kill('SIGTERM');
      expect(await site.exit()).toBe(0);
    });
  },
);

describe('metrics with workers', () => {
  it('are the sum also on METRICS_PORT, and a worker that hangs is left out and counted', async () => {
    const metricsPort = await freePort();
    const { BASE_URL: url, ...others } = await siteSettings();
    const site = lifeguard('serve', {
      ...others,
      ...twoWorkers,
      BASE_URL: 'https://www.example.com',
      METRICS_PORT: String(metricsPort),
    });
    await site.says('"listening"', 2);
    for (let count = 0; count < 4; count++)
      await fetch(url, { headers: { Connection: 'close' } }).then((answer) => answer.text());
    const metrics = async (): Promise<string> =>
      (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    // On a busy machine a worker may be late, which is told too.
    let sum = '';
    await until(async () => (sum = await metrics()).includes('lifeguard_workers_silent 0\n'));
    expect(sum).toContain('duration_seconds_count{method="GET",route="/",status="2xx"} 4\n');
    expect(await statusOf(`${url}/metrics`)).toBe(404);

    const [hanging] = answering(site);
    process.kill(hanging!, 'SIGSTOP');
    await until(async () => (await metrics()).includes('lifeguard_workers_silent 1\n'));
    process.kill(hanging!, 'SIGCONT');
    await until(async () => (await metrics()).includes('lifeguard_workers_silent 0\n'));
    site.process.kill('SIGTERM');
    expect(await site.exit()).toBe(0);
  });
});
