import { createServer, type RequestListener, type Server } from 'node:http';
import stoppable, { type StoppableServer } from 'stoppable';

/** A server that listens. */
export interface RunningServer {
  /** Where it listens, e.g. `http://127.0.0.1:3000`, with the port that was really given. */
  readonly url: string;
  /**
   * Takes no new connection, lets requests under way finish, and closes what is idle or half-sent at once.
   *
   * @param graceSeconds after this long, connections still open are cut
   */
  close(graceSeconds: number): Promise<void>;
}

/*
 * Against clients that send slowly or not at all. A reverse proxy keeps its connections to us open for reuse, a
 * balancer on AWS for 60 s: ours must last longer, or a request meets a connection we have closed.
 */
const limits = {
  maxHeaderSize: 16 * 1024,
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
 * @throws {Error} with the system's `code` (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, …) and a message that says what to do
 */
export async function listen(
  app: RequestListener,
  { port, host }: { port: number; host: string },
): Promise<RunningServer> {
  const server = stoppable(createServer(limits, app));
  server.setTimeout(stalledConnectionMs);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explained(error, port, host)));
    server.listen(port, host, resolve);
  });
  return { url: urlOf(server), close: (graceSeconds) => stop(server, graceSeconds) };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not a TCP server');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

async function stop(server: StoppableServer, graceSeconds: number): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), graceSeconds * 1000);
  await new Promise<void>((resolve, reject) => {
    server.stop((error) => (error === undefined ? resolve() : reject(error)));
  });
  clearTimeout(cut);
}

function explained(error: Error, port: number, host: string): Error {
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
