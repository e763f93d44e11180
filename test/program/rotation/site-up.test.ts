import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import {
  federatedPoolsSeed,
  startPools,
  type Pools,
  type PoolsSeed,
} from '../../../src/pools/index.js';
import { endCommands, lifeguard } from '../cli/command.js';
import { basic, postForm } from '../../pools/token-endpoint.js';
import { createBrowser, type Browser } from '../../support/browser.js';
import { freePort } from '../../support/free-port.js';
import { redisProgram, startRedis, type RedisProcess } from '../../support/redis.js';
import { articleEnvironment, finishSignIn } from '../../support/world.js';

const running: (() => unknown)[] = [];
afterAll(async () => {
  endCommands();
  for (const stop of running) await stop();
});

describe.skipIf(redisProgram === undefined)('two processes behind a balancer, with Redis', () => {
  it('sign everybody in and keep everybody signed in while the client secret is replaced', async () => {
    const redis: RedisProcess = await startRedis();
    running.push(() => redis.stop());
    const ports = [await freePort(), await freePort()];
    const balancer = await startBalancer(ports);
    const site = `http://localhost:${balancer.port}`;
    const pools = await startPools({
      seed: withShortTokens(federatedPoolsSeed({ baseUrl: site })),
    });
    running.push(() => pools.close());
    const old = pools.pool('oidc-pool-1').client('site').secret!;
    const folder = mkdtempSync(join(tmpdir(), 'lifeguard-rotation-'));
    const CLIENT_SECRET_FILE = join(folder, 'client-secret');
    writeFileSync(CLIENT_SECRET_FILE, `${old}\n`, { mode: 0o600 });
    const environment = {
      ...articleEnvironment(pools),
      CLIENT_SECRET: '',
      CLIENT_SECRET_FILE,
      BASE_URL: site,
      SESSION_SECRET: 'a secret for tests only - more than 32 bytes',
      SESSION_STORE: `redis://127.0.0.1:${redis.port}`,
      RATE_LIMIT_PER_MINUTE: '0',
    };
    const processes = ports.map((port) =>
      lifeguard('serve', { ...environment, PORT: String(port) }, folder),
    );
    await Promise.all(processes.map((each) => each.says('"listening"')));

    const people = startPeople(site, ports);
    await until(() => people.signIns > 2);
    await until(() => refreshes(pools) > 0);
    const command = lifeguard(
      `rotate-secret --endpoint-url ${pools.url} --wait --yes`,
      environment,
      folder,
    );
    expect(await command.exit(), command.output()).toBe(0);
    expect(command.output()).toContain('2 of 2 processes use the new secret');

    // And they go on.
    const [signIns, refreshed] = [people.signIns, refreshes(pools)];
    await until(() => people.signIns > signIns + 4);
    await until(() => refreshes(pools) > refreshed);
    const counted = await people.stop();
    expect(counted.failures).toEqual([]);

    const lines = processes.flatMap((each) => each.lines());
    const events = lines.map(({ event }) => event);
    expect(events).toContain('login.succeeded');
    for (const trouble of ['login.failed', 'session.refresh_failed', 'session.ended']) {
      expect(events).not.toContain(trouble);
    }

    const newest = readFileSync(CLIENT_SECRET_FILE, 'utf8').trim();
    expect(newest).toBe(pools.pool('oidc-pool-1').client('site').secret);
    const answerTo = async (secret: string): Promise<unknown> => {
      const { id } = pools.pool('oidc-pool-1').client('site');
      const form = { grant_type: 'refresh_token', refresh_token: 'none' };
      const url = `${pools.pool('oidc-pool-1').domain}/oauth2/token`;
      return (await postForm(url, form, basic(id, secret))).json['error'];
    };
    expect([await answerTo(old), await answerTo(newest)]).toEqual([
      'invalid_client',
      'invalid_grant',
    ]);
    const output = [command, ...processes].map((each) => each.output()).join('\n');
    for (const secret of [old, newest]) expect(output).not.toContain(secret);
  });
});

/** However long it takes: on a busy machine a sign-in may. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(50);
}

const refreshes = (pools: Pools): number =>
  pools
    .requests('oidc-pool-1', '/oauth2/token')
    .filter(({ body }) => body['grant_type'] === 'refresh_token').length;

/** Access tokens that must be refreshed every few seconds. */
function withShortTokens(seed: PoolsSeed): PoolsSeed {
  const copy = structuredClone(seed);
  const client = copy.pools[0]?.clients?.find(({ name }) => name === 'site');
  Object.assign(client ?? {}, { accessTokenSeconds: 6 });
  return copy;
}

/**
 * One who signs in again and again, and one who stays, until told to stop; and a balancer's looks
 * at both processes.
 */
function startPeople(site: string, ports: readonly number[]) {
  const life = { isOver: false };
  const counted = { signIns: 0, failures: [] as string[] };
  const signIn = async (browser: Browser): Promise<void> => {
    const page = await finishSignIn(browser, await browser.get(`${site}/profile`));
    if (page.url === `${site}/profile`) counted.signIns += 1;
    else counted.failures.push(`sign-in: ${page.status} ${page.url}`);
  };
  const comeAndGo = async (): Promise<void> => {
    while (!life.isOver) await signIn(createBrowser());
  };
  const stay = async (browser: Browser): Promise<void> => {
    while (!life.isOver) {
      const { status } = await browser.get(`${site}/api/me`);
      if (status !== 200) counted.failures.push(`visit: ${status}`);
      await wait(100);
    }
  };
  const look = async (): Promise<void> => {
    while (!life.isOver) {
      for (const port of ports) {
        const { status } = await fetch(`http://127.0.0.1:${port}/readyz`);
        if (status !== 200) counted.failures.push(`ready: ${status}`);
      }
      await wait(500);
    }
  };
  /** One after the other at first: the first sign-in ever chooses the password. */
  const begin = async (): Promise<unknown> => {
    const browser = createBrowser();
    await signIn(browser);
    return Promise.all([stay(browser), comeAndGo()]);
  };
  const lives = Promise.all([begin(), look()]);
  return Object.assign(counted, {
    stop: async () => {
      life.isOver = true;
      await lives;
      return counted;
    },
  });
}

/** Gives every request to the next of the processes. */
async function startBalancer(ports: readonly number[]): Promise<{ readonly port: number }> {
  let turn = 0;
  const server: Server = createServer((req, res) => {
    const port = ports[(turn += 1) % ports.length]!;
    const { method, url, headers } = req;
    const passed = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    passed.on('error', () => res.destroy());
    req.pipe(passed);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  running.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return { port: (server.address() as AddressInfo).port };
}
