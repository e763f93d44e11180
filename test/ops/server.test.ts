import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import {
  Agent,
  type IncomingMessage,
  request,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { describe, expect, it } from 'vitest';
import { listen } from '../../src/server.js';

const loopback = { port: 0, host: '127.0.0.1' };

async function connected(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** An app whose requests are held until `answer` is called. */
function heldRequests(): { app: RequestListener; next: () => Promise<ServerResponse> } {
  const waiting: ((res: ServerResponse) => void)[] = [];
  return {
    app: (_req, res) => waiting.shift()?.(res),
    next: () => new Promise((resolve) => waiting.push(resolve)),
  };
}

describe('listen', () => {
  it('says where it listens, with the port it was given', async () => {
    const server = await listen((_req, res) => res.end('here'), loopback);
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(server.url)).text()).toBe('here');
    await server.close(1);
  });

  it('says which port is taken and what to do, and keeps the code', async () => {
    const first = await listen((_req, res) => res.end(), loopback);
    const port = Number(new URL(first.url).port);
    await expect(listen((_req, res) => res.end(), { ...loopback, port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: `Port ${port} on 127.0.0.1 is taken: stop the program that uses it, or choose another port`,
    });
    await first.close(1);
  });

  it('refuses headers larger than 16 kB', async () => {
    const server = await listen((_req, res) => res.end(), loopback);
    const answer = await fetch(server.url, { headers: { Cookie: 'x'.repeat(17_000) } });
    expect(answer.status).toBe(431);
    await server.close(1);
  });
});

describe('closing', () => {
  it('lets a request under way finish, and takes no new connection meanwhile', async () => {
    const { app, next } = heldRequests();
    const server = await listen(app, loopback);
    const arrived = next();
    const answer = fetch(server.url);
    const res = await arrived;

    const closed = server.close(30);
    await new Promise(setImmediate);
    await expect(fetch(server.url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    res.end('finished');

    expect(await (await answer).text()).toBe('finished');
    await closed;
  });

  it('does not wait for idle, silent or half-sent connections', async () => {
    const server = await listen((_req, res) => res.end('ok'), loopback);
    const agent = new Agent({ keepAlive: true });
    const idle = request(server.url, { agent });
    idle.end();
    const res = await new Promise<IncomingMessage>((resolve) => idle.once('response', resolve));
    res.resume();
    await once(res, 'end');
    await connected(server.url);
    (await connected(server.url)).write('GET / HTTP/1.1\r\nHost: x\r\n');

    await server.close(3600);
    agent.destroy();
  });

  it('cuts what is still open after the grace', async () => {
    const { app, next } = heldRequests();
    const server = await listen(app, loopback);
    const arrived = next();
    const answer = fetch(server.url);
    await arrived;
    const [, outcome] = await Promise.all([server.close(0), answer.catch((error) => error)]);
    expect(outcome).toMatchObject({ message: 'fetch failed' });
  });
});
