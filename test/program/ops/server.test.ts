import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import {
  Agent,
  type IncomingMessage,
  request,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { describe, expect, it } from 'vitest';
import { listen } from '../../../src/program/server.js';

const loopback = { port: 0, host: '127.0.0.1' };

async function connected(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

async function takesConnections(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).then((is) => {
    socket.destroy();
    return is === true;
  });
}

/** The head of the answer; its body is thrown away. */
async function answered(url: string, agent: Agent): Promise<IncomingMessage> {
  const call = request(url, { agent }).end();
  const [res] = (await once(call, 'response')) as [IncomingMessage];
  return res.resume();
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

  it('refuses headers larger than 32 kB with a page that says what to do', async () => {
    const server = await listen((_req, res) => res.end(), loopback);
    const taken = await fetch(server.url, { headers: { Cookie: 'x'.repeat(31_000) } });
    expect(taken.status).toBe(200);
    const answer = await fetch(server.url, { headers: { Cookie: 'x'.repeat(33_000) } });
    expect(answer.status).toBe(431);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.text()).toMatch(/too large[^]*delete the cookies of this site/);
    await server.close(1);
  });

  it.each([
    ['cookies', '/', { Cookie: 'x'.repeat(33_000) }],
    ['an address', `/${'a'.repeat(40_000)}`, {}],
    ['a token', '/', { Authorization: `Bearer ${'x'.repeat(40_000)}` }],
  ] as const)(
    'says of %s too large what may be the cause, and nothing that is untrue',
    async (_what, path, headers) => {
      const server = await listen((_req, res) => res.end(), loopback);
      const answer = await fetch(server.url + path, { headers });
      expect(answer.status).toBe(431);
      const page = await answer.text();
      expect(page).toContain('<h1>This request is too large</h1>');
      expect(page).toMatch(/If the address is very long[^]*Otherwise[^]*delete the cookies/);
      expect(page).toContain('access token');
      expect(page).not.toContain('too many cookies');
      await server.close(1);
    },
  );

  it('answers what is no request with 400 and hangs up', async () => {
    const server = await listen((_req, res) => res.end(), loopback);
    const socket = await connected(server.url);
    let answer = '';
    socket.on('data', (bytes) => (answer += String(bytes)));
    socket.write('no request\r\n\r\n');
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n/);
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
    while (await takesConnections(server.url)) await wait(10);
    res.end('finished');

    expect(await (await answer).text()).toBe('finished');
    expect(await closed).toBe(0);
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
    const [cut, outcome] = await Promise.all([server.close(0), answer.catch((error) => error)]);
    expect(outcome).toMatchObject({ message: 'fetch failed' });
    expect(cut).toBe(1);
  });

  it('answers a request that was on its way when the port closed, on a connection that was idle', async () => {
    const server = await listen((_req, res) => res.end('ok'), loopback);
    const agent = new Agent({ keepAlive: true });
    await once(await answered(server.url, agent), 'end');

    const closed = server.close(3600, 3600);
    while (await takesConnections(server.url)) await wait(10);
    const late = await answered(server.url, agent);
    expect([late.statusCode, late.headers.connection]).toEqual([200, 'close']);
    expect(await closed).toBe(0);
  });
});

describe('closing while visitors keep coming', () => {
  const outcomeOf = (url: string): Promise<string> =>
    answered(url, new Agent()).then(
      ({ statusCode }) => String(statusCode),
      (error: NodeJS.ErrnoException) => String(error.code),
    );

  it('answers everybody whom the system had let in already', async () => {
    const server = await listen((_req, res) => res.end('ok'), loopback);
    const outcomes = Array.from({ length: 20 }, () => outcomeOf(server.url));
    await server.close(3600, 0.1);
    expect(await Promise.all(outcomes)).toEqual(Array.from({ length: 20 }, () => '200'));
  });

  it('finds a moment for it although there is always somebody, and resets no connection', async () => {
    const server = await listen((_req, res) => {
      // Work for the only thread.
      const until = performance.now() + 2;
      while (performance.now() < until);
      res.end('ok');
    }, loopback);
    const outcomes: Record<string, number> = {};
    const visitor = async (): Promise<void> => {
      for (;;) {
        const outcome = await outcomeOf(server.url);
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        if (outcome !== '200') return;
      }
    };
    const visitors = Array.from({ length: 16 }, visitor);
    while ((outcomes['200'] ?? 0) < 100) await new Promise(setImmediate);
    await server.close(3600, 0.1);
    await Promise.all(visitors);
    expect(outcomes).toEqual({ '200': expect.any(Number), ECONNREFUSED: 16 });
  });
});

describe('draining', () => {
  it('ends each connection with its next answer: those under way, those idle, and new ones', async () => {
    const { app, next } = heldRequests();
    const server = await listen(app, loopback);
    const agent = new Agent({ keepAlive: true });
    const connectionOf = async (call: Promise<IncomingMessage>): Promise<string | undefined> =>
      (await call).headers.connection;

    let arrived = next();
    const first = answered(server.url, agent);
    (await arrived).end();
    expect(await connectionOf(first)).toBe('keep-alive');
    await once(await first, 'end');

    arrived = next();
    const underWay = answered(server.url, new Agent({ keepAlive: true }));
    const held = await arrived;
    server.beginDraining();
    held.end();
    expect(await connectionOf(underWay)).toBe('close');

    for (const each of [agent, new Agent({ keepAlive: true })]) {
      arrived = next();
      const after = answered(server.url, each);
      (await arrived).end();
      expect(await connectionOf(after)).toBe('close');
    }
    expect(await takesConnections(server.url)).toBe(true);
    await server.close(1);
  });
});
