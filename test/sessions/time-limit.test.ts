import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { withinTimeLimit } from '../../src/sessions/time-limits.js';

it('a process that was busy for longer than the limit still takes an answer that came in time', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => void client.destroy());
  const [store] = (await once(server, 'connection')) as [Socket];

  const limited = withinTimeLimit(once(client, 'data'), 20);
  store.write('answer');
  const until = performance.now() + 60;
  while (performance.now() < until);
  expect(String(await limited)).toBe('answer');
});

it('an answer that never comes is not waited for', async () => {
  await expect(withinTimeLimit(new Promise(() => undefined), 5)).rejects.toMatchObject({
    name: 'TimeoutError',
  });
});
