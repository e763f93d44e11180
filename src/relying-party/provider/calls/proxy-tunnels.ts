import type { Socket } from 'node:net';
import { Pool, type Dispatcher } from 'undici';
import { TUNNEL_MS } from '../../../sessions/time-limits.js';
import { ProxyFailure } from '../../../errors/proxy-failure.js';
import { reasonOf } from './reason.js';

/** The ways through a proxy, each failure of which says that it was the proxy's. */
export interface ProxyTunnels {
  /** Makes undici's connections to the proxy, which ask it for ways. */
  readonly createClient: (origin: URL, options: object) => Dispatcher;
  /**
   * What a failed call is to be told as: one that ran out of time may have waited for nothing but
   * the proxy.
   */
  readonly explain: (url: URL, error: unknown) => unknown;
}

/**
 * undici tells a proxy's failures as if the place behind it had them, waits for as long as the call
 * may when the proxy closes the connection, and minutes for its answer.
 */
export function createProxyTunnels(proxy: URL): ProxyTunnels {
  /** By place: how many ways are asked for, and how many there are. */
  const ways = new Map<string, { awaited: number; open: number }>();
  const failure = (what: string, options?: ErrorOptions): ProxyFailure =>
    new ProxyFailure(proxy, what, options);

  const count = (place: string, change: 'awaited' | 'open', by: 1 | -1): void => {
    const counts = ways.get(place) ?? { awaited: 0, open: 0 };
    counts[change] += by;
    if (counts.awaited + counts.open === 0) ways.delete(place);
    else ways.set(place, counts);
  };

  const keepOpen = (place: string, socket: Dispatcher.ConnectData['socket']): void => {
    count(place, 'open', 1);
    socket.once('close', () => count(place, 'open', -1));
  };

  return {
    createClient(origin, options) {
      const pool = new Pool(origin, options);
      const connect = pool.connect.bind(pool);
      const tunnel = async (asked: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> => {
        count(asked.path, 'awaited', 1);
        try {
          const signal = AbortSignal.timeout(TUNNEL_MS);
          const answer = await connect({ ...asked, signal }).catch((error: unknown) => {
            throw failure(whyNoConnection(proxy, error), { cause: error });
          });
          if (answer.statusCode !== 200) {
            (answer.socket as Socket).on('error', () => undefined).destroy();
            throw failure(whyNotConnected(answer.statusCode));
          }
          keepOpen(asked.path, answer.socket);
          return answer;
        } finally {
          count(asked.path, 'awaited', -1);
        }
      };
      return Object.assign(pool, { connect: tunnel });
    },
    explain(url, error) {
      const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
      const counts = ways.get(placeOf(url));
      if (!isTimeout || counts === undefined || counts.open > 0) return error;
      const cause = failure('no answer in time');
      return new DOMException(error.message, { name: 'TimeoutError', cause } as never);
    },
  };
}

/** As undici asks for it. */
function placeOf({ host, port, protocol }: URL): string {
  return port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host;
}

/**
 * A server without TLS answers the first message of it in plain text, which OpenSSL takes for a
 * version it does not know.
 */
function whyNoConnection(proxy: URL, error: unknown): string {
  const isPlain =
    proxy.protocol === 'https:' &&
    error instanceof Error &&
    'code' in error &&
    NO_TLS.has(error.code);
  return isPlain
    ? 'it does not speak TLS, which the https: of its address asks for'
    : reasonOf(error);
}

const NO_TLS: ReadonlySet<unknown> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
]);

function whyNotConnected(status: number): string {
  const said = `CONNECT was answered with status ${status}`;
  return status === 407 ? `${said}, so it wants a user name and password, or others` : said;
}
