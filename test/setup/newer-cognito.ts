import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Pools } from '../../src/pools/index.js';

/** The API of some pools, as a Cognito that knows more than the SDK. */
export interface NewerCognito {
  readonly url: string;
  close(): Promise<void>;
}

/** Each answer of this operation (of every description, if it ends with `*`) has a member that nobody knows yet. */
export async function startNewerCognito(pools: Pools, operation: string): Promise<NewerCognito> {
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
      const isPost = req.method === 'POST';
      const answer = await fetch(`${pools.url}${req.url}`, {
        method: req.method!,
        headers,
        ...(isPost && { body: Buffer.concat(chunks) }),
      });
      let text = await answer.text();
      const asked = headers['x-amz-target']?.split('.').at(-1) ?? '';
      const isMeant = operation.endsWith('*')
        ? asked.startsWith(operation.slice(0, -1))
        : asked === operation;
      if (isMeant && answer.ok) {
        const [[name, described] = []] = Object.entries(JSON.parse(text) as object);
        text = JSON.stringify({ [name!]: { ...described, NewIn2027: { On: true } } });
      }
      res.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? '',
        'x-amzn-requestid': 'x',
      });
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
