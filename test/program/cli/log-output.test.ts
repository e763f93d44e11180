import { once } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';
import { fullDevice, fullLogDisk, pipeWithoutReader, smallDisk } from '../../faults/log-output.js';
import { endPrograms, run, statusOf, until } from '../../faults/serve.js';
import { freePort } from '../../support/free-port.js';

afterAll(endPrograms);

const mayMount = ((): boolean => {
  const disk = process.platform === 'linux' ? smallDisk() : undefined;
  disk?.remove();
  return disk !== undefined;
})();

describe('lifeguard serve, when its log cannot be written', () => {
  it.skipIf(!mayMount)(
    'answers on a full disk, counts the lines it loses, says how many when there is room again, and stops',
    async () => {
      const outcome = await fullLogDisk(150);
      expect(outcome).toMatchObject({ answered: 150, exitCode: 0 });
      expect(outcome.linesLost).toBeGreaterThan(0);
      expect(outcome.toldOf).toBeGreaterThanOrEqual(outcome.linesLost);
      // The line at which the disk was full may be half there; the next begins on a line of its
      // own.
      expect(outcome.brokenLines).toBeLessThanOrEqual(1);
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'answers, counts and stops on a device that is always full',
    async () => {
      const { answered, linesLost, exitCode } = await fullDevice(20);
      expect([answered, exitCode]).toEqual([20, 0]);
      expect(linesLost).toBeGreaterThanOrEqual(20);
    },
  );

  it.each([
    ['unread', 250, {}],
    ['unread', 250, { WORKERS: '2', SESSION_STORE: 'file:./sessions' }],
    ['closed', 20, {}],
    ['closed', 20, { WORKERS: '2', SESSION_STORE: 'file:./sessions' }],
  ] as const)(
    'answers, counts and stops with a pipe that is %s (%i requests, %j)',
    async (how, requests, environment) => {
      const { answered, linesLost, exitCode } = await pipeWithoutReader(how, requests, environment);
      expect([answered, exitCode]).toEqual([requests, 0]);
      expect(linesLost).toBeGreaterThan(0);
    },
  );
});

describe('the other commands that go on running', () => {
  it.each(['demo', 'pools'] as const)(
    '%s answers and stops though nobody reads what it writes',
    async (command) => {
      const [port, poolsPort] = [await freePort(), await freePort()];
      const environment = { PORT: String(port), POOLS_PORT: String(poolsPort), LOG_LEVEL: 'info' };
      const commandLine = command === 'demo' ? 'demo' : `pools --port ${poolsPort}`;
      const program = run(commandLine, environment);
      const url = `http://127.0.0.1:${command === 'demo' ? port : poolsPort}`;
      await until(async () => (await statusOf(url)) > 0);
      const statuses = [];
      for (let count = 0; count < 150; count++) {
        statuses.push(await statusOf(`${url}/${'x'.repeat(12_000)}`));
      }
      expect(statuses).not.toContain(0);
      program.process.kill('SIGTERM');
      expect(await program.exit).toBe(0);
    },
  );

  it.each(['demo', 'pools'] as const)(
    '%s answers and stops though the reader of what it writes has gone',
    async (command) => {
      const [port, poolsPort] = [await freePort(), await freePort()];
      const environment = { PORT: String(port), POOLS_PORT: String(poolsPort), LOG_LEVEL: 'info' };
      const program = run(command === 'demo' ? 'demo' : `pools --port ${poolsPort}`, environment);
      await once(program.process.stdout!, 'data');
      program.process.stdout!.destroy();
      const url = `http://127.0.0.1:${command === 'demo' ? port : poolsPort}`;
      for (let count = 0; count < 20; count++) expect(await statusOf(url)).toBeGreaterThan(0);
      program.process.kill('SIGTERM');
      expect(await program.exit).toBe(0);
    },
  );
});
