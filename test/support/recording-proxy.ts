import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Certificate } from './nginx.js';

/** An HTTP proxy that keeps a list, and behind it one host that exists nowhere else. */
export interface RecordingProxy {
  readonly url: string;
  /** Where it was asked to connect to, as `host:port`. */
  readonly connected: string[];
  stop(): Promise<void>;
}

export interface RecordingProxyOptions {
  /** Of the host that every tunnel leads to. */
  readonly certificate: Certificate;
  /** What answers for that host, e.g. the embedded pools. */
  readonly target: string;
  /** `user:password` that the proxy asks for; default nothing. */
  readonly credentials?: string;
}

/**
 * Starts it on a free port of this machine. Whatever name is asked for, TLS ends here and the
 * request goes to `target`.
 */
export async function startRecordingProxy(options: RecordingProxyOptions): Promise<RecordingProxy> {
  const { certificate, target, credentials } = options;
  const connected: string[] = [];
  const sockets = new Set<Socket>();
  const host = createTlsServer(
    { cert: certificate.certificate, key: certificate.key },
    (req, res) => {
      const { method, url, headers } = req;
      const forwarded = request(new URL(url ?? '/', target), { method, headers }, (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      });
      forwarded.on('error', () => res.destroy());
      req.pipe(forwarded);
    },
  );
  const hostPort = await listen(host);
  const proxy = createServer((_req, res) => void res.writeHead(405).end());
  const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  proxy.on('connect', (req, socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    if (expected !== undefined && req.headers['proxy-authorization'] !== expected) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    connected.push(req.url ?? '');
    const tunnel = connect(hostPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      tunnel.pipe(socket);
      socket.pipe(tunnel);
    });
    sockets.add(tunnel);
    tunnel.on('error', () => socket.destroy());
  });
  const proxyPort = await listen(proxy);
  return {
    url: `http://${credentials === undefined ? '' : `${credentials}@`}127.0.0.1:${proxyPort}`,
    connected,
    async stop() {
      for (const socket of sockets) socket.destroy();
      host.closeAllConnections();
      proxy.closeAllConnections();
      await Promise.all([host, proxy].map((server) => once(server.close(), 'close')));
    },
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
