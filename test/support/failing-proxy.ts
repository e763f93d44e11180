import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { freePort } from './free-port.js';

/** What an outgoing proxy does instead of its work; the numbers are what it answers to CONNECT. */
export type ProxyFault = 'refuses' | 'hangs' | 'closes' | 'not-found' | 'no-tls' | 407 | 502 | 504;

export interface FailingProxy {
  readonly url: string;
  /** The connections it holds. */
  readonly held: ReadonlySet<Socket>;
  stop(): Promise<void>;
}

/**
 * Starts a proxy that fails, on this machine. Its address has a user name and the password
 * `open-sesame`.
 */
export async function startFailingProxy(fault: ProxyFault): Promise<FailingProxy> {
  const held = new Set<Socket>();
  const url = (host: string, scheme = 'http'): string => `${scheme}://site:open-sesame@${host}`;
  const idle = { held, stop: async () => undefined };
  if (fault === 'refuses') return { ...idle, url: url(`127.0.0.1:${await freePort()}`) };
  if (fault === 'not-found') return { ...idle, url: url('proxy.invalid:3128') };

  const server = serverFor(fault);
  server.on('connection', (socket: Socket) => {
    held.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => held.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: url(`127.0.0.1:${port}`, fault === 'no-tls' ? 'https' : 'http'),
    held,
    async stop() {
      for (const socket of held) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serverFor(fault: Exclude<ProxyFault, 'refuses' | 'not-found'>): Server {
  if (fault === 'hangs') return createServer();
  if (fault === 'closes') return createServer((socket) => void socket.destroy());
  const server = createHttpServer();
  const status = fault === 'no-tls' ? 502 : fault;
  return server.on('connect', (_req, socket: Socket) =>
    socket.end(`HTTP/1.1 ${status} No\r\n\r\n`),
  );
}
