import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Pools } from '../../../src/pools/index.js';

/** Stands between a command and the API of some pools. */
export interface ApiProxy {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * @param answered told of each operation that was carried out, with the body of its answer; what it
 *   gives back goes on to whoever asked
 */
export async function startApiProxy(
  pools: Pools,
  answered: (operation: string, body: string) => string | Promise<string>,
): Promise<ApiProxy> {
  const server = createServer((req, res) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      // What belongs to this connection is not for the next.
      const {
        host: _host,
        connection: _connection,
        'content-length': _length,
        ...headers
      } = req.headers as Record<string, string>;
      const answer = await fetch(`${pools.url}${req.url}`, {
        method: req.method!,
        headers,
        ...(req.method === 'POST' && { body: Buffer.concat(chunks) }),
      });
      const operation = headers['x-amz-target']?.split('.').at(-1) ?? '';
      const body = await answer.text();
      const text = answer.ok ? await answered(operation, body) : body;
      const contentType = answer.headers.get('content-type') ?? '';
      res.writeHead(answer.status, { 'content-type': contentType, 'x-amzn-requestid': 'x' });
      res.end(text);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
