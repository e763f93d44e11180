import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * What becomes of a request on its way: `pass`; `hang`, it never arrives; `lose`, the work is done
 * and the connection reset instead of answered; `hold`, the work is done and nothing is ever
 * answered.
 */
export type Treatment = 'pass' | 'hang' | 'lose' | 'hold';

/** Stands between the site and its pools, which believe that this is their address. */
export interface PoolsProxy {
  readonly url: string;
  /** @param form of the body, empty if there is none */
  treat: (path: string, form: URLSearchParams) => Treatment;
  /** Where the pools really are; to be set before the first request. */
  target: string;
  stop(): Promise<void>;
}

/** Starts one on a free port; it lets everything pass until told otherwise. */
export async function startPoolsProxy(): Promise<PoolsProxy> {
  const server = createServer((req, res) => {
    forward(req, res).catch(() => res.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: PoolsProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: '',
    treat: () => 'pass',
    async stop() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };

  async function forward(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { method, headers, url: path = '/' } = req;
    const body = await buffer(req);
    const treatment = proxy.treat(path, new URLSearchParams(body.toString()));
    if (treatment === 'hang') return;
    const forwarded = request(proxy.target + path, { method, headers, agent: false });
    forwarded.end(body);
    const [answer] = (await once(forwarded, 'response')) as [IncomingMessage];
    const answerBody = await buffer(answer);
    if (treatment === 'hold') return;
    if (treatment === 'lose') {
      res.socket?.resetAndDestroy();
      return;
    }
    res.writeHead(answer.statusCode ?? 502, answer.headers).end(answerBody);
  }
  return proxy;
}

/** Whether a request asks for a refresh. */
export const isRefresh = (form: URLSearchParams): boolean =>
  form.get('grant_type') === 'refresh_token';
