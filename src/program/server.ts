import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { Server as TcpServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { answerUnreadable } from '../web/request/unreadable-request.js';

/** A server that listens. */
export interface RunningServer {
  /** Where it listens, e.g. `http://127.0.0.1:3000`, with the port that was really given. */
  readonly url: string;
  /**
   * From now on every answer ends its connection (`Connection: close`), also on connections that
   * were idle, so that a proxy which keeps connections to us for reuse has none left when the port
   * is closed.
   */
  beginDraining(): void;
  /**
   * Takes no new connection, lets requests under way finish, and closes what is idle or half-sent.
   *
   * @param graceSeconds after this long, connections still open are cut
   * @param lingerSeconds how long idle connections stay open for a request that is on its way
   *   already; default 0
   * @returns how many requests were cut
   */
  close(graceSeconds: number, lingerSeconds?: number): Promise<number>;
}

/**
 * All headers of a request together. Node's own limit is half of it: cookies of other programs on
 * the same host come here too, and long access tokens.
 */
export const MAX_HEADER_BYTES: number = 32 * 1024;

/*
 * Against clients that send slowly or not at all. A reverse proxy keeps its connections to us open
 * for reuse, a balancer on AWS for 60 s: ours must last longer, or a request meets a connection we
 * have closed.
 */
const limits = {
  maxHeaderSize: MAX_HEADER_BYTES,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
} as const;

/** A client that does not take its answer: no byte has moved on the connection for this long. */
const stalledConnectionMs = 60_000;

/**
 * Starts listening.
 *
 * @param options.port 0 picks a free one
 * @throws {Error} with the system's `code` (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, …) and a
 *   message that says what to do
 */
export async function listen(
  app: RequestListener,
  { port, host }: { port: number; host: string },
): Promise<RunningServer> {
  const server = createServer(limits);
  server.on('clientError', answerUnreadable);
  server.setTimeout(stalledConnectionMs);
  const connections = new Connections(server, app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explainFailure(error, port, host)));
    server.listen(port, host, resolve);
  });
  return {
    url: urlOf(server),
    beginDraining: () => connections.beginDraining(),
    close: (graceSeconds, lingerSeconds = 0) => connections.close(graceSeconds, lingerSeconds),
  };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not a TCP server');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

/** As long as nothing new should have come before a port or connection is closed. */
const QUIET_MS = 50;

/** After this long any moment must do. */
const MOST_QUIET_MS = 500;

/** The open connections of a server, and the answers each still owes. */
class Connections {
  readonly #server: Server;
  readonly #owed = new Map<Socket, Set<ServerResponse>>();
  /** Connections and requests, ever. */
  #seen = 0;
  #isDraining = false;

  /** Requests that wait, for a moment only, until the port is closed. */
  #held: (() => void)[] | undefined;

  constructor(server: Server, app: RequestListener) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#seen += 1;
      this.#owed.set(socket, new Set());
      socket.once('close', () => this.#owed.delete(socket));
    });
    server.on('request', (req, res) => {
      this.#seen += 1;
      const owed = this.#owed.get(req.socket);
      owed?.add(res);
      res.once('close', () => owed?.delete(res));
      if (this.#isDraining) endConnection(res);
      if (this.#held === undefined) app(req, res);
      else this.#held.push(() => app(req, res));
    });
  }

  beginDraining(): void {
    this.#isDraining = true;
    for (const owed of this.#owed.values()) for (const res of owed) endConnection(res);
  }

  async close(graceSeconds: number, lingerSeconds: number): Promise<number> {
    this.beginDraining();
    let cut = 0;
    const grace = setTimeout(() => {
      for (const owed of this.#owed.values()) cut += owed.size;
      this.#server.closeAllConnections();
    }, graceSeconds * 1000);
    const [closed] = await this.#closePort(graceSeconds);
    await Promise.race([closed, wait(lingerSeconds * 1000, undefined, { ref: false })]);
    await this.#quietMoment(graceSeconds);
    this.#closeIdle();
    await closed;
    clearTimeout(grace);
    this.#server.close();
    return cut;
  }

  /**
   * Closes the port when nobody is on the way to it. A server with much to do would never come to
   * such a moment: so requests wait until then.
   *
   * @returns what resolves when the last connection is closed too; inside an array, not to be
   *   waited for here
   */
  async #closePort(graceSeconds: number): Promise<[Promise<void>]> {
    const held: (() => void)[] = (this.#held = []);
    await this.#quietMoment(graceSeconds);
    // Not the HTTP server's own: it closes idle connections at once, and a request may be on its
    // way on one.
    const closed = new Promise<void>((resolve) => {
      TcpServer.prototype.close.call(this.#server, () => resolve());
    });
    this.#held = undefined;
    for (const answer of held) answer();
    return [closed];
  }

  /**
   * Resolves right after a look that found nothing new for a while. When the port closes, the
   * system cuts connections that it has accepted and we have not seen yet; when a connection
   * closes, a request that it has and we have not read. The busier the server, the shorter a while
   * must do: it shrinks to nothing as the time goes by.
   */
  async #quietMoment(graceSeconds: number): Promise<void> {
    const begun = performance.now();
    const deadline = begun + Math.min(graceSeconds * 250, MOST_QUIET_MS);
    let [seen, quietSince, now] = [this.#seen, begun, begun];
    do {
      const before = now;
      await new Promise(setImmediate);
      now = performance.now();
      if (this.#seen !== seen) [seen, quietSince] = [this.#seen, now];
      const needed = (QUIET_MS * (deadline - now)) / (deadline - begun);
      // A long turn means that much may have come since the look.
      if (now - quietSince >= needed && now - before < 0.5) return;
    } while (now < deadline);
  }

  #closeIdle(): void {
    for (const [socket, owed] of this.#owed) {
      if (owed.size === 0) socket.destroySoon();
      // An answer that was begun before the draining has promised to keep its connection.
      for (const res of owed) res.once('finish', () => socket.destroySoon());
    }
  }
}

function endConnection(res: ServerResponse): void {
  if (!res.headersSent) res.setHeader('Connection', 'close');
}

function explainFailure(error: Error, port: number, host: string): Error {
  const code = 'code' in error ? String(error.code) : '';
  return Object.assign(new Error(whatToDo(code, port, host) ?? error.message, { cause: error }), {
    code,
  });
}

function whatToDo(code: string, port: number, host: string): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is taken: stop the program that uses it, or choose another port`;
    case 'EACCES':
      return `Port ${port} needs more rights than this process has: choose one above 1023`;
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${host}: choose one of its own, 127.0.0.1 or 0.0.0.0`;
    default:
      return undefined;
  }
}
